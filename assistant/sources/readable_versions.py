"""Versions that a reader may open, and the audit record of opening one."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable

import sqlalchemy as sa

from kb.core.errors import NotFound
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import DocumentVersion, Library
from kb.people.access import Reach
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import READABLE

__all__ = ["document_versions", "is_readable", "quoted_chunk", "readable_version", "record_opening"]

# Reading several pages of a document within this time is one opening.
_ONE_OPENING_SECONDS = 600.0
_MAX_OPENINGS = 5000
_OPENED: dict[tuple[str, str, int], float] = {}
_GUARD = threading.Lock()


def document_versions(library: Library, version_ids: Iterable[int]) -> dict[int, DocumentVersion]:
    """Return versions of any state with document and collection, by version id. Unknown ids are not in the result."""
    query = (
        sa.select(CollectionRow, DocumentRow, VersionRow)
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(VersionRow.id.in_(set(version_ids)))
    )
    with library.session() as session:
        found = [DocumentVersion(*row) for row in session.execute(query)]
    return {one.version.id: one for one in found}


def readable_version(library: Library, reach: Reach, version_id: int) -> DocumentVersion:
    """Return a version that may be read; see :func:`is_readable`.

    Raises:
        NotFound: ``source_not_found``, also for a version that the reader may not see.
    """
    found = document_versions(library, [version_id]).get(version_id)
    if found is None or not is_readable(reach, found):
        raise NotFound("source_not_found")
    return found


def is_readable(reach: Reach, document_version: DocumentVersion) -> bool:
    """Whether a version may be read: it must be in a readable collection; drafts and withdrawn ones are for editors."""
    slug = document_version.collection.slug
    return slug in reach.read and (document_version.version.state in READABLE or slug in reach.edit)


def quoted_chunk(library: Library, reach: Reach, chunk_id: int) -> tuple[DocumentVersion, ChunkRow]:
    """Return a chunk and its version.

    Raises:
        NotFound: ``source_not_found``, as in :func:`readable_version`.
    """
    chunk = library.chunks([chunk_id]).get(chunk_id)
    if chunk is None:
        raise NotFound("source_not_found")
    return readable_version(library, reach, chunk.version_id), chunk


def record_opening(library: Library, actor: Actor, document_version: DocumentVersion) -> None:
    """Record "document.open" in the audit trail, at most once per reader and version in ten minutes."""
    key = (library.tenant.slug, actor.id, document_version.version.id)
    now = time.monotonic()
    with _GUARD:
        if now - _OPENED.get(key, -_ONE_OPENING_SECONDS) < _ONE_OPENING_SECONDS:
            return
        _OPENED.pop(key, None)
        _OPENED[key] = now
        while len(_OPENED) > _MAX_OPENINGS:
            _OPENED.pop(next(iter(_OPENED)))
    audit.record(
        library, actor, "document.open", document_version.document.name, version=document_version.version.number
    )
