"""The HTTP service: one FastAPI application for browsers and programs.

In reading order:

    app              builds the application; start reading here
    routes           the routes, in one package for each subject
    schemas          request and response models that several routes share
    openai           the OpenAI-compatible routes
    auth             finds the caller of a request from its cookie or API key
    error_responses  turns exceptions into error responses, all with one shape
    http             security headers, static files, server-sent events, the OpenAPI document
    observability    the request log and the logging configuration
"""
