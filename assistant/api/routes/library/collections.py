"""Collections, which hold an organisation's documents. The routes for rights are in :mod:`..people.rights`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field, StringConstraints

from assistant.api.auth.dependencies import Manager, Reader
from assistant.api.schemas.bodies import Body, Name, UtcTime
from assistant.llm import model_choices
from assistant.service.callers import Caller
from assistant.uploads import upload_actions
from kb.library import audit, collections
from kb.people import access, api_keys, invitations
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/collections", tags=["collections"])
NewSlug = Annotated[
    str,
    StringConstraints(min_length=3, max_length=40, pattern=r"^[a-z0-9](?:[a-z0-9-]{1,38})[a-z0-9]$"),
    Field(examples=["centre-a"]),
]


class CollectionPublic(BaseModel):
    """A collection, and whether the caller may edit it."""

    slug: str
    name: str
    documents: int
    editable: bool
    created_at: UtcTime


class CollectionCreate(Body):
    """A new collection. With ``open`` everyone in the organisation may read it; otherwise only owners, at first."""

    slug: NewSlug
    name: Name = Field(examples=["甲中心"])
    open: bool = True


class CollectionUpdate(Body):
    """The new name of a collection."""

    name: Name = Field(examples=["甲中心（灣仔）"])


@router.get("", summary="List collections")
def listing(caller: Reader) -> list[CollectionPublic]:
    """Return the collections that the caller may read."""
    sizes = collections.sizes(caller.library)
    rows = (row for row in caller.library.collections() if row.slug in caller.reach.read)
    return [_public(row, sizes.get(row.slug, 0), caller) for row in rows]


@router.post("", status_code=201, summary="Create a collection")
def create(body: CollectionCreate, caller: Manager) -> CollectionPublic:
    row = collections.create(caller.library, body.slug, body.name)
    if body.open:
        access.grant(caller.library, row, EVERYONE, GrantLevel.READ)
    audit.record(caller.library, caller.actor, "collection.create", body.slug, open=body.open)
    return _public(row, 0, caller, editable=True)


@router.patch("/{slug}", summary="Rename a collection")
def rename(slug: str, body: CollectionUpdate, caller: Manager) -> CollectionPublic:
    row = caller.collection(slug, edit=True)
    collections.rename(caller.library, row, body.name)
    audit.record(caller.library, caller.actor, "collection.rename", slug, name=body.name)
    sizes = collections.sizes(caller.library)
    return _public(caller.library.collection(slug), sizes.get(slug, 0), caller)


@router.delete("/{slug}", status_code=204, response_class=Response, summary="Delete an empty collection")
def remove(slug: str, caller: Manager) -> None:
    row = caller.collection(slug, edit=True)
    intake = caller.service.intake
    if intake is not None and not collections.holds_documents(caller.library, row):
        # a file on its way in would make the collection again
        upload_actions.cancel_all(intake, caller.library, slug)
    collections.remove(caller.library, row)
    for store in (api_keys, invitations):
        store.forget_collection(caller.service.settings, caller.tenant.slug, slug)
    model_choices.forget(caller.library, slug)
    audit.record(caller.library, caller.actor, "collection.delete", slug)


def _public(row: CollectionRow, documents: int, caller: Caller, editable: bool | None = None) -> CollectionPublic:
    return CollectionPublic(
        slug=row.slug,
        name=row.name,
        documents=documents,
        editable=row.slug in caller.reach.edit if editable is None else editable,
        created_at=row.created_at,
    )
