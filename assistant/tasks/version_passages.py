"""The passages of a version of a document, in reading order."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress

from assistant.evidence.quotable_spans import QuotableSpan
from kb.core.errors import NotFound
from kb.library.documents import DocumentVersion, Library
from kb.search.passage import Passage, passage
from kb.store.tables.library_tables import DocumentRow, VersionRow
from kb.store.tables.states import READABLE

__all__ = ["find_clause", "find_document", "load_passages", "readable_versions"]


def find_document(library: Library, name: str, collections: Sequence[str] | None = None) -> DocumentRow:
    """Return a document by its file name.

    Args:
        collections: slugs of the collections to look in, in order; all by default.

    Raises:
        NotFound: ``document_not_found``.
    """
    for slug in collections if collections is not None else [one.slug for one in library.collections()]:
        with suppress(NotFound):
            return library.document(name, slug)
    raise NotFound("document_not_found", document=name)


def readable_versions(library: Library, document: DocumentRow) -> list[VersionRow]:
    """Return the readable versions of a document, oldest first."""
    return [row for row in library.versions(document) if row.state in READABLE]


def load_passages(library: Library, document: DocumentRow, number: int | None = None) -> list[Passage]:
    """Return the passages of one version, the newest by default.

    Raises:
        NotFound: ``version_not_found``.
    """
    version = next(
        (one for one in reversed(readable_versions(library, document)) if number in (None, one.number)), None
    )
    if version is None:
        raise NotFound("version_not_found", document=document.name, version=number or 1)
    collection = next(one for one in library.collections() if one.id == document.collection_id)
    document_version = DocumentVersion(collection, document, version)
    return [passage(chunk, document_version) for chunk in library.chunks_of(version.id)]


def find_clause(library: Library, document: DocumentRow, number: str) -> QuotableSpan | None:
    """Return the clause with the given number in the newest readable version; None if there is none."""
    for one in load_passages(library, document):
        starts = one.clauses or ([(0, one.clause)] if one.clause else [])
        for place, (start, name) in enumerate(starts):
            if name == number:
                end = starts[place + 1][0] if place + 1 < len(starts) else len(one.text)
                return QuotableSpan(one, start, start + len(one.text[start:end].rstrip()))
    return None
