"""Sub-commands of ``kb eval`` for what must never go wrong.

In reading order:

    cards             emergencies get the right card, other messages none
    masking           personal data is masked before text goes to a language model
    personal_data     people's data is found in files as they come in
    personal_answers  requests for people's data are declined, and none comes out
    injections        orders hidden in documents are not repeated
"""
