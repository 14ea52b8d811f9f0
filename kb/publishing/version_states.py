"""The states of a version (draft, published, superseded, withdrawn) and the changes between them.

What is searched has its vectors in the store before the records say that it is published, and loses them after the
records say otherwise. A crash between the two leaves vectors too many, which search passes over and the next start
sweeps; never too few. Every change may be repeated and then gives the same result.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import TypeVar

import numpy as np
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.core.errors import Conflict, InputError
from kb.core.local_date import today
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.search.indexed_text import indexed_words
from kb.search.lexical import word_index
from kb.search.models.encoder import decode_vector
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import (
    AmendmentRow,
    ChunkRow,
    DocumentRow,
    PairSearchedRow,
    SectionRow,
    VersionRow,
)
from kb.store.tables.states import READABLE, IngestStatus, VersionState

__all__ = [
    "delete_contents",
    "existing",
    "forget_published",
    "keep_as_draft",
    "originals_of_uploads",
    "publish_existing",
    "put_in_force",
    "restore_vectors",
    "set_title",
    "set_validity",
    "withdraw",
]

_Row = TypeVar("_Row", DocumentRow, VersionRow)
_INACTIVE = (VersionState.SUPERSEDED, VersionState.WITHDRAWN)


def existing(session: Session, table: type[_Row], row_id: int, document: str) -> _Row:
    """Return the row of a document or version that is being taken in.

    Raises:
        Conflict: ``document_deleted``; somebody has deleted the document meanwhile.
    """
    row = session.get(table, row_id)
    if row is None:
        raise Conflict("document_deleted", document=document)
    return row


def originals_of_uploads(session: Session, statuses: Collection[IngestStatus]) -> set[str]:
    """Return the SHA-256 of the originals of uploads in these states."""
    jobs = session.scalars(sa.select(UploadRow.job).where(UploadRow.status.in_(statuses)))
    return {str(job["sha256"]) for job in jobs if job and job["sha256"]}


def put_in_force(session: Session, document_id: int, version_id: int) -> int | None:
    """Make a version the published one; return the id of the version that it replaces, if any.

    The old version ends on the day the new one takes effect, or today where the new one does not say; where an
    earlier version comes back, the old one ends today.
    """
    document = session.get_one(DocumentRow, document_id)
    version = session.get_one(VersionRow, version_id)
    back = version.state in _INACTIVE
    session.execute(sa.delete(PairSearchedRow).where(PairSearchedRow.version_id == version_id))
    old = session.get(VersionRow, document.published_version_id or -1)
    if old is not None and old.id != version.id:
        old.state = VersionState.SUPERSEDED
        old.effective_to = today() if back else version.effective_from or today()
    if back and version.effective_to is not None and version.effective_to <= today():
        version.effective_to = None
    version.state = VersionState.PUBLISHED
    document.published_version_id = version.id
    document.title, document.language = version.title, version.language
    _drop_drafts_like(session, version)
    return old.id if old is not None and old.id != version.id else None


def _drop_drafts_like(session: Session, version: VersionRow) -> None:
    """A draft whose very content is now published has nothing left to wait for."""
    query = sa.select(VersionRow).where(
        VersionRow.document_id == version.document_id,
        VersionRow.sha256 == version.sha256,
        VersionRow.state == VersionState.DRAFT,
        VersionRow.id != version.id,
    )
    for draft in session.scalars(query).all():
        delete_contents(session, draft.id)
        session.delete(draft)


def delete_contents(session: Session, version_id: int) -> None:
    """Delete a version's sections, chunks, words and amendments."""
    word_index.remove_version(session, version_id)
    session.execute(sa.delete(ChunkRow).where(ChunkRow.version_id == version_id))
    session.execute(sa.delete(SectionRow).where(SectionRow.version_id == version_id))
    session.execute(sa.delete(AmendmentRow).where(AmendmentRow.version_id == version_id))


