"""What is stored of questions and answers.

- :mod:`.conversation_store`: a person's conversations, which nobody else sees
- :mod:`.redaction`: stored answers as their asker may see them now
- :mod:`.suggestions`: questions offered in an empty conversation
"""
