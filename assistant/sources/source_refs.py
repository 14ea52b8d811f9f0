"""Places in documents for pages and programs, with all that is needed to open them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Protocol

from pydantic import BaseModel

from assistant.sources.readable_versions import document_versions
from kb.library.documents import DocumentVersion, Library

__all__ = ["SourceRef", "place_of", "whole_chunks"]


class SourceRef(BaseModel):
    """A place in a document: characters ``start``–``end`` of a chunk, and its version."""

    chunk_id: int
    start: int
    end: int
    document_id: int
    document: str
    title: str
    version: int
    version_id: int
    collection: str
    pages: list[int]
    clause: str | None
    language: str
    effective_from: date | None
    effective_to: date | None


class _Quotable(Protocol):
    """A passage, or a citation of one."""

    @property
    def chunk_id(self) -> int: ...
    @property
    def pages(self) -> list[int]: ...
    @property
    def clause(self) -> str | None: ...
    @property
    def language(self) -> str: ...


def place_of(document_version: DocumentVersion, quoted: _Quotable, start: int, end: int) -> dict[str, Any]:
    """Return the fields of a place: characters ``start``–``end`` of the chunk of a passage or citation."""
    return {
        "chunk_id": quoted.chunk_id,
        "start": start,
        "end": end,
        "pages": tuple(quoted.pages),
        "clause": quoted.clause,
        "language": quoted.language,
        **_document_fields(document_version),
    }


def _document_fields(document_version: DocumentVersion) -> dict[str, Any]:
    return {
        "document_id": document_version.document.id,
        "document": document_version.document.name,
        "title": document_version.version.title or document_version.document.name,
        "version": document_version.version.number,
        "version_id": document_version.version.id,
        "collection": document_version.collection.slug,
        "effective_from": document_version.version.effective_from,
        "effective_to": document_version.version.effective_to,
    }


def whole_chunks(library: Library, chunk_ids: Collection[int]) -> dict[int, SourceRef]:
    """Return whole chunks as places, by chunk id. Deleted chunks are not in the result."""
    chunks = library.chunks(chunk_ids) if chunk_ids else {}
    known = document_versions(library, {row.version_id for row in chunks.values()}) if chunks else {}
    return {
        row.id: SourceRef(
            chunk_id=row.id,
            start=0,
            end=len(row.text),
            pages=list(row.pages),
            clause=row.clause,
            language=row.language,
            **_document_fields(known[row.version_id]),
        )
        for row in chunks.values()
        if row.version_id in known
    }
