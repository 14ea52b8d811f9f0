"""The service: one FastAPI application for browsers and programs.

- :mod:`.app`: builds the application; the way in
- :mod:`.routes`: the addresses, in rooms by subject
- :mod:`.schemas`: requests and responses that several routes share
- :mod:`.openai`: the OpenAI-compatible addresses
- :mod:`.auth`: cookies and keys to callers
- :mod:`.error_responses`: the one error shape
- :mod:`.http`: security headers, static files, server-sent events, the OpenAPI document
- :mod:`.observability`: the request log and logging set-up
"""
