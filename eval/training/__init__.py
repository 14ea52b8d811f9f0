"""What fits the shipped weights; run by hand.

- :mod:`.fit_choice`: weights of the span scoring
- :mod:`.fit_refusal`: weights of the refusal decision
- :mod:`.fit_checking`: levels of the claim checker
"""
