"""An OpenAI-compatible interface: a tenant's collections as models, an answer as a chat completion.

In reading order:

    openai_routes   ``/v1/models`` and ``/v1/chat/completions``
    openai_schemas  requests and responses as OpenAI writes them
    chat_request    what a request asks
    completion      an answer as a completion, whole or in chunks
    streamed_text   text and citations of a stream, numbered together
    openai_errors   errors in OpenAI's shape
"""
