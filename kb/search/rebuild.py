"""Rebuilds a collection's search index from the database: words, vectors, sentence vectors; also with another model."""

from __future__ import annotations

from collections.abc import Callable

import sqlalchemy as sa

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense import sentence_vectors, store_marks, store_repair
from kb.search.dense.vector_store import VectorStore
from kb.search.indexed_text import embedded_text, indexed_words
from kb.search.lexical import word_index
from kb.search.models import embedding
from kb.search.models.encoder import Encoder, encode_vector
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import VersionState

__all__ = ["rebuild"]

_BATCH = 64


def rebuild(
    settings: Settings,
    library: Library,
    collection: CollectionRow,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> int:
    """Embed every chunk of a collection with the configured model, and rebuild word index and vectors.

    The collection's model identity is set last. After an interrupted rebuild a search fails with ``model_mismatch``
    until the rebuild is run again. The caller holds the writer lock.

    Args:
        progress: called with (chunks done, chunks in all).

    Returns:
        The number of chunks.

    Raises:
        Misconfigured: ``model_unavailable``.
        Transient: ``store_unavailable``: the vector store cannot be made or filled; the records are searched.
    """
    encoder = embedding.load(settings)
    store_marks.mark_behind(library.tenant)
    store = _empty_store(settings, library, collection)  # first: where it cannot be had, the collection stays usable
    with library.transaction() as session:
        session.get_one(CollectionRow, collection.id).model = f"rebuilding:{encoder.identity}"
    versions = _versions(library, collection)
    with library.session() as session:
        chosen = ChunkRow.version_id.in_([version.id for version, _ in versions])
        total = session.scalar(sa.select(sa.func.count()).select_from(ChunkRow).where(chosen)) or 0
    done = 0
    for version, published in versions:
        for start in range(0, total, _BATCH):
            number = _rebuild_batch(library, encoder, store, version, published, start)
            done += number
            progress(done, total)
            if number < _BATCH:
                break
    with library.transaction() as session:
        session.get_one(CollectionRow, collection.id).model = str(encoder.identity)
    store_repair.repair(settings, library)
    return total


def _empty_store(settings: Settings, library: Library, collection: CollectionRow) -> VectorStore:
    """Return the collection's store without vectors; a store that cannot be used is made anew first."""
    store = VectorStore(settings, library.tenant, collection.slug)
    try:
        store.reset()
    except Transient:
        store_repair.begin_anew(settings, library)
        store.reset()
    return store


def _versions(library: Library, collection: CollectionRow) -> list[tuple[VersionRow, bool]]:
    query = (
        sa.select(VersionRow, DocumentRow.published_version_id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .where(DocumentRow.collection_id == collection.id, VersionRow.state != VersionState.INDEXING)
        .order_by(VersionRow.id)
    )
    with library.session() as session:
        return [(version, published == version.id) for version, published in session.execute(query)]


def _rebuild_batch(
    library: Library, encoder: Encoder, store: VectorStore, version: VersionRow, published: bool, start: int
) -> int:
    query = sa.select(ChunkRow).where(ChunkRow.version_id == version.id).order_by(ChunkRow.ordinal)
    with library.transaction() as session:
        rows = list(session.scalars(query.offset(start).limit(_BATCH)))
        if not rows:
            return 0
        vectors = encoder.encode_passages([embedded_text(version.title, row.heading_path, row.text) for row in rows])
        if start == 0:
            word_index.remove_version(session, version.id)
        for row, vector in zip(rows, vectors, strict=True):
            row.vector = encode_vector(vector)
        chunks = [
            sentence_vectors.ChunkToEmbed(row.id, version.title, row.heading_path, row.text, row.orders) for row in rows
        ]
        sentence_texts = [text for chunk in chunks for text in chunk.texts]
        sentence_vectors.store(session, chunks, encoder.encode_passages(sentence_texts))
        entries = [(row.id, *indexed_words(version.title, row.heading_path, row.clause, row.text)) for row in rows]
        word_index.add(session, version.id, entries)
        ids = [row.id for row in rows]
    if published:
        store.add(version.id, ids, vectors)
    return len(ids)
