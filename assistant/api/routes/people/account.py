"""A person's own account: its page, and changing the password."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import ServiceDep, SignedInDep
from assistant.api.routes.people.session import SessionPublic, me_public
from assistant.api.schemas.bodies import Body, Password
from assistant.service.rate_limits import client_address
from assistant.web.pages import render
from kb.core.errors import Forbidden
from kb.people import passwords
from kb.people.credentials import LEAST_PASSWORD

__all__ = ["router"]

router = APIRouter(tags=["people"])


class PasswordUpdate(Body):
    """The current password and the new one."""

    current: Password
    password: Password


@router.put("/api/v1/me/password", summary="Change one's password")
def change_password(
    body: PasswordUpdate, request: Request, response: Response, signed_in: SignedInDep, service: ServiceDep
) -> SessionPublic:
    """Change the password. All other browsers are signed out; this browser gets a new session."""
    user = service.limits.check_attempt(
        client_address(request),
        signed_in.user.email,
        lambda: passwords.owner_of(service.settings, signed_in.user.email, body.current),
        signed_in.csrf,  # a signed-in browser is a known one, whatever others try meanwhile
    )
    if user is None:
        raise Forbidden("password_wrong")
    passwords.change(service.settings, user.id, body.password)
    csrf = session_cookie.set_session(request, response, service, user.id)
    return SessionPublic(csrf=csrf, me=me_public(service.settings, user))


@router.get("/account", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, signed_in: SignedInDep, service: ServiceDep) -> Response:
    return render(
        request,
        "people/account.html",
        me=me_public(service.settings, signed_in.user),
        has_password=bool(signed_in.user.password_hash),
        least=LEAST_PASSWORD,
    )
