"""An OpenAI-compatible interface: a tenant's collections as models, an answer as a chat completion.

- :mod:`.openai_routes`: ``/v1/models`` and ``/v1/chat/completions``
- :mod:`.openai_schemas`: requests and responses as OpenAI writes them
- :mod:`.chat_request`: what a request asks
- :mod:`.completion`: an answer as a completion, whole or in chunks
- :mod:`.openai_errors`: errors in OpenAI's shape
"""
