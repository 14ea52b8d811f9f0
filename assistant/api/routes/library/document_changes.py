"""What an editor can do: describe a document, publish, restore and withdraw versions, set dates, delete it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Response
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Editor
from assistant.api.schemas.bodies import Body, Id
from assistant.api.schemas.document_schemas import DocumentDetail, document_detail, document_editor
from assistant.library_admin.left_out import marked_sentences
from kb.core.local_date import IsoDate
from kb.personal_data.concealment import conceal_text

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/documents", tags=["documents"])
Day = Annotated[IsoDate | None, Field(examples=["2026-04-01"])]


class DocumentUpdate(Body):
    """The changes. A field that is left out stays as it is; `review_on: null` removes the date."""

    title: str | None = Field(default=None, min_length=1, max_length=300, examples=["員工手冊"])
    owner: str | None = Field(default=None, max_length=120, examples=["陳主任"])
    review_on: Day = None


class DatesUpdate(Body):
    """The dates between which a version is in force; null means no limit."""

    effective_from: Day
    effective_to: Day


class MarkedSentencePublic(BaseModel):
    """A sentence that speaks to an assistant: characters `start`–`end` of a chunk."""

    chunk_id: int
    start: int
    end: int
    text: str
    page: int | None
    quotable: bool = Field(description="Whether an editor lets it be quoted.")


class LeftOut(BaseModel):
    """What answers leave out of a version."""

    sentences: list[MarkedSentencePublic]
    hidden: list[str] = Field(description="Text that nobody sees, in pieces. Long text is cut.")


class QuoteDecision(Body):
    """Whether a marked sentence may be quoted."""

    chunk_id: int = Field(ge=1, le=2**31 - 1)
    start: int = Field(ge=0, le=2**31 - 1)
    quotable: bool


@router.patch("/{document_id}", summary="Change title, owner, review date")
def change(document_id: Id, body: DocumentUpdate, caller: Editor) -> DocumentDetail:
    changes = body.model_dump(exclude_unset=True)
    for field in ("title", "owner"):
        if changes.get(field, "") is None:
            del changes[field]
    document_editor(caller, document_id, edit=True).describe(changes)
    return document_detail(document_editor(caller, document_id), caller)


@router.delete("/{document_id}", status_code=204, response_class=Response, summary="Delete a document for good")
def remove(document_id: Id, caller: Editor) -> None:
    """Delete all versions, their originals and their search data. This cannot be undone."""
    document_editor(caller, document_id, edit=True).remove()


@router.delete(
    "/{document_id}/versions/{version_id}",
    status_code=204,
    response_class=Response,
    summary="Delete a version for good",
)
def remove_version(document_id: Id, version_id: Id, caller: Editor) -> None:
    """Delete one version, and the document if it has no other version. This cannot be undone.

    If the published version is deleted, none is published until somebody publishes another one.
    """
    editor = document_editor(caller, document_id, edit=True)
    editor.remove_version(editor.version(version_id, editor=True))


@router.patch("/{document_id}/versions/{version_id}", summary="Set the dates between which a version is in force")
def dates(document_id: Id, version_id: Id, body: DatesUpdate, caller: Editor) -> DocumentDetail:
    editor = document_editor(caller, document_id, edit=True)
    editor.hold_between(editor.version(version_id, editor=True), body.effective_from, body.effective_to)
    return document_detail(editor, caller)


@router.get("/{document_id}/versions/{version_id}/left-out", summary="Show what answers leave out of a version")
def left_out(document_id: Id, version_id: Id, caller: Editor) -> LeftOut:
    """Sentences that speak to an assistant instead of to staff, and text of the file that nobody sees."""
    editor = document_editor(caller, document_id, edit=True)
    version = editor.version(version_id, editor=True)
    marked = marked_sentences(caller.library, version.id)
    may_see = caller.library.shows_personal_data(editor.collection.slug)
    return LeftOut(
        sentences=[MarkedSentencePublic.model_validate(one, from_attributes=True) for one in marked],
        hidden=[one if may_see else conceal_text(one) for one in version.hidden_text],
    )


@router.post("/{document_id}/versions/{version_id}/left-out", summary="Let a sentence be quoted, or not")
def let_quote(document_id: Id, version_id: Id, body: QuoteDecision, caller: Editor) -> LeftOut:
    """An editor knows better whether a sentence speaks to staff. The decision holds for later versions too."""
    editor = document_editor(caller, document_id, edit=True)
    editor.let_quote(editor.version(version_id, editor=True), body.chunk_id, body.start, body.quotable)
    return left_out(document_id, version_id, caller)


@router.post("/{document_id}/versions/{version_id}/publish", summary="Publish or restore a version")
def publish(document_id: Id, version_id: Id, caller: Editor) -> DocumentDetail:
    """Answers use the draft, or use an earlier or withdrawn version again. It replaces the version published before."""
    editor = document_editor(caller, document_id, edit=True)
    editor.release(editor.version(version_id, editor=True))
    return document_detail(document_editor(caller, document_id), caller)


@router.post("/{document_id}/versions/{version_id}/withdraw", summary="Withdraw a version")
def withdraw(document_id: Id, version_id: Id, caller: Editor) -> DocumentDetail:
    """The version is no longer searched, whatever the date asked for. It is not deleted."""
    editor = document_editor(caller, document_id, edit=True)
    editor.withdraw(editor.version(version_id, editor=True))
    return document_detail(document_editor(caller, document_id), caller)
