"""What an editor does to a document: describe it, publish, restore and withdraw versions, set dates, delete it."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import Field

from assistant.api.auth.dependencies import Editor
from assistant.api.schemas.bodies import Body, Id
from assistant.api.schemas.document_schemas import DocumentDetail, detail_of, shelf_of

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/documents", tags=["documents"])
Day = Annotated[date | None, Field(examples=["2026-04-01"])]


class DocumentUpdate(Body):
    """What to change; fields left out stay, `review_on: null` clears the day."""

    title: str | None = Field(default=None, min_length=1, max_length=300, examples=["員工手冊"])
    owner: str | None = Field(default=None, max_length=120, examples=["陳主任"])
    review_on: Day = None


class DatesUpdate(Body):
    """The days a version holds; null leaves that side open."""

    effective_from: Day
    effective_to: Day


@router.patch("/{document_id}", summary="Change title, owner, review date")
def change(document_id: Id, asked: DocumentUpdate, caller: Editor) -> DocumentDetail:
    changes = asked.model_dump(exclude_unset=True)
    for field in ("title", "owner"):
        if changes.get(field, "") is None:
            del changes[field]
    shelf_of(caller, document_id, edit=True).describe(changes)
    return detail_of(shelf_of(caller, document_id), caller)


@router.delete("/{document_id}", status_code=204, response_class=Response, summary="Delete a document for good")
def remove(document_id: Id, caller: Editor) -> None:
    """All versions, their originals and everything search knew of them; this cannot be undone."""
    shelf_of(caller, document_id, edit=True).remove()


@router.patch("/{document_id}/versions/{version_id}", summary="Set the days a version holds")
def dates(document_id: Id, version_id: Id, asked: DatesUpdate, caller: Editor) -> DocumentDetail:
    shelf = shelf_of(caller, document_id, edit=True)
    shelf.hold_between(shelf.version(version_id, editor=True), asked.effective_from, asked.effective_to)
    return detail_of(shelf, caller)


@router.post("/{document_id}/versions/{version_id}/publish", summary="Publish or restore a version")
def publish(document_id: Id, version_id: Id, caller: Editor) -> DocumentDetail:
    """A draft begins to answer; an earlier or withdrawn version answers again. The version before it rests."""
    shelf = shelf_of(caller, document_id, edit=True)
    shelf.release(shelf.version(version_id, editor=True))
    return detail_of(shelf_of(caller, document_id), caller)


@router.post("/{document_id}/versions/{version_id}/withdraw", summary="Withdraw a version")
def withdraw(document_id: Id, version_id: Id, caller: Editor) -> DocumentDetail:
    """It is no longer searched for any day, and is kept."""
    shelf = shelf_of(caller, document_id, edit=True)
    shelf.withdraw(shelf.version(version_id, editor=True))
    return detail_of(shelf_of(caller, document_id), caller)
