"""What is stored of questions and answers.

In reading order:

    conversation_store  a person's conversations, which nobody else sees
    stored_answer       an answer as it is stored, with a schema number
    redaction           stored answers as their asker may see them now
    answer_erasure      stored answers when a document is deleted
    suggestions         questions offered in an empty conversation
"""
