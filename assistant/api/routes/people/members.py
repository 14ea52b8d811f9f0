"""The members of an organisation: their roles, and one-time links for a new password."""

from __future__ import annotations

from datetime import UTC, datetime

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.http.addresses import shared_address
from assistant.api.routes.people.invitations import invite_form
from assistant.api.routes.people.invitations import listing as invitations_of
from assistant.api.schemas.bodies import Body, Choice, Id
from assistant.service.callers import Caller
from assistant.web.pages import render
from kb.library import audit
from kb.people import accounts, members, password_resets
from kb.people.access import Role
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

    role: Choice[Role]


class LinkPublic(BaseModel):
    """A link for one person. It is shown only once."""

    link: str = Field(examples=["https://kb.example/reset/…"])
    expires_at: datetime


@router.get(_PATH, summary="List members")
def listing(caller: Manager) -> list[MemberPublic]:
    return [_public(one) for one in accounts.members(caller.service.settings, caller.tenant.slug)]


@router.patch(_PATH + "/{user_id}", summary="Change a member's role")
def change(user_id: Id, body: MemberUpdate, caller: Manager) -> MemberPublic:
    """Change a person's role. The last owner stays owner (409).

    The API keys and open invitations of a former owner end.
    """
    return _public(members.change_role(caller.service.settings, caller.library, user_id, body.role, caller.actor))


@router.delete(_PATH + "/{user_id}", summary="Remove a member", status_code=204)
def remove(user_id: Id, caller: Manager) -> None:
    """End the membership, its rights, and the API keys and open invitations that the person made.

    The last owner cannot be removed (409).
    """
    members.remove(caller.service.settings, caller.library, user_id, caller.actor)


@router.post(_PATH + "/{user_id}/reset", summary="Make a link for a new password", status_code=201)
def reset(user_id: Id, request: Request, caller: Manager) -> LinkPublic:
    """Make a one-time link with which a person chooses a new password.

    Refused with 409 if the person also belongs to an organisation that the caller does not own.
    """
    found = members.get(caller.service.settings, caller.tenant.slug, user_id)
    token, ends = password_resets.create(caller.service.settings, user_id, caller.tenant.slug, _manager_id(caller))
    audit.record(caller.library, caller.actor, "member.reset", found.user.name, user=user_id)
    link = shared_address(request, caller.service.settings).url(f"/reset/{token}")
    return LinkPublic(link=link, expires_at=ends.replace(tzinfo=UTC))


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
        invitations=invitations_of(caller, used=True),
        inviting=invite_form(request, caller),
        roles=list(Role),
        me=_manager_id(caller),
    )
