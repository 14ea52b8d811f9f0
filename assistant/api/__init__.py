"""The service: one FastAPI application for browsers and programs.

In reading order:

    app              builds the application; the way in
    routes           the addresses, in rooms by subject
    schemas          requests and responses that several routes share
    openai           the OpenAI-compatible addresses
    auth             cookies and keys to callers
    error_responses  the one error shape
    http             security headers, static files, server-sent events, the OpenAPI document
    observability    the request log and logging set-up
"""
