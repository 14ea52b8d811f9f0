"""The vectors of a library in memory, compared with a question one by one: exact nearest neighbours.

An approximate index does not give the same answer every time. Chroma keeps an HNSW graph and builds the newest part of
it again in each process; each graph misses other neighbours (``docs/decisions/0016-same-answer-every-time.md``). Up to
:data:`MAX_CHUNKS` chunks, comparing with all of them takes a few milliseconds and misses none.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from kb.core.versioned_cache import VersionedCache
from kb.library.documents import Library
from kb.search.dense.sentence_vectors import dot_products
from kb.search.models.encoder import Vectors, decode_vector
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import READABLE

__all__ = ["FlatIndex"]

# 20,000 vectors of 384 dimensions take 30 MB, and about 5 ms of one core for the four vectors of a question.
MAX_CHUNKS = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class _StoredVectors:
    """Chunks in ascending order of their ids: ``ids`` and ``versions`` of shape (n,), ``vectors`` (n, dimension)."""

    ids: NDArray[np.int64]
    versions: NDArray[np.int64]
    vectors: Vectors


class FlatIndex:
    """Exact search over the chunks of all versions that may be read. Safe to use from several threads.

    The vectors are read with the first question, and again when other versions may be read or a collection has been
    rebuilt.

    Args:
        model: returns the identity of the model in use. Collections built with another one are left out.
    """

    def __init__(self, library: Library, model: Callable[[], str]) -> None:
        self._library = library
        self._model = model
        self._readable = VersionedCache(library.data_version, lambda _before: self._versions())
        self._stored = VersionedCache(self._readable.get, lambda _before: self._read())

    def nearest(self, queries: Vectors, groups: Iterable[Collection[int]], limit: int) -> list[int] | None:
        """Return the chunks nearest to any of the queries; the same chunk may come more than once.

        Args:
            queries: shape (queries, dimension).
            groups: ids of versions; each group is searched on its own.
            limit: how many chunks at most for each query in each group. Of chunks that are equally near, those with
                the lower ids are taken.

        Returns:
            Ids of chunks, or None where the library has more than :data:`MAX_CHUNKS` chunks.
        """
        stored = self._stored.get()
        if stored is None:
            return None
        if not len(stored.ids):
            return []
        cosines = dot_products(stored.vectors, queries)
        found: list[int] = []
        for group in groups:
            rows = np.flatnonzero(np.isin(stored.versions, list(group)))
            for column in cosines[rows].T:
                found += stored.ids[rows[_highest(column, limit)]].tolist()
        return found

    def _versions(self) -> tuple[tuple[int, datetime, str], ...]:
        """Return what the stored vectors depend on; an id alone may come again after a version was removed."""
        found = self._library.readable_versions()
        return tuple((one.version.id, one.version.created_at, one.collection.model) for one in found)

    def _read(self) -> _StoredVectors | None:
        usable = CollectionRow.model.in_((self._model(), "")) & VersionRow.state.in_(READABLE)
        query = (
            sa.select(ChunkRow.id, ChunkRow.version_id, ChunkRow.vector)
            .join(VersionRow, VersionRow.id == ChunkRow.version_id)
            .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
            .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
            .where(usable)
            .order_by(ChunkRow.id)
        )
        with self._library.session() as session:
            counted = query.with_only_columns(sa.func.count(), maintain_column_froms=True).order_by(None)
            if session.scalars(counted).one() > MAX_CHUNKS:
                return None
            rows = session.execute(query).all()
        vectors = decode_vector(b"".join(row.vector for row in rows))
        return _StoredVectors(
            np.array([row.id for row in rows], dtype=np.int64),
            np.array([row.version_id for row in rows], dtype=np.int64),
            vectors.reshape(len(rows), -1) if rows else vectors.reshape(0, 0),
        )


def _highest(values: NDArray[np.float32], number: int) -> NDArray[np.intp]:
    """Return the places of the ``number`` highest values, highest first; of equal ones the first."""
    if len(values) <= number:
        return np.argsort(-values, kind="stable")
    places = np.flatnonzero(values >= np.partition(values, -number)[-number])
    return places[np.argsort(-values[places], kind="stable")[:number]]
