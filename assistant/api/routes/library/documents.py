"""List documents, open one, show its outline and chunks, find words in it, try a question on it, download originals."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Reader
from assistant.api.schemas.bodies import Body, Flag, Id
from assistant.api.schemas.document_part_schemas import (
    ChunkPublic,
    FoundPublic,
    HiddenPublic,
    SectionPublic,
    chunk_public,
    found_public,
    hidden_public,
    sections_public,
)
from assistant.api.schemas.document_schemas import (
    DocumentDetail,
    DocumentPage,
    document_detail,
    document_editor,
    document_public,
)
from assistant.library_admin import document_list as lists
from assistant.library_admin import document_trial
from assistant.library_admin.document_detail import main_version
from assistant.library_admin.document_list import DocumentFilter, Order, Status
from assistant.library_admin.text_places import find_in_version
from assistant.service.callers import Caller, limit_questions
from assistant.sources import original_archive, originals, readable_versions, text_download
from kb.library import audit
from kb.library.documents import DocumentVersion
from kb.people.access import Ability
from kb.publishing import personal_data_decisions
from kb.store.tables.library_tables import VersionRow

__all__ = ["detail", "router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/documents", tags=["documents"])
_ARCHIVES: dict[int | str, dict[str, Any]] = {200: {"content": {"application/zip": {}}}}


class TrialRequest(Body):
    """A question to try."""

    question: str = Field(min_length=1, max_length=20_000, examples=["病假要唔要醫生紙？"])


class RankedPassagePublic(BaseModel):
    """A passage of the document. ``rank``, from 1, is among the passages of all documents that the caller may read."""

    rank: int
    score: float
    chunk_id: int
    clause: str | None
    pages: list[int]
    heading_path: list[str]
    text: str


class TrialPublic(BaseModel):
    """The ranks that search gives the document's passages for the question."""

    searched: bool = Field(description="False if no version of the document is published.")
    considered: int
    first: str | None = Field(description="The name of the document with the best passage.")
    passages: list[RankedPassagePublic]


