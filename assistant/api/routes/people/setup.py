"""The first start: a page makes the first account and its organisation. It is closed once an account exists."""

from __future__ import annotations

import secrets
from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import ServiceDep
from assistant.api.http.addresses import PROXY_HEADERS, is_loopback_name
from assistant.api.routes.people.session import SessionPublic, me_public
from assistant.api.schemas.bodies import Body, ContactText, Email, Locale, Name, Password, Slug
from assistant.service.rate_limits import client_address
from assistant.web.pages import render
from kb.core.errors import Forbidden
from kb.people import accounts, first_account
from kb.people.credentials import LEAST_PASSWORD
from kb.people.first_account import NewTenant
from kb.store import tenants

__all__ = ["router"]

router = APIRouter(tags=["people"])


class TenantCreate(Body):
    """A new organisation. Without ``slug`` its short name is made from its name."""

    slug: Slug | None = None
    name: Name
    contact: ContactText = Field(
        default="", description="Whom to ask if the documents do not answer.", examples=["人事部，內線 101"]
    )


class SetUp(Body):
    """The first account, and the organisations it will own."""

    email: Email
    name: Name
    password: Password
    tenant: TenantCreate | None = None
    take_over: Annotated[list[Slug], Field(max_length=100)] = Field(
        default=[], description="Existing organisations that the account will own, for example one made by `kb demo`."
    )
    locale: Locale = "zh-HK"
    token: Annotated[str, Field(max_length=100)] = Field(
        default="", description="The token that `kb serve` printed. Not needed on the computer where the service runs."
    )


@router.post("/api/v1/set-up", summary="Make the first account", status_code=201)
def set_up(body: SetUp, request: Request, response: Response, service: ServiceDep) -> SessionPublic:
    """Make the first account and its organisation, and sign in. Refused with 409 if there is an account already."""
    if accounts.count(service.settings) == 0 and not is_local_request(request):
        address = client_address(request)
        if not service.limits.check_attempt(address, "set-up", lambda: _is_setup_token(request, body.token) or None):
            raise Forbidden("setup_token_wrong")
    new = NewTenant(body.tenant.name, body.tenant.contact, body.tenant.slug or "") if body.tenant else None
    user = first_account.create_first_account(
        service.settings, body.email, body.name, body.password, new, body.take_over, body.locale
    )
    csrf = session_cookie.set_session(request, response, service, user.id)
    return SessionPublic(csrf=csrf, me=me_public(service.settings, user))


@router.get("/set-up", include_in_schema=False)
def page(request: Request, service: ServiceDep, token: Annotated[str, Query(max_length=100)] = "") -> Response:
    if accounts.count(service.settings):
        return RedirectResponse("/", status_code=303)
    trusted = is_local_request(request) or _is_setup_token(request, token)
    known = tenants.listing(service.settings) if trusted else []
    shown_token = token if trusted else ""
    return render(request, "people/set-up.html", known=known, trusted=trusted, token=shown_token, least=LEAST_PASSWORD)


def _is_setup_token(request: Request, token: str) -> bool:
    expected = str(getattr(request.app.state, "setup_token", ""))
    return bool(expected) and secrets.compare_digest(token.strip().encode(), expected.encode())


def is_local_request(request: Request) -> bool:
    """Return whether the request comes from a browser on this computer.

    The Host header must be a loopback name too, because a web page can let its own host name resolve to this computer
    (DNS rebinding). Behind a proxy every request seems to come from this computer. So a request with proxy headers does
    not count as local, and no request does if KB_PUBLIC_URL is set.
    """
    if request.client is None or any(name in request.headers for name in PROXY_HEADERS):
        return False
    if request.app.state.service.settings.public_url:
        return False
    name = urlsplit(f"//{request.headers.get('host', '')}").hostname or ""
    return is_loopback_name(request.client.host) and is_loopback_name(name)
