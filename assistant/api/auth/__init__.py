"""From a request to its caller.

- :mod:`.dependencies`: FastAPI dependencies; a route's rights are the type of its ``caller``
- :mod:`.session_cookie`: the session cookie set and removed
"""
