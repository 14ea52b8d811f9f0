"""Managers invite people. An invitation is a link for one person, with a role and rights on collections."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.http.addresses import absolute_url
from assistant.api.schemas.bodies import Body, Choice, Email, Id, Slug
from kb.library import audit
from kb.people import invitations
from kb.people.access import Role
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import InvitationRow
from kb.store.tables.states import GrantLevel

__all__ = ["listing", "router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/invitations"


class InvitationCreate(Body):
    """Whom to invite, with which role, and the rights on collections that the person gets."""

    email: Email
    role: Choice[Role] = Role.MEMBER
    collections: Annotated[dict[Slug, Choice[GrantLevel]], Field(max_length=200)] = Field(
        default={}, description="The right (read or edit) by collection.", examples=[{"main": "read"}]
    )


class InvitationPublic(BaseModel):
    """An invitation that nobody has accepted yet."""

    id: int
    email: str
    role: Role
    collections: dict[str, str]
    expires_at: datetime
    expired: bool


class InvitationWithLink(InvitationPublic):
    """An invitation with its link. The link is shown only once."""

    link: str = Field(examples=["https://kb.example/invitation/…"])


@router.get(_PATH, summary="List open invitations")
def listing(caller: Manager) -> list[InvitationPublic]:
    found = invitations.listing(caller.service.settings, caller.tenant.slug)
    return [InvitationPublic(**_invitation_fields(row)) for row in found]


@router.post(_PATH, summary="Invite a person", status_code=201)
def create(body: InvitationCreate, request: Request, caller: Manager) -> InvitationWithLink:
    """Make a link with which one person can join. Give it to that person only; it works once."""
    assert caller.user is not None
    row, token = invitations.create(
        caller.service.settings, caller.library, body.email, body.role, dict(body.collections), caller.user.id
    )
    detail = {"role": row.role, "collections": row.collections}
    audit.record(caller.library, caller.actor, "member.invite", row.email, **detail)
    return _with_link(request, caller, row, token)


@router.post(_PATH + "/{invitation_id}/link", summary="Make a new link for an invitation", status_code=201)
def renew(invitation_id: Id, request: Request, caller: Manager) -> InvitationWithLink:
    """Give an invitation a new link that is valid for the full time. The old link stops working."""
    assert caller.user is not None
    row, token = invitations.renew(caller.service.settings, caller.tenant.slug, invitation_id, caller.user.id)
    audit.record(caller.library, caller.actor, "member.invite", row.email, renewed=True)
    return _with_link(request, caller, row, token)


@router.delete(_PATH + "/{invitation_id}", summary="Withdraw an invitation", status_code=204)
def withdraw(invitation_id: Id, caller: Manager) -> None:
    row = invitations.withdraw(caller.service.settings, caller.tenant.slug, invitation_id)
    audit.record(caller.library, caller.actor, "member.uninvite", row.email)


def _with_link(request: Request, caller: Manager, row: InvitationRow, token: str) -> InvitationWithLink:
    return InvitationWithLink(
        **_invitation_fields(row), link=absolute_url(request, caller.service.settings, f"/invitation/{token}")
    )


def _invitation_fields(row: InvitationRow) -> dict[str, Any]:
    return {
        "id": row.id,
        "email": row.email,
        "role": row.role,
        "collections": row.collections,
        "expires_at": row.expires_at.replace(tzinfo=UTC),
        "expired": row.expires_at < now(),
    }
