"""An invited person opens the page of an invitation and accepts it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import Field

from assistant.api.auth import session_cookie
from assistant.api.auth.dependencies import OptionalSignedInDep, ServiceDep
from assistant.api.routes.people.session import SessionPublic, me_public
from assistant.api.schemas.bodies import Body, Email, Name, Password
from assistant.service.rate_limits import client_address
from assistant.service.running_service import Service
from assistant.web.pages import render
from kb.core.errors import InputError, Unauthenticated
from kb.people import accounts, invitations, passwords
from kb.people.credentials import LEAST_PASSWORD
from kb.people.sessions import SignedIn
from kb.store.tables.platform_tables import InvitationRow, UserRow

__all__ = ["router"]

router = APIRouter(tags=["people"])
Token = Annotated[str, Field(min_length=1, max_length=100, examples=["Zk3v…"])]


class InvitationAccept(Body):
    """The token of the link.

    A new account also needs a name and a password, and an e-mail address where the invitation has none. An existing
    account needs its password, unless the person is signed in with this account.
    """

    token: Token
    email: Email | None = Field(default=None, description="Only for an invitation without an address.")
    name: Name | None = None
    password: Password | None = None


@router.post("/api/v1/invitations/accept", summary="Accept an invitation", status_code=201)
def accept(
    body: InvitationAccept, request: Request, response: Response, service: ServiceDep, signed_in: OptionalSignedInDep
) -> SessionPublic:
    """Make the person a member, with the role and rights of the invitation, and sign in."""
    invitation = invitations.find(service.settings, body.token)
    user = _accepting_account(service, request, invitation, body, signed_in)
    library = service.library(service.tenant(invitation.tenant_slug))
    invitations.accept(service.settings, library, invitation, user)
    csrf = session_cookie.set_session(request, response, service, user.id)
    return SessionPublic(csrf=csrf, me=me_public(service.settings, user))


def _accepting_account(
    service: Service, request: Request, invitation: InvitationRow, body: InvitationAccept, signed_in: SignedIn | None
) -> UserRow:
    """Return the account that accepts: the signed-in one, the one with the given password, or a new one.

    Raises:
        InputError: ``invitation_incomplete`` if a new account lacks an address, a name or a password.
        Unauthenticated: ``signin_failed``.
    """
    if signed_in is not None and invitation.email in ("", signed_in.user.email):
        return signed_in.user
    email = invitation.email or body.email or ""
    if accounts.by_email(service.settings, email) is None:
        if not email or not body.name or not body.password:
            raise InputError("invitation_incomplete")
        locale = str(request.state.locale)
        return accounts.create(service.settings, email, body.name, body.password, locale)
    user = service.limits.check_attempt(
        client_address(request),
        email,
        lambda: passwords.owner_of(service.settings, email, body.password or ""),
        session_cookie.known_device(request, service, email),
    )
    if user is None:
        raise Unauthenticated("signin_failed")
    return user


class InvitationOpened(Body):
    """The token of the link."""

    token: Token


@router.post("/api/v1/invitations/opened", summary="Note that an invitation's page was opened", status_code=204)
def opened(body: InvitationOpened, service: ServiceDep) -> None:
    """The page's script calls this, so that the preview of a link in a messenger does not count as opening it."""
    invitations.mark_opened(service.settings, body.token)


@router.get("/invitation/{token}", include_in_schema=False, response_class=HTMLResponse)
def page(
    token: Annotated[str, Path(max_length=100)], request: Request, service: ServiceDep, signed_in: OptionalSignedInDep
) -> Response:
    used = invitations.used(service.settings, token)
    if used is not None:  # people come back by the link in their messenger: to the organisation, by way of signing in
        return RedirectResponse(f"/t/{used.tenant_slug}/ask", status_code=303)
    invitation = invitations.find(service.settings, token)
    mine = signed_in is not None and invitation.email in ("", signed_in.user.email)
    member = signed_in is not None and accounts.role_in(service.settings, signed_in.user.id, invitation.tenant_slug)
    return render(
        request,
        "people/invitation.html",
        invitation=invitation,
        token=token,
        organisation=service.tenant(invitation.tenant_slug).name,
        known=bool(invitation.email) and accounts.by_email(service.settings, invitation.email) is not None,
        mine=mine,
        passing_on=bool(member) and not invitation.email,
        oidc=bool(service.settings.oidc_issuer) and bool(invitation.email),
        least=LEAST_PASSWORD,
    )
