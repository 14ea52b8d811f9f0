"""Find out who calls and what the caller may do.

In reading order:

    dependencies    FastAPI dependencies; the type of a route's ``caller`` says which right it needs
    session_cookie  sets and removes the session cookie
"""
