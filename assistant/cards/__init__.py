"""Cards for high-stakes subjects, shown before any answer.

In reading order:

    subject_cards     the cards, their examples and contacts, as an organisation keeps them
    card_choice       which card a message calls for: the way in
    card_model        the trained model: emergency, question about the procedure, or neither; and the subject
    card_examples     how near a message is to the examples that an owner added
    message_features  what the model reads of a message
    card_text         a card as plain text
"""
