"""Set the cookies at sign-in, and remove the session's at sign-out. Scripts in a page cannot read them.

A second cookie outlives the session: it says that this browser has been used to sign in (:mod:`kb.people.sessions`).
"""

from __future__ import annotations

from fastapi import Request, Response

from assistant.api.auth.dependencies import COOKIE
from assistant.service.running_service import Service
from kb.people import sessions
from kb.people.credentials import token_hash

__all__ = ["end_session", "is_secure", "known_device", "set_session"]

DEVICE_COOKIE = "sinzi_device"


def is_secure(service: Service) -> bool:
    """Return whether people reach the service over TLS. Then cookies are sent over TLS only."""
    return service.settings.public_url.startswith("https://")


def set_session(request: Request, response: Response, service: Service, user_id: int) -> str:
    """Open a session, set the cookies and return the session's CSRF token.

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
    response.set_cookie(
        DEVICE_COOKIE,
        sessions.remember_device(service.settings, user_id, request.cookies.get(DEVICE_COOKIE)),
        max_age=int(sessions.DEVICE_LIFETIME.total_seconds()),
        path="/",
        httponly=True,
        samesite="strict",
        secure=is_secure(service),
    )
    found = sessions.find(service.settings, token)
    assert found is not None
    return found.csrf


def known_device(request: Request, service: Service, email: str) -> str | None:
    """Return what identifies the browser of a request if this person has signed in with it before, else None."""
    token = request.cookies.get(DEVICE_COOKIE)
    return token_hash(token) if token and sessions.is_known_device(service.settings, token, email) else None


def end_session(request: Request, response: Response, service: Service) -> None:
    """End the browser's session and remove its cookie."""
    token = request.cookies.get(COOKIE)
    if token:
        sessions.end(service.settings, token)
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="lax", secure=is_secure(service))