def forget_published(session: Session, version_ids: Collection[int]) -> None:
    """Correct documents whose published version was deleted: none is published until a person publishes another one."""
    gone = sa.select(DocumentRow).where(DocumentRow.published_version_id.in_(version_ids))
    for document in session.scalars(gone).all():
        document.published_version_id = None
        newest = sa.select(VersionRow).where(VersionRow.document_id == document.id).order_by(VersionRow.number.desc())
        version = session.scalars(newest).first()
        if version is not None:
            document.title, document.language = version.title, version.language


def keep_as_draft(library: Library, document_id: int, version_id: int) -> None:
    """Keep a filled version for a person to publish: it can be read, and is not searched.

    Raises:
        Conflict: ``document_deleted`` if the document was deleted meanwhile.
    """
    with library.transaction() as session:
        document = existing(session, DocumentRow, document_id, "")
        version = existing(session, VersionRow, version_id, document.name)
        version.state = VersionState.DRAFT
        if document.published_version_id is None:
            document.title, document.language = version.title, version.language


def publish_existing(library: Library, vectors: VectorStore, version: VersionRow) -> None:
    """Publish a draft, or let a superseded or withdrawn version answer again, from its stored vectors.

    Raises:
        Conflict: ``version_state`` for a version that is published or not ready.
    """
    if version.state not in (VersionState.DRAFT, *_INACTIVE):
        raise Conflict("version_state", version=version.number, state=version.state)
    restore_vectors(library, vectors, version.id)
    with library.transaction() as session:
        old = put_in_force(session, version.document_id, version.id)
    if old is not None:
        vectors.remove_version(old)


def withdraw(library: Library, vectors: VectorStore, version: VersionRow) -> None:
    """Take a version out of search for every day, and keep it.

    Raises:
        Conflict: ``version_state`` for a version that is not searched anyhow.
    """
    if version.state not in READABLE:
        raise Conflict("version_state", version=version.number, state=version.state)
    with library.transaction() as session:
        session.get_one(VersionRow, version.id).state = VersionState.WITHDRAWN
        document = session.get_one(DocumentRow, version.document_id)
        if document.published_version_id == version.id:
            document.published_version_id = None
    vectors.remove_version(version.id)


def restore_vectors(library: Library, vectors: VectorStore, version_id: int) -> None:
    """Put a version's vectors into the vector store from the records."""
    query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id == version_id).order_by(ChunkRow.ordinal)
    with library.session() as session:
        rows = session.execute(query).all()
    vectors.remove_version(version_id)
    if rows:
        floats = np.stack([decode_vector(vector) for _, vector in rows])
        vectors.add(version_id, [chunk_id for chunk_id, _ in rows], floats)


def set_validity(library: Library, version_id: int, first: date | None, end: date | None) -> None:
    """Set the days a version holds: from ``first`` on, up to the day before ``end``; None for an open side.

    Raises:
        InputError: ``dates_reversed``.
    """
    if first is not None and end is not None and end <= first:
        raise InputError("dates_reversed", first=first.isoformat(), end=end.isoformat())
    with library.transaction() as session:
        version = session.get_one(VersionRow, version_id)
        version.effective_from, version.effective_to = first, end


def set_title(library: Library, document: DocumentRow, title: str) -> None:
    """Call a document and all its versions by a title that a person chose; versions to come get it too."""
    with library.transaction() as session:
        row = session.get_one(DocumentRow, document.id)
        row.title, row.title_by_hand = title, True
    for version in library.versions(document):
        if version.state != VersionState.INDEXING:
            retitle(library, version.id, title)


def retitle(library: Library, version_id: int, title: str) -> None:
    """Give a version another title, which its index words carry from now on; its vectors keep the old one.

    The document is called by it where this version is the published one, or where none is.
    """
    chunks = library.unmasked().chunks_of(version_id)
    entries = [(one.id, *indexed_words(title, one.heading_path, one.clause, one.text)) for one in chunks]
    with library.transaction() as session:
        version = session.get_one(VersionRow, version_id)
        document = session.get_one(DocumentRow, version.document_id)
        version.title = title
        if document.published_version_id in (None, version_id):
            document.title = title
        word_index.remove_version(session, version_id)
        word_index.add(session, version_id, entries)
