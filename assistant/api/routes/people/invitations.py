"""Managers invite people. An invitation is a link for one person, with a role and rights on collections."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, Field, StringConstraints

from assistant.api.auth.dependencies import Manager
from assistant.api.http.addresses import AddressReach, SharedAddress, shared_address
from assistant.api.schemas.bodies import Body, Choice, Email, Flag, Id, Name, Slug
from assistant.messages import interface
from assistant.service.callers import Caller
from assistant.service.invitees import MOST_INVITEES, Invitee, read_invitees
from kb.core.errors import InputError, SinziError
from kb.core.local_date import in_hong_kong
from kb.library import audit
from kb.people import access, invitations
from kb.people.access import Role
from kb.people.invitations import InvitationState
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.platform_tables import InvitationRow
from kb.store.tables.states import GrantLevel

__all__ = ["invite_form", "listing", "router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/invitations"
_Rights = Annotated[
    dict[Slug, Choice[GrantLevel]],
    Field(
        max_length=200, description="The right (read or edit) by collection, besides those that are open to everyone."
    ),
]


class InvitationCreate(Body):
    """Whom to invite, with which role, and the rights on collections that the person gets.

    A name is enough; then the person chooses the e-mail address to sign in with.
    """

    email: Email | None = None
    name: Name | None = None
    role: Choice[Role] = Role.MEMBER
    collections: _Rights = Field(default={}, examples=[{"main": "read"}])


class InvitationBatch(Body):
    """Several people, as pasted: one in each line, with a name, an e-mail address or both, or rows of a spreadsheet."""

    people: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=20_000)] = Field(
        examples=["黃姑娘\n李先生 <lee@harmony.example>"]
    )
    role: Choice[Role] = Role.MEMBER
    collections: _Rights = Field(default={})


class InvitationPublic(BaseModel):
    """An invitation, and what has become of its link."""

    id: int
    email: str = Field(description='"" where only the name is known.')
    name: str
    role: Role
    collections: dict[str, str]
    expires_at: datetime
    expired: bool
    state: InvitationState


class InvitationWithLink(InvitationPublic):
    """An invitation with its link, which is shown only once."""

    link: str = Field(examples=["https://kb.example/invitation/…"])
    reach: AddressReach = Field(description="From where the link can be opened.")
    qr: str = Field(description="The link as a QR code: an SVG picture as a data: URL.")
    messages: dict[str, str] = Field(description="A message with the link to paste into WhatsApp, by language.")


class InvitationFailed(BaseModel):
    """A person of a pasted list who was not invited, and why."""

    person: str
    error: dict[str, Any]


class InvitationsMade(BaseModel):
    """What became of a pasted list."""

    made: list[InvitationWithLink]
    failed: list[InvitationFailed]


@router.get(_PATH, summary="List open invitations")
def listing(
    caller: Manager, used: Annotated[Flag, Query(description="Also those accepted in the last 30 days.")] = False
) -> list[InvitationPublic]:
    found = invitations.listing(caller.service.settings, caller.tenant.slug, used)
    return [InvitationPublic(**_invitation_fields(row)) for row in found]


@router.post(_PATH, summary="Invite a person", status_code=201)
def create(body: InvitationCreate, request: Request, caller: Manager) -> InvitationWithLink:
    """Make a link with which one person can join. Give it to that person only; it works once."""
    address = shared_address(request, caller.service.settings)
    return _invite(caller, address, Invitee(body.name or "", body.email or ""), body.role, body.collections)


@router.post(_PATH + "/batch", summary="Invite several people", status_code=201)
def create_batch(body: InvitationBatch, request: Request, caller: Manager) -> InvitationsMade:
    """Make a link for each person of a list. Whoever cannot be invited does not keep the others from it."""
    people = read_invitees(body.people)
    if not people:
        raise InputError("invitee_missing")
    if len(people) > MOST_INVITEES:
        raise InputError("invitees_too_many", limit=MOST_INVITEES)
    address = shared_address(request, caller.service.settings)
    found = InvitationsMade(made=[], failed=[])
    for one in people:
        try:
            found.made.append(_invite(caller, address, one, body.role, body.collections))
        except SinziError as error:
            person = one.email or one.name
            found.failed.append(InvitationFailed(person=person, error=error.as_dict(request.state.locale, plain=True)))
    return found


def _invite(
    caller: Caller, address: SharedAddress, person: Invitee, role: Role, collections: dict[str, GrantLevel]
) -> InvitationWithLink:
    assert caller.user is not None, "only people manage"
    row, token = invitations.create(
        caller.service.settings, caller.library, person.email, role, dict(collections), caller.user.id, person.name
    )
    detail = {"role": row.role, "collections": row.collections}
    audit.record(caller.library, caller.actor, "member.invite", invitations.label(row), **detail)
    return _with_link(caller, address, row, token)


@router.post(_PATH + "/{invitation_id}/link", summary="Make a new link for an invitation", status_code=201)
def renew(invitation_id: Id, request: Request, caller: Manager) -> InvitationWithLink:
    """Give an invitation a new link that is valid for the full time. The old link stops working."""
    assert caller.user is not None
    row, token = invitations.renew(caller.service.settings, caller.tenant.slug, invitation_id, caller.user.id)
    audit.record(caller.library, caller.actor, "member.invite", invitations.label(row), renewed=True)
    return _with_link(caller, shared_address(request, caller.service.settings), row, token)


@router.delete(_PATH + "/{invitation_id}", summary="Withdraw an invitation", status_code=204)
def withdraw(invitation_id: Id, caller: Manager) -> None:
    row = invitations.withdraw(caller.service.settings, caller.tenant.slug, invitation_id)
    audit.record(caller.library, caller.actor, "member.uninvite", invitations.label(row))


def invite_form(request: Request, caller: Caller) -> dict[str, Any]:
    """Return what the form for inviting people shows: roles, collections that need a grant, and how far links reach."""
    rows = caller.library.collections()
    return {
        "roles": list(Role),
        "closed": [row for row in rows if EVERYONE not in access.grants(caller.library, row)],
        "days": caller.service.settings.invitation_days,
        "reach": shared_address(request, caller.service.settings).reach,
    }


def _with_link(caller: Caller, address: SharedAddress, row: InvitationRow, token: str) -> InvitationWithLink:
    link = address.url(f"/invitation/{token}")
    return InvitationWithLink(
        **_invitation_fields(row),
        link=link,
        reach=address.reach,
        qr=segno.make(link, error="m", micro=False).svg_data_uri(scale=4, border=4, dark="#000", light="#fff"),
        messages={locale: _message(caller, address, row, link, locale) for locale in ("zh-HK", "en")},
    )


def _message(caller: Caller, address: SharedAddress, row: InvitationRow, link: str, locale: str) -> str:
    """Return a short message for WhatsApp that tells what the link is for and what is needed to open it."""
    where = interface("invitation_office", locale) if address.reach is AddressReach.OFFICE else ""
    return interface(
        "invitation_message",
        locale,
        greeting=interface("invitation_greeting", locale, name=row.name) if row.name else "",
        organisation=caller.tenant.name,
        link=link,
        where=where,
        day=in_hong_kong(row.expires_at).strftime("%Y-%m-%d"),
    )


def _invitation_fields(row: InvitationRow) -> dict[str, Any]:
    state = invitations.state_of(row)
    return {
        "id": row.id,
        "email": row.email,
        "name": row.name,
        "role": row.role,
        "collections": row.collections,
        "expires_at": row.expires_at.replace(tzinfo=UTC),
        "expired": state is InvitationState.EXPIRED,
        "state": state,
    }
