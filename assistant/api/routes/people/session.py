"""Signing in and out, and who is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, Field

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import OptionalSignedInDep, ServiceDep, SignedInDep
from assistant.api.schemas.bodies import Body, Email, Locale, Name, Password
from assistant.service.rate_limits import client_address
from assistant.web.pages import render
from kb.core.errors import Unauthenticated
from kb.core.settings import Settings
from kb.people import accounts, passwords
from kb.people.access import Role
from kb.people.accounts import Membership
from kb.store import tenants
from kb.store.tables.platform_tables import UserRow

__all__ = ["SessionPublic", "local_path", "me_public", "router"]

router = APIRouter(tags=["people"])


class SignIn(Body):
    """The e-mail address and password of an account."""

    email: Email
    password: Password


class MembershipPublic(BaseModel):
    """An organisation that the person belongs to, and the person's role."""

    tenant: str = Field(examples=["harmony"])
    name: str = Field(examples=["和諧長者服務社"])
    role: Role


class MePublic(BaseModel):
    """The person who is signed in."""

    id: int
    email: str
    name: str
    locale: str
    memberships: list[MembershipPublic]


class MeUpdate(Body):
    """Changes to one's own account. A field that is left out stays as it is."""

    name: Name | None = None
    locale: Locale | None = None


class SessionPublic(BaseModel):
    """A session. Requests that change something must send ``csrf`` as the header X-CSRF-Token."""

    csrf: str
    me: MePublic


@router.post("/api/v1/session", summary="Sign in", status_code=201)
def sign_in(body: SignIn, request: Request, response: Response, service: ServiceDep) -> SessionPublic:
    """Sign in a browser and set the cookie `sinzi_session`. Programs use API keys instead."""
    user = service.limits.check_attempt(
        client_address(request),
        body.email,
        lambda: passwords.owner_of(service.settings, body.email, body.password),
        session_cookie.known_device(request, service, body.email),
    )
    if user is None:
        raise Unauthenticated("signin_failed")
    csrf = session_cookie.set_session(request, response, service, user.id)
    return SessionPublic(csrf=csrf, me=me_public(service.settings, user))


@router.delete("/api/v1/session", summary="Sign out", status_code=204)
def sign_out(request: Request, response: Response, service: ServiceDep, _signed_in: OptionalSignedInDep) -> None:
    """Sign out this browser. Nothing happens if nobody is signed in."""
    session_cookie.end_session(request, response, service)


@router.get("/api/v1/me", summary="Show who is signed in")
def me(signed_in: SignedInDep, service: ServiceDep) -> MePublic:
    return me_public(service.settings, signed_in.user)


@router.patch("/api/v1/me", summary="Change one's name or interface language")
def change_me(body: MeUpdate, signed_in: SignedInDep, service: ServiceDep) -> MePublic:
    user = accounts.change(service.settings, signed_in.user.id, name=body.name, locale=body.locale)
    return me_public(service.settings, user)


@router.get("/sign-in", include_in_schema=False)
def page(
    request: Request,
    service: ServiceDep,
    signed_in: OptionalSignedInDep,
    target: Annotated[str, Query(alias="next")] = "/",
) -> Response:
    if signed_in is not None:
        return RedirectResponse(local_path(target), status_code=303)
    if accounts.count(service.settings) == 0:
        return RedirectResponse("/set-up", status_code=303)
    return render(request, "people/sign-in.html", next=local_path(target), oidc=bool(service.settings.oidc_issuer))


def local_path(target: str) -> str:
    """Return ``target`` if it is a path of this service, else ``/``. This prevents open redirects after signing in."""
    is_local = target.startswith("/") and target[1:2] not in ("/", "\\") and target.isprintable()
    return target if is_local else "/"


def me_public(settings: Settings, user: UserRow) -> MePublic:
    """Return a person's own account with its memberships."""
    memberships = accounts.memberships(settings, user.id)
    return MePublic(
        id=user.id,
        email=user.email,
        name=user.name,
        locale=user.locale,
        memberships=[_membership_public(settings, one) for one in memberships],
    )


def _membership_public(settings: Settings, one: Membership) -> MembershipPublic:
    return MembershipPublic(tenant=one.tenant, name=tenants.get(settings, one.tenant).name, role=one.role)
