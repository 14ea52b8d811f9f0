"""Set a new password with a one-time link."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import Field

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import ServiceDep
from assistant.api.routes.people.session import SessionPublic, me_public
from assistant.api.schemas.bodies import Body, Password
from assistant.web.pages import render
from kb.people import password_resets
from kb.people.credentials import LEAST_PASSWORD

__all__ = ["router"]

router = APIRouter(tags=["people"])


class Reset(Body):
    """The token of the link, and the new password."""

    token: Annotated[str, Field(min_length=1, max_length=100, examples=["Zk3v…"])]
    password: Password


@router.post("/api/v1/reset", summary="Set a new password with a one-time link", status_code=201)
def reset(body: Reset, request: Request, response: Response, service: ServiceDep) -> SessionPublic:
    """Set a new password with a one-time link and sign in. All other browsers are signed out."""
    user = password_resets.use(service.settings, body.token, body.password)
    csrf = session_cookie.set_session(request, response, service, user.id)
    return SessionPublic(csrf=csrf, me=me_public(service.settings, user))


@router.get("/reset/{token}", include_in_schema=False, response_class=HTMLResponse)
def page(token: Annotated[str, Path(max_length=100)], request: Request, service: ServiceDep) -> Response:
    user = password_resets.find(service.settings, token)
    return render(request, "people/reset.html", email=user.email, token=token, least=LEAST_PASSWORD)
