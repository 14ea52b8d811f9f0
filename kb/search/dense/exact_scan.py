"""The nearest chunks by comparing with every vector in the records, a part at a time: exact, in bounded memory.

For libraries too large for :mod:`.flat_index`, where Chroma cannot be used. 100,000 chunks take about a second.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from kb.library.documents import Library
from kb.search.models.encoder import Vectors, decode_vector
from kb.store.tables.library_tables import ChunkRow

__all__ = ["scan"]

_AT_ONCE = 4000


def scan(library: Library, queries: Vectors, groups: Sequence[Collection[int]], limit: int) -> list[int]:
    """Return the ids of the chunks nearest to any of the queries; the same chunk may come more than once.

    Args:
        queries: shape (queries, dimension).
        groups: ids of versions; each group is searched on its own.
        limit: how many chunks at most for each query in each group. Of chunks that are equally near, those with the
            lower ids are taken.
    """
    return [chunk_id for group in groups if group for chunk_id in _scan_group(library, queries, group, limit)]


def _scan_group(library: Library, queries: Vectors, versions: Collection[int], limit: int) -> list[int]:
    ids = np.zeros((len(queries), 0), dtype=np.int64)
    cosines = np.zeros((len(queries), 0), dtype=np.float32)
    query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.in_(versions)).order_by(ChunkRow.id)
    with library.session() as session:
        for rows in session.execute(query.execution_options(yield_per=_AT_ONCE)).partitions(_AT_ONCE):
            vectors = decode_vector(b"".join(row.vector for row in rows)).reshape(len(rows), -1)
            new_ids = np.array([row.id for row in rows], dtype=np.int64)
            ids = np.concatenate([ids, np.broadcast_to(new_ids, (len(queries), len(rows)))], axis=1)
            cosines = np.concatenate([cosines, _dot(queries, vectors)], axis=1)
            order = np.argsort(-cosines, axis=1, kind="stable")[:, :limit]
            ids, cosines = np.take_along_axis(ids, order, axis=1), np.take_along_axis(cosines, order, axis=1)
    return [int(one) for one in ids.ravel()]


def _dot(queries: Vectors, vectors: Vectors) -> NDArray[np.float32]:
    return np.asarray(queries @ vectors.T, dtype=np.float32)
