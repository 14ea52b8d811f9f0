"""The members of an organisation: their roles, and one-time links for a new password."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.http.addresses import absolute_url
from assistant.api.routes.people.invitations import listing as invitations_of
from assistant.api.schemas.bodies import Body, Id
from assistant.service.callers import Caller
from assistant.web.pages import render
from kb.library import audit
from kb.people import accounts, api_keys, members, password_resets
from kb.people.access import ROLES, Ability, Role
from kb.people.accounts import Membership

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/members"


class MemberPublic(BaseModel):
    """A member of the organisation."""

    id: int
    name: str
    email: str
    role: Role
    disabled: bool


class MemberUpdate(Body):
    """The new role of a member."""

    role: Role


class LinkPublic(BaseModel):
    """A link for one person. It is shown only once."""

    link: str = Field(examples=["https://kb.example/reset/…"])
    expires_at: datetime


@router.get(_PATH, summary="List members")
def listing(caller: Manager) -> list[MemberPublic]:
    return [_public(one) for one in accounts.members(caller.service.settings, caller.tenant.slug)]


@router.patch(_PATH + "/{user_id}", summary="Change a member's role")
def change(user_id: Id, body: MemberUpdate, caller: Manager) -> MemberPublic:
    """Change a person's role. The last owner stays owner (409). The API keys of a former owner are revoked."""
    before = members.get(caller.service.settings, caller.tenant.slug, user_id).role
    found = members.change_role(caller.service.settings, caller.tenant.slug, user_id, body.role)
    roles = {"role": body.role.value, "before": before.value}
    audit.record(caller.library, caller.actor, "member.role", found.user.name, **roles, user=user_id)
    if Ability.MANAGE not in ROLES[body.role]:
        _revoke_keys(caller, user_id)
    return _public(found)


@router.delete(_PATH + "/{user_id}", summary="Remove a member", status_code=204)
def remove(user_id: Id, caller: Manager) -> None:
    """End the membership, its rights and the API keys that the person made. The last owner cannot be removed (409)."""
    found = members.remove(caller.service.settings, caller.library, user_id)
    audit.record(caller.library, caller.actor, "member.remove", found.user.name, user=user_id)
    _revoke_keys(caller, user_id)


def _revoke_keys(caller: Caller, user_id: int) -> None:
    """Revoke the API keys that a person made as an owner, because the person may still have their tokens."""
    for row in api_keys.revoke_of(caller.service.settings, caller.tenant.slug, user_id):
        audit.record(caller.library, caller.actor, "key.revoke", row.name, prefix=row.prefix)


@router.post(_PATH + "/{user_id}/reset", summary="Make a link for a new password", status_code=201)
def reset(user_id: Id, request: Request, caller: Manager) -> LinkPublic:
    """Make a one-time link with which a person chooses a new password.

    Refused with 409 if the person also belongs to an organisation that the caller does not own.
    """
    found = members.get(caller.service.settings, caller.tenant.slug, user_id)
    token, ends = password_resets.create(caller.service.settings, user_id, caller.tenant.slug, _manager_id(caller))
    audit.record(caller.library, caller.actor, "member.reset", found.user.name, user=user_id)
    return LinkPublic(
        link=absolute_url(request, caller.service.settings, f"/reset/{token}"), expires_at=ends.replace(tzinfo=UTC)
    )


def _manager_id(caller: Caller) -> int:
    assert caller.user is not None, "only people manage"
    return caller.user.id


def _public(one: Membership) -> MemberPublic:
    user = one.user
    return MemberPublic(
        id=user.id, name=user.name, email=user.email, role=one.role, disabled=user.disabled_at is not None
    )


@router.get("/t/{tenant}/manage", include_in_schema=False, response_class=HTMLResponse)
def start_page(request: Request, caller: Manager) -> Response:
    return render(request, "manage/start.html")


@router.get("/t/{tenant}/manage/people", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager) -> Response:
    return render(
        request,
        "manage/people.html",
        people=listing(caller),
        invitations=invitations_of(caller),
        collections=caller.library.collections(),
        roles=list(Role),
        me=_manager_id(caller),
        days=caller.service.settings.invitation_days,
    )
