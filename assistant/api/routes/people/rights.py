"""Who may read and edit which collection, and who may see people's data in it.

Without a grant there is no access; owners may access everything.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.api.schemas.bodies import Body, Choice
from assistant.service.callers import Caller
from assistant.web.pages import render
from kb.library import audit
from kb.people import access, accounts, members, personal_data_rights
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel

__all__ = ["router"]

router = APIRouter(tags=["people"])
_PATH = "/api/v1/tenants/{tenant}/rights"

Subject = Annotated[
    str,
    Path(
        pattern=r"^(everyone|user:[1-9][0-9]{0,8})$",
        description='"everyone" in the organisation, or "user:" and a person\'s id.',
        examples=["everyone"],
    ),
]
PersonSubject = Annotated[
    str,
    Path(pattern=r"^user:[1-9][0-9]{0,8}$", description='"user:" and a person\'s id.', examples=["user:3"]),
]
CollectionSlug = Annotated[str, Path(max_length=40, examples=["main"])]


class GrantPublic(BaseModel):
    """A person's right on a collection. ``edit`` includes reading, and has an effect for editors only."""

    user: int
    name: str
    email: str
    level: GrantLevel


class PersonalDataGrantPublic(BaseModel):
    """A person who may see people's data in a collection that the person may read."""

    user: int
    name: str
    email: str


class RightsPublic(BaseModel):
    """Who may access a collection, besides the owners."""

    collection: str = Field(examples=["main"])
    name: str
    everyone: GrantLevel | None
    people: list[GrantPublic]
    personal_data: list[PersonalDataGrantPublic]


class GrantUpdate(Body):
    """The right to grant."""

    level: Choice[GrantLevel]


@router.get(_PATH, summary="List rights")
def listing(caller: Manager) -> list[RightsPublic]:
    return [_public(caller, row) for row in caller.library.collections()]


@router.put(_PATH + "/{collection}/{subject}", summary="Grant a right on a collection")
def grant(collection: CollectionSlug, subject: Subject, body: GrantUpdate, caller: Manager) -> RightsPublic:
    """Grant a right to everyone or to one person. It replaces the right granted before."""
    row = caller.collection(collection)
    name = _name(caller, subject)
    access.grant(caller.library, row, subject, body.level)
    audit.record(caller.library, caller.actor, "rights.grant", row.slug, to=subject, name=name, level=body.level)
    return _public(caller, row)


@router.delete(_PATH + "/{collection}/{subject}", summary="Revoke a right on a collection")
def revoke(collection: CollectionSlug, subject: Subject, caller: Manager) -> RightsPublic:
    """Remove a right. Nothing happens if there is none."""
    row = caller.collection(collection)
    access.revoke(caller.library, row, subject)
    audit.record(caller.library, caller.actor, "rights.revoke", row.slug, to=subject)
    return _public(caller, row)


@router.put(_PATH + "/{collection}/{subject}/personal-data", summary="Let a person see people's data in a collection")
def show_personal_data(collection: CollectionSlug, subject: PersonSubject, caller: Manager) -> RightsPublic:
    """Without this right, HKID numbers, private telephone numbers, homes, salaries and the like are hidden.

    The right opens no collection: the person also needs the right to read it.
    """
    row = caller.collection(collection)
    name = _name(caller, subject)
    personal_data_rights.give(caller.library, row, _user_id(subject))
    audit.record(caller.library, caller.actor, "rights.personal_data", row.slug, to=subject, name=name)
    return _public(caller, row)


@router.delete(_PATH + "/{collection}/{subject}/personal-data", summary="Hide people's data from a person again")
def hide_personal_data(collection: CollectionSlug, subject: PersonSubject, caller: Manager) -> RightsPublic:
    """Take the right back, from the next answer and the next page on. Nothing happens if there is none."""
    row = caller.collection(collection)
    personal_data_rights.revoke(caller.library, row, _user_id(subject))
    audit.record(caller.library, caller.actor, "rights.no_personal_data", row.slug, to=subject)
    return _public(caller, row)


def _user_id(subject: str) -> int:
    return int(subject.removeprefix("user:"))


def _name(caller: Caller, subject: str) -> str:
    if subject == EVERYONE:
        return EVERYONE
    return members.get(caller.service.settings, caller.tenant.slug, _user_id(subject)).user.name


def _public(caller: Caller, row: CollectionRow) -> RightsPublic:
    given = access.grants(caller.library, row)
    seeing = personal_data_rights.given_to(caller.library, row)
    people = accounts.members(caller.service.settings, caller.tenant.slug)
    found = [(one.user, given.get(access.subject_of(one.user.id))) for one in people]
    return RightsPublic.model_validate(
        {
            "collection": row.slug,
            "name": row.name,
            "everyone": given.get(EVERYONE),
            "people": [
                {"user": user.id, "name": user.name, "email": user.email, "level": level}
                for user, level in found
                if level
            ],
            "personal_data": [
                {"user": user.id, "name": user.name, "email": user.email} for user, _ in found if user.id in seeing
            ],
        }
    )


@router.get("/t/{tenant}/manage/rights", include_in_schema=False, response_class=HTMLResponse)
def page(request: Request, caller: Manager) -> Response:
    people = accounts.members(caller.service.settings, caller.tenant.slug)
    return render(request, "manage/rights.html", rights=listing(caller), people=people)
