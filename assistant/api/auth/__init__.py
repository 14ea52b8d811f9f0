"""From a request to its caller.

In reading order:

    dependencies    FastAPI dependencies; a route's rights are the type of its ``caller``
    session_cookie  the session cookie set and removed
"""
