"""Collections, which hold an organisation's documents. The routes for rights are in :mod:`..people.rights`."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager, Reader
from assistant.api.schemas.bodies import Body, ContactText, Name, NewSlug, UtcTime
from assistant.llm import model_choices
from assistant.service.callers import Caller
from assistant.uploads import upload_actions
from kb.library import audit, collections, contacts
from kb.people import api_keys, invitations
from kb.people.initial_collections import open_to_all
from kb.publishing import deletion
from kb.store.tables.library_tables import CollectionRow

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/collections", tags=["collections"])


class CollectionPublic(BaseModel):
    """A collection, and whether the caller may edit it."""

    slug: str
    name: str
    documents: int
    editable: bool
    contact: str = Field(description="Whom to ask about its documents.")
    created_at: UtcTime


class CollectionCreate(Body):
    """A new collection. Without ``slug`` its short name is made from its name.

    With ``open`` everyone in the organisation may read it and editors may edit it; otherwise only owners, at first.
    """

    slug: NewSlug | None = None
    name: Name = Field(examples=["甲中心"])
    open: bool = True


class CollectionUpdate(Body):
    """The changes. A field that is left out stays as it is."""

    name: Name | None = Field(default=None, examples=["甲中心（灣仔）"])
    contact: ContactText | None = Field(default=None, examples=["甲中心主任，內線 205"])


@router.get("", summary="List collections")
def listing(caller: Reader) -> list[CollectionPublic]:
    """Return the collections that the caller may read."""
    sizes = collections.sizes(caller.library)
    rows = (row for row in caller.library.collections() if row.slug in caller.reach.read)
    return [_public(row, sizes.get(row.slug, 0), caller) for row in rows]


@router.post("", status_code=201, summary="Create a collection")
def create(body: CollectionCreate, caller: Manager) -> CollectionPublic:
    if body.slug is None:
        row = collections.create_named(caller.library, body.name)
    else:
        row = collections.create(caller.library, body.slug, body.name)
    if body.open:
        open_to_all(caller.library, row)
    audit.record(caller.library, caller.actor, "collection.create", row.slug, open=body.open)
    return _public(row, 0, caller, editable=True)


@router.patch("/{slug}", summary="Change a collection's name or contact")
def change(slug: str, body: CollectionUpdate, caller: Manager) -> CollectionPublic:
    row = caller.collection(slug, edit=True)
    if body.name is not None:
        collections.rename(caller.library, row, body.name)
        audit.record(caller.library, caller.actor, "collection.rename", slug, name=body.name)
    if body.contact is not None:
        contacts.set_of_collection(caller.library, row, body.contact)
        audit.record(caller.library, caller.actor, "contacts.change", slug)
    sizes = collections.sizes(caller.library)
    return _public(caller.library.collection(slug), sizes.get(slug, 0), caller)


@router.delete("/{slug}", status_code=204, response_class=Response, summary="Delete a collection")
def remove(
    slug: str,
    caller: Manager,
    documents: Annotated[bool, Query(description="Delete its documents for good; otherwise it must be empty.")] = False,
) -> None:
    row = caller.collection(slug, edit=True)
    intake = caller.service.intake
    if intake is not None and (documents or not collections.holds_documents(caller.library, row)):
        # a file on its way in would make the collection again
        upload_actions.cancel_all(intake, caller.library, slug)
    if documents:
        deletion.delete_collection_documents(caller.service.settings, caller.library, row, caller.actor)
    collections.remove(caller.library, row)
    api_keys.forget_collection(caller.service.settings, caller.tenant.slug, slug)
    invitations.forget_collection(caller.service.settings, caller.tenant.slug, slug)
    model_choices.forget(caller.library, slug)
    audit.record(caller.library, caller.actor, "collection.delete", slug)


def _public(row: CollectionRow, documents: int, caller: Caller, editable: bool | None = None) -> CollectionPublic:
    return CollectionPublic(
        slug=row.slug,
        name=row.name,
        contact=row.contact,
        documents=documents,
        editable=row.slug in caller.reach.edit if editable is None else editable,
        created_at=row.created_at,
    )
