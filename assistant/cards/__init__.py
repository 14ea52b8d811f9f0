"""Cards for high-stakes subjects, shown before any answer.

- :mod:`.subject_cards`: the cards, their contacts, and which one a question calls for
- :mod:`.pattern_cost`: what a card's regular expression may cost
"""
