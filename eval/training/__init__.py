"""Scripts that fit the shipped weights; a developer runs them by hand.

In reading order:

    fit_choice    weights that score quotable spans
    fit_refusal   weights of the refusal decision
    fit_orders    weights that find orders to an assistant
    fit_checking  levels of the claim checker
    fit_personal_requests  weights that know a request for other people's data
    fit_cards     the model that decides about emergency cards
"""
