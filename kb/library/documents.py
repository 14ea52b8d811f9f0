"""The library of one tenant, read: collections, documents, versions, chunks, and what is in force when.

The text of chunks and headings leaves this module as the reader may see it: without people's data, unless the reader
may see it in that collection (:meth:`Library.seeing`). There is no other way to a chunk's text for what is shown to
somebody: a test looks for one.

Writing (new versions, publishing, removal) is in :mod:`kb.publishing.version_writer`.
"""

from __future__ import annotations

import copy
import sqlite3
import threading
from bisect import bisect_right
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer, sessionmaker
from sqlalchemy.orm.attributes import set_committed_value

from kb.core.errors import Conflict, NotFound
from kb.core.versioned_cache import VersionedCache
from kb.personal_data import stored_spans
from kb.personal_data.concealment import conceal, conceal_text
from kb.personal_data.personal_span import PersonalSpan
from kb.store.database import open_engine
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, SectionRow, VersionRow
from kb.store.tables.states import READABLE
from kb.store.tenants import Tenant

__all__ = ["DEFAULT_COLLECTION", "DocumentVersion", "Library"]

DEFAULT_COLLECTION = "main"
_IDS_AT_ONCE = 5_000  # of chunks in one query


@lru_cache(maxsize=256)
def _engine(path: Path) -> sa.Engine:
    return open_engine(path, "tenant")


class _ChangeCounter:
    """A connection of its own that looks at the count of changes, for the price of reading one row."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(f"file:{path}?mode=ro", uri=True, check_same_thread=False)
        self._lock = threading.Lock()

    def version(self) -> int:
        with self._lock:
            return int(self._connection.execute("SELECT number FROM library_changes").fetchone()[0])


@lru_cache(maxsize=256)
def _watching(path: Path, _inode: int) -> _ChangeCounter:
    return _ChangeCounter(path)


def _watch(path: Path) -> int:
    return _watching(path, path.stat().st_ino).version()


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A document, one of its versions, and its collection."""

    collection: CollectionRow
    document: DocumentRow
    version: VersionRow

    @property
    def published(self) -> bool:
        """Whether this version is the one whose vectors are in the vector store."""
        return self.document.published_version_id == self.version.id


