"""Scripts that fit the shipped weights; a developer runs them by hand.

- :mod:`.fit_choice`: weights that score quotable spans
- :mod:`.fit_refusal`: weights of the refusal decision
- :mod:`.fit_checking`: levels of the claim checker
"""
