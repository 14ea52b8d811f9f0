"""What fits the shipped weights; run by hand.

In reading order:

    fit_choice    weights of the span scoring
    fit_refusal   weights of the refusal decision
    fit_checking  levels of the claim checker
"""
