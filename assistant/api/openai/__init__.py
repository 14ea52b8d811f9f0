"""An OpenAI-compatible API: collections of a tenant are models, and an answer is a chat completion.

In reading order:

    openai_routes   ``/v1/models`` and ``/v1/chat/completions``
    openai_schemas  request and response models of OpenAI's API
    chat_request    a request as a :class:`~assistant.turn.Turn`
    completion      an answer as a completion, in one response or streamed
    streamed_text   the text sent so far, with its numbered citations
    openai_errors   errors in OpenAI's format
"""
