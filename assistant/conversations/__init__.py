"""What is stored of questions and answers.

- :mod:`.conversation_store`: a person's conversations, which nobody else sees
- :mod:`.redaction`: stored answers as their asker may see them now
- :mod:`.answer_erasure`: stored answers when a document is deleted
- :mod:`.suggestions`: questions offered in an empty conversation
"""
