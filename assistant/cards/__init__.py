"""Cards for high-stakes subjects, shown before any answer.

In reading order:

    card_text      a card as plain text
    subject_cards  the cards, their contacts, and which one a question calls for
    pattern_cost   what a card's regular expression may cost
"""
