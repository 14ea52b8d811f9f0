"""HTTP matters that concern no single route.

- :mod:`.security_headers`: headers of every response, origin checks of every change
- :mod:`.static_files`: caching and compression of static files
- :mod:`.server_events`: server-sent events
- :mod:`.openapi_document`: the OpenAPI document
- :mod:`.addresses`: addresses as people type them
- :mod:`.thread_context`: blocking context managers in an asynchronous application
"""
