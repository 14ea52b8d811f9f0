"""Scripts that fit the shipped weights and write test collections; a developer runs them by hand.

In reading order:

    fit_choice             weights that score quotable spans
    fit_refusal            weights of the refusal decision
    fit_checking           levels of the claim checker
    fit_personal_requests  weights that know a request for other people's data
    fit_cards              the model that decides about emergency cards
    fit_orders             weights that find orders to an assistant
    make_policy_benchmark  the Cantonese questions on policy texts as a test collection
"""
