"""Set the session cookie at sign-in and remove it at sign-out. Scripts in a page cannot read it."""

from __future__ import annotations

from fastapi import Request, Response

from assistant.api.auth.dependencies import COOKIE
from assistant.service.running_service import Service
from kb.people import sessions

__all__ = ["end_session", "is_secure", "set_session"]


def is_secure(service: Service) -> bool:
    """Return whether people reach the service over TLS. Then cookies are sent over TLS only."""
    return service.settings.public_url.startswith("https://")


def set_session(request: Request, response: Response, service: Service, user_id: int) -> str:
    """Open a session, set its cookie and return its CSRF token.

    The session token is always new, and the session that the browser had before ends. This prevents session fixation.
    """
    old_token = request.cookies.get(COOKIE)
    if old_token:
        sessions.end(service.settings, old_token)
    token = sessions.start(service.settings, user_id)
    response.set_cookie(
        COOKIE,
        token,
        max_age=service.settings.session_hours * 3600,
        path="/",
        httponly=True,
        samesite="lax",
        secure=is_secure(service),
    )
    found = sessions.find(service.settings, token)
    assert found is not None
    return found.csrf


def end_session(request: Request, response: Response, service: Service) -> None:
    """End the browser's session and remove its cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        sessions.end(service.settings, token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_secure(service))
