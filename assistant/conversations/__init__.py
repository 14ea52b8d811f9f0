"""What is stored of questions and answers.

In reading order:

    conversation_store  a person's conversations, which only that person can see
    stored_answer       an answer as it is stored, with a schema number
    redaction           stored answers without what their asker may not see any more
    answer_erasure      stored answers when a document is deleted
    suggestions         questions offered in an empty conversation
"""
