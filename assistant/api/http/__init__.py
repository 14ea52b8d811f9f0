"""HTTP functions that all routes share.

In reading order:

    security_headers  security headers of responses, and the check against cross-site requests
    static_files      caching of static files, and compression of responses
    reader_gone       has the reader of a response disconnected?
    server_events     format of server-sent events
    openapi_document  builds the OpenAPI document
    addresses         absolute URLs of this service, and headers of proxies
    thread_context    runs a blocking context manager in an asynchronous application
"""
