"""Makes the vectors in Chroma agree with the records: small differences one by one, a damaged store from the start.

The vectors are read from the records; nothing is embedded again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Collection, Iterator
from functools import partial

import numpy as np
import sqlalchemy as sa

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense import chroma_clients, store_check, store_marks
from kb.search.dense.vector_store import VectorStore
from kb.search.models.encoder import Vectors, decode_vector
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import VersionState

__all__ = ["begin_anew", "compare", "repair", "stored_vectors"]

_LOG = logging.getLogger("sinzi.vectors")
_AT_ONCE = 2000


def repair(settings: Settings, library: Library, unfinished: Collection[int] = ()) -> None:
    """Remove vectors of chunks that are not published, restore missing ones; replace a store that cannot be used.

    The caller holds the writer lock. A store on a server is not replaced where the server is away.

    Args:
        unfinished: ids of versions that are being taken in; their vectors are left alone.

    Raises:
        Transient: ``store_unavailable``. The store stays marked as behind the records.
    """
    token = store_marks.mark_behind(library.tenant)
    try:
        for collection in _usable_collections(library):
            _reconcile(settings, library, collection, set(unfinished))
            if problem := _canaries(settings, library, collection):
                raise Transient("store_unavailable", url=str(library.tenant.vectors_path), reason=problem)
    except Transient as error:
        _LOG.warning("The search index of %s is made anew from the records. %s", library.tenant.slug, error)
        begin_anew(settings, library)
    else:
        store_marks.remove_mark(library.tenant, token)


def begin_anew(settings: Settings, library: Library) -> None:
    """Remove a tenant's store, whatever state it is in, and write it again from the records.

    The caller holds the writer lock.

    Raises:
        Transient: ``store_unavailable``. The store stays marked as behind the records.
    """
    token = store_marks.mark_behind(library.tenant)
    if not settings.chroma_url:
        chroma_clients.replace_folder(settings, library.tenant)
    for collection in _usable_collections(library):
        store = VectorStore(settings, library.tenant, collection.slug)
        if settings.chroma_url:
            store.reset()
        store.fill(partial(_vectors_of_collection, library, collection))
    store_marks.remove_mark(library.tenant, token)


def _usable_collections(library: Library) -> list[CollectionRow]:
    """Return the collections whose vectors are all of one model: all but those that are being embedded again."""
    return [one for one in library.collections() if not one.model.startswith("rebuilding:")]


def _reconcile(settings: Settings, library: Library, collection: CollectionRow, unfinished: set[int]) -> None:
    store = VectorStore(settings, library.tenant, collection.slug)
    version_of = _published(library, collection)
    with library.session() as session:
        kept = set(session.scalars(sa.select(ChunkRow.id).where(ChunkRow.version_id.in_(unfinished))))
    present = store.ids()
    if orphans := present - version_of.keys() - kept:
        store.remove(sorted(orphans))
    if missing := {version_of[chunk_id] for chunk_id in version_of.keys() - present}:
        store.fill(partial(stored_vectors, library, missing))


def compare(settings: Settings, library: Library, collection: CollectionRow) -> tuple[set[int], set[int], str]:
    """Compare a collection's vectors in the store with the records.

    Returns:
        The chunks that are missing in the store, those that are too many, and what is wrong with the answers of the
        store ("" if they are right).

    Raises:
        Transient: ``store_unavailable``.
    """
    wanted, present = _published(library, collection).keys(), None
    present = VectorStore(settings, library.tenant, collection.slug).ids()
    now = _published(library, collection).keys()  # one may have been published or withdrawn meanwhile
    missing, extra = (wanted & now) - present, present - wanted - now
    return set(missing), extra, "" if missing else _canaries(settings, library, collection)


def _canaries(settings: Settings, library: Library, collection: CollectionRow) -> str:
    """Ask the store for some vectors of the records, each of which must find itself."""
    ids = sorted(_published(library, collection))
    chosen = [ids[place] for place in store_check.spread(len(ids))]
    with library.session() as session:
        query = sa.select(ChunkRow.vector).where(ChunkRow.id.in_(chosen)).order_by(ChunkRow.id)
        blobs = session.scalars(query).all()
    if not blobs:
        return ""
    vectors = np.stack([decode_vector(blob) for blob in blobs])
    found = VectorStore(settings, library.tenant, collection.slug).nearest(vectors, 1)
    return store_check.finds_itself(vectors, [hits[0][1] if hits else 0.0 for hits in found])


def _published(library: Library, collection: CollectionRow) -> dict[int, int]:
    """Return the version of each chunk that the store should have."""
    query = (
        sa.select(ChunkRow.id, ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.published_version_id == ChunkRow.version_id)
        .where(DocumentRow.collection_id == collection.id)
    )
    with library.session() as session:
        found: dict[int, int] = dict(session.execute(query).all())
    return found


def _vectors_of_collection(library: Library, collection: CollectionRow) -> Iterator[tuple[int, list[int], Vectors]]:
    """Yield the vectors of all versions that are published, or being taken in."""
    query = (
        sa.select(VersionRow.id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .where(DocumentRow.collection_id == collection.id)
    )
    with library.session() as session:
        versions = set(session.scalars(query))
    yield from stored_vectors(library, versions)


def stored_vectors(library: Library, versions: Collection[int]) -> Iterator[tuple[int, list[int], Vectors]]:
    """Yield version id, chunk ids and vectors of those versions that are published, or about to be."""
    query = (
        sa.select(ChunkRow.version_id, ChunkRow.id, ChunkRow.vector)
        .join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .where(VersionRow.id.in_(versions), VersionRow.state.in_((VersionState.PUBLISHED, VersionState.INDEXING)))
        .order_by(ChunkRow.version_id, ChunkRow.id)
    )
    with library.session() as session:
        for rows in session.execute(query.execution_options(yield_per=_AT_ONCE)).partitions(_AT_ONCE):
            if not threading.main_thread().is_alive():  # the program ends; the next one goes on
                raise Transient("store_busy", holder="kb")
            for version_id in dict.fromkeys(row.version_id for row in rows):
                mine = [row for row in rows if row.version_id == version_id]
                yield version_id, [row.id for row in mine], np.stack([decode_vector(row.vector) for row in mine])
