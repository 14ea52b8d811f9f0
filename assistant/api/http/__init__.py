"""HTTP matters that concern no single route.

In reading order:

    security_headers  headers of every response, origin checks of every change
    static_files      caching and compression of static files
    server_events     server-sent events
    openapi_document  the OpenAPI document
    addresses         addresses as people type them
    thread_context    blocking context managers in an asynchronous application
"""