class Library:
    """One tenant's records. Rows returned stay readable after their session is closed.

    A new library hides people's data in every collection; :meth:`seeing` and :meth:`unmasked` return one that does not.
    """

    def __init__(self, tenant: Tenant) -> None:
        self.tenant = tenant
        self.engine = _engine(tenant.records_path)
        self._readable = VersionedCache(self.data_version, lambda _before: self._read_readable())
        self._seen: Collection[str] | None = frozenset()

    def seeing(self, collections: Collection[str]) -> Library:
        """Return this library, with its caches, for who may see people's data in ``collections`` (slugs)."""
        view = copy.copy(self)
        view._seen = frozenset(collections)
        return view

    def unmasked(self) -> Library:
        """Return this library with the stored text of all collections: for indexes, never for what is shown."""
        view = copy.copy(self)
        view._seen = None
        return view

    def shows_personal_data(self, collection: str) -> bool:
        """Whether people's data in a collection (a slug) may be seen."""
        return self._seen is None or collection in self._seen

    def session(self) -> Session:
        """Return a new session on this tenant's records; rows survive its end."""
        return Session(self.engine, expire_on_commit=False)

    def transaction(self) -> AbstractContextManager[Session]:
        """Return a session that commits at the end of the ``with`` block, or rolls back on an error."""
        return sessionmaker(self.engine, expire_on_commit=False).begin()

    def collections(self) -> list[CollectionRow]:
        with self.session() as session:
            return list(session.scalars(sa.select(CollectionRow).order_by(CollectionRow.slug)))

    def collection(self, slug: str) -> CollectionRow:
        """Return a collection.

        Raises:
            NotFound: ``collection_not_found``.
        """
        with self.session() as session:
            row = session.scalar(sa.select(CollectionRow).where(CollectionRow.slug == slug))
        if row is None:
            raise NotFound("collection_not_found", collection=slug)
        return row

    def documents(self) -> list[DocumentVersion]:
        """Return every document with its published version, by name."""
        return self._document_versions(VersionRow.id == DocumentRow.published_version_id)

    def _document_versions(self, join: sa.ColumnElement[bool]) -> list[DocumentVersion]:
        query = (
            sa.select(CollectionRow, DocumentRow, VersionRow)
            .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
            .join(VersionRow, join)
            .order_by(DocumentRow.name, VersionRow.number)
        )
        with self.session() as session:
            return [DocumentVersion(*row) for row in session.execute(query)]

    def document(self, name: str, collection: str | None = None) -> DocumentRow:
        """Return a document by the name it was handed in with.

        Raises:
            NotFound: ``document_not_found``.
            Conflict: ``document_ambiguous`` without a ``collection``, where several have a document of that name.
        """
        query = sa.select(DocumentRow, CollectionRow.slug).join(CollectionRow).where(DocumentRow.name == name)
        if collection:
            query = query.where(CollectionRow.slug == collection)
        with self.session() as session:
            rows = session.execute(query.order_by(CollectionRow.slug)).all()
        if not rows:
            raise NotFound("document_not_found", document=name)
        if len(rows) > 1:
            raise Conflict("document_ambiguous", document=name, collections=", ".join(slug for _, slug in rows))
        row: DocumentRow = rows[0][0]
        return row

    def versions(self, document: DocumentRow) -> list[VersionRow]:
        """Return all versions of a document, oldest first."""
        query = sa.select(VersionRow).where(VersionRow.document_id == document.id).order_by(VersionRow.number)
        with self.session() as session:
            return list(session.scalars(query))

    def in_force(self, as_of: date, collections: Sequence[str] | None = None) -> list[DocumentVersion]:
        """Return, for each document, the newest version that holds on ``as_of``; documents without one are absent."""
        best: dict[int, DocumentVersion] = {}
        for document_version in self.readable_versions():
            if collections is not None and document_version.collection.slug not in collections:
                continue
            if _holds(document_version.version, as_of):
                best[document_version.document.id] = document_version
        return list(best.values())

    def out_of_force(self, as_of: date, collections: Sequence[str] | None = None) -> list[DocumentVersion]:
        """Return, for each document without a version that holds on ``as_of``, the last that held, else the next."""
        holding = {one.document.id for one in self.in_force(as_of, collections)}
        last: dict[int, DocumentVersion] = {}
        following: dict[int, DocumentVersion] = {}
        for one in self.readable_versions():
            if one.document.id in holding or (collections is not None and one.collection.slug not in collections):
                continue
            if _has_started(one.version, as_of):
                last[one.document.id] = one
            else:
                following.setdefault(one.document.id, one)
        return list((following | last).values())

    def readable_versions(self) -> list[DocumentVersion]:
        """Return every version that may be read, by document and oldest first; not to be changed by the caller."""
        return self._readable.get()

    def _read_readable(self) -> list[DocumentVersion]:
        readable = VersionRow.state.in_(READABLE)
        return self._document_versions(sa.and_(VersionRow.document_id == DocumentRow.id, readable))

    def data_version(self) -> int:
        """Return a number that changes with every committed change to collections, documents, words or glossary."""
        return _watch(self.tenant.records_path)

    def chunks(self, ids: Iterable[int]) -> dict[int, ChunkRow]:
        """Return chunks by id, without their vectors; unknown ids are absent."""
        return {row.id: row for row in self._read_chunks(_CHUNKS.where(ChunkRow.id.in_(list(ids))))}

    def chunks_of(self, version_id: int, first: int = 0, count: int | None = None) -> list[ChunkRow]:
        """Return a version's chunks in reading order, without their vectors.

        Args:
            first: ordinal of the first.
            count: how many at most; by default all.
        """
        query = _CHUNKS.where(ChunkRow.version_id == version_id, ChunkRow.ordinal >= first)
        return self._read_chunks(query.order_by(ChunkRow.ordinal).limit(count))

    def _read_chunks(self, query: sa.Select[ChunkRow, str]) -> list[ChunkRow]:
        with self.session() as session:
            found = [(row, slug) for row, slug in session.execute(query)]
            hidden_in = [row for row, slug in found if not self.shows_personal_data(slug)]
            pieces = stored_spans.spans_of(session, [row.id for row in hidden_in])
            session.expunge_all()
        for row in hidden_in:  # the rows belong to no session any more, and this is no change of them
            set_committed_value(row, "text", conceal(row.text, pieces.get(row.id, ())))
            set_committed_value(row, "heading_path", [conceal_text(str(one)) for one in row.heading_path])
        return [row for row, _ in found]

    def private_words(self, chunk_ids: Iterable[int]) -> list[tuple[str, str]]:
        """Return people's data in chunks that may not be seen here: ``(characters, kind)`` of each piece."""
        query = _CHUNKS.where(ChunkRow.id.in_(list(chunk_ids)))
        with self.session() as session:
            rows = [row for row, slug in session.execute(query) if not self.shows_personal_data(slug)]
            pieces = stored_spans.spans_of(session, [row.id for row in rows])
        return [(row.text[start:end], kind) for row in rows for start, end, kind in pieces.get(row.id, ())]

    def hiding(self, chunk_ids: Iterable[int]) -> frozenset[int]:
        """Return those of the chunks in which people's data is hidden here: in their text, or in headings above it."""
        found: set[int] = set()
        ids = list(chunk_ids)
        with self.session() as session:
            for at in range(0, len(ids), _IDS_AT_ONCE):
                rows = session.execute(_HEADINGS.where(ChunkRow.id.in_(ids[at : at + _IDS_AT_ONCE]))).all()
                hidden_in = {row[0]: row[1] for row in rows if not self.shows_personal_data(row[2])}
                found |= stored_spans.spans_of(session, hidden_in).keys()
                found |= {one for one, path in hidden_in.items() if any(conceal_text(str(h)) != str(h) for h in path)}
        return frozenset(found)

    def private_pages(self, version_id: int) -> frozenset[int] | None:
        """Return the pages of a version with people's data that may not be seen here, from 1; None without any.

        They are none where the format has no pages.
        """
        query = _CHUNKS.where(ChunkRow.version_id == version_id)
        with self.session() as session:
            rows = [row for row, slug in session.execute(query) if not self.shows_personal_data(slug)]
            pieces = stored_spans.spans_of(session, [row.id for row in rows])
        marked = [row for row in rows if pieces.get(row.id)]
        return frozenset(_pages_of(marked, pieces)) if marked else None

    def outline(self, version_id: int) -> list[SectionRow]:
        """Return a version's sections in reading order."""
        query = (
            sa.select(SectionRow, CollectionRow.slug)
            .join(VersionRow, VersionRow.id == SectionRow.version_id)
            .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
            .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
            .where(SectionRow.version_id == version_id)
            .order_by(SectionRow.ordinal)
        )
        with self.session() as session:
            found = [(row, slug) for row, slug in session.execute(query)]
            session.expunge_all()
        for row, slug in found:
            if not self.shows_personal_data(slug):
                set_committed_value(row, "heading", conceal_text(row.heading))
        return [row for row, _ in found]