@router.get("", summary="List documents")
def listing(
    caller: Reader,
    q: Annotated[str, Query(max_length=200, description="Words of the name, the title or the text, all of them.")] = "",
    status: Annotated[Status | None, Query(description="Without it, all but those on their way in (indexing).")] = None,
    collection: Annotated[str | None, Query(max_length=40)] = None,
    language: Annotated[str | None, Query(max_length=20)] = None,
    review_due: Flag = False,
    personal_data: Annotated[Flag, Query(description="Only documents with people's data, for editors.")] = False,
    order: Annotated[Order, Query(description="best: by how well `q` matches; without `q` by title.")] = "best",
    offset: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> DocumentPage:
    """Only people who may edit them see drafts and withdrawn documents."""
    document_filter = DocumentFilter(q, status, collection, language, review_due, personal_data)
    total, items = lists.documents(caller.library, caller.reach, document_filter, offset, limit, order)
    editable = [one.document.id for one in items if one.collection.slug in caller.reach.edit]
    marks = personal_data_decisions.marks(caller.library, editable)
    return DocumentPage(total=total, items=[document_public(one, marks.get(one.document.id, "")) for one in items])


@router.get("/originals", summary="Download several originals", response_class=StreamingResponse, responses=_ARCHIVES)
def several_originals(caller: Reader, document: Annotated[list[Id], Query(min_length=1, max_length=500)]) -> Response:
    """Return a ZIP with the file of each document: its published version, or for an editor its newest.

    Of a document with people's data that the caller may not see, it has the text, with marks in place of the data.
    """
    opened = [_main_version(caller, one) for one in dict.fromkeys(document)]
    files = [
        _downloaded(caller, one, name) for one, name in zip(opened, original_archive.archive_names(opened), strict=True)
    ]
    for one in opened:
        originals.check_may_open(caller.library, one, owner=caller.may(Ability.MANAGE))
        readable_versions.record_opening(caller.library, caller.actor, one)
    stream = original_archive.zip_stream(files)
    disposition = {"Content-Disposition": 'attachment; filename="documents.zip"'}
    return StreamingResponse(stream, media_type="application/zip", headers=originals.DOWNLOAD_HEADERS | disposition)


def _downloaded(caller: Caller, opened: DocumentVersion, name: str) -> tuple[str, Path | bytes]:
    """Return the name in the ZIP and the original, or the text where the original may not be handed out."""
    if caller.library.private_pages(opened.version.id) is None:
        return name, originals.path_of(caller.library, opened)
    return text_download.text_name(name), text_download.text_file(caller.library, opened)


def _main_version(caller: Caller, document_id: int) -> DocumentVersion:
    editor = document_editor(caller, document_id)
    versions = editor.versions(editor=editor.collection.slug in caller.reach.edit)
    return DocumentVersion(editor.collection, editor.document, main_version(editor.document, versions) or versions[-1])


@router.get("/{document_id}", summary="Open a document")
def detail(document_id: Id, caller: Reader) -> DocumentDetail:
    editor = document_editor(caller, document_id)
    found = document_detail(editor, caller)
    readable_versions.record_opening(caller.library, caller.actor, _main_version(caller, document_id))
    return found


@router.get("/{document_id}/versions/{version_id}/outline", summary="Show the outline of a version")
def outline(document_id: Id, version_id: Id, caller: Reader) -> list[SectionPublic]:
    version = _visible_version(caller, document_id, version_id)
    return sections_public(caller.library.outline(version.id), caller.library.chunks_of(version.id))


@router.get("/{document_id}/versions/{version_id}/find", summary="Find words in a version")
def find(
    document_id: Id,
    version_id: Id,
    caller: Reader,
    q: Annotated[str, Query(min_length=1, max_length=200, description="Words that stand together in a passage.")],
    limit: Annotated[int, Query(ge=1, le=500)] = 200,
) -> list[FoundPublic]:
    """Return the places where the words stand, in reading order. Both scripts and other forms of a word are found."""
    version = _visible_version(caller, document_id, version_id)
    return [found_public(one) for one in find_in_version(caller.library, version.id, q, limit)]


@router.get("/{document_id}/versions/{version_id}/chunks", summary="List the chunks of a version")
def chunks(document_id: Id, version_id: Id, caller: Reader) -> list[ChunkPublic]:
    """Return the version's chunks in reading order, each with its places on the pages."""
    version = _visible_version(caller, document_id, version_id)
    return [chunk_public(one) for one in caller.library.chunks_of(version.id)]


@router.get("/{document_id}/versions/{version_id}/kind", summary="Show how a version can be displayed")
def kind(document_id: Id, version_id: Id, caller: Reader) -> Literal["pdf", "picture", "text"]:
    """For `pdf` and `picture`, pages are available as images."""
    editor = document_editor(caller, document_id)
    version = _visible_version(caller, document_id, version_id)
    opened = DocumentVersion(editor.collection, editor.document, version)
    path = originals.path_of(caller.library, opened)
    withheld = originals.is_withheld(caller.library, opened, owner=caller.may(Ability.MANAGE))
    return "text" if withheld else originals.kind_of(path)


@router.get("/{document_id}/versions/{version_id}/hidden", summary="Show what is hidden from the caller in a version")
def hidden(document_id: Id, version_id: Id, caller: Reader) -> HiddenPublic | None:
    """Null if nothing is."""
    editor = document_editor(caller, document_id)
    version = _visible_version(caller, document_id, version_id)
    return hidden_public(caller, DocumentVersion(editor.collection, editor.document, version))


@router.post("/{document_id}/trial", summary="Try a question on a document")
def try_question(document_id: Id, body: TrialRequest, caller: Reader) -> TrialPublic:
    """Search as for an answer, and return the ranks of this document's passages. The question is not stored."""
    limit_questions(caller)
    editor = document_editor(caller, document_id)
    versions = {one.id for one in editor.versions(editor=False)}
    retriever = caller.retriever()
    found = document_trial.try_question(retriever, body.question, caller.searchable_collections(None), versions)
    audit.record(caller.library, caller.actor, "document.try", editor.document.name)
    return TrialPublic(
        searched=editor.document.published_version_id is not None,
        considered=found.considered,
        first=found.first.document if found.first else None,
        passages=[
            RankedPassagePublic(
                rank=one.rank,
                score=one.passage.score,
                chunk_id=one.passage.chunk_id,
                clause=one.passage.clause,
                pages=one.passage.pages,
                heading_path=one.passage.heading_path,
                text=one.passage.text,
            )
            for one in found.placed[:20]
        ],
    )


def _visible_version(caller: Caller, document_id: int, version_id: int) -> VersionRow:
    editor = document_editor(caller, document_id)
    return editor.version(version_id, editor=editor.collection.slug in caller.reach.edit)