_CHUNKS = (
    sa.select(ChunkRow, CollectionRow.slug)
    .options(defer(ChunkRow.vector))
    .join(VersionRow, VersionRow.id == ChunkRow.version_id)
    .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
    .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
)

_HEADINGS = (
    sa.select(ChunkRow.id, ChunkRow.heading_path, CollectionRow.slug)
    .join(VersionRow, VersionRow.id == ChunkRow.version_id)
    .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
    .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
)


def _pages_of(rows: Iterable[ChunkRow], pieces: dict[int, list[PersonalSpan]]) -> Iterator[int]:
    """Yield the pages on which pieces stand; all pages of a chunk that does not say where its pages begin."""
    for row in rows:
        starts = [int(offset) for offset, _ in row.page_starts]
        for start, end, _ in pieces[row.id]:
            if not starts:
                yield from map(int, row.pages)
                continue
            first, last = (max(0, bisect_right(starts, at) - 1) for at in (start, end - 1))
            yield from (int(page) for _, page in row.page_starts[first : last + 1])


def _holds(version: VersionRow, day: date) -> bool:
    ended = version.effective_to is not None and version.effective_to <= day
    return _has_started(version, day) and not ended


def _has_started(version: VersionRow, day: date) -> bool:
    return version.effective_from is None or version.effective_from <= day
