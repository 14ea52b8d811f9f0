"""Which chunks are worth scoring: what lies near the question, and what the scoring needs to know of each."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from kb.core.settings import Settings
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.dense import language_means
from kb.search.dense.flat_index import FlatIndex
from kb.search.dense.sentence_vectors import BestSentences, SentenceCosines, products
from kb.search.dense.vector_store import opened
from kb.search.models.encoder import Vectors
from kb.search.scope import Scope
from kb.store import writer_lock
from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow

__all__ = ["Candidates", "load_candidates", "nearest_chunks"]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Chunks that may answer, by id.

    Attributes:
        chinese: whether each is in Chinese.
        cosines: of each with the question's variants, shape (candidates, variants).
        sentences: the same of their sentences.
    """

    ids: list[int]
    chinese: NDArray[np.bool_]
    cosines: Vectors
    sentences: BestSentences

    def within(self, chunk_ids: Collection[int]) -> dict[int, SentenceCosines]:
        """Return the cosines of the sentences of a few of them, by chunk id; who has none is absent."""
        found = {one: self.sentences.of(place) for place, one in enumerate(self.ids) if one in chunk_ids}
        return {one: cosines for one, cosines in found.items() if cosines is not None}


def nearest_chunks(
    settings: Settings, library: Library, flat_index: FlatIndex, queries: Vectors, scope: Scope
) -> list[int]:
    """Return the chunks nearest to any of ``queries``, shape (queries, dimension); the same one may come twice.

    The nearest of each collection are exact, unless the library is too large for that: see
    :mod:`kb.search.dense.flat_index`.
    """
    groups = [group for group in (*scope.published.values(), scope.unpublished) if group]
    exact = flat_index.nearest(queries, groups, settings.candidates)
    return _approximate(settings, library, queries, scope) if exact is None else exact


def _approximate(settings: Settings, library: Library, queries: Vectors, scope: Scope) -> list[int]:
    """Look up what is published in Chroma, and scan what is not.

    That is a version that held on an earlier day, and everything while another process writes, for embedded Chroma is
    not safe beside it and the records are.
    """
    if not settings.chroma_url and writer_lock.held_elsewhere(settings.data):
        return _scan(library, queries, list(scope.holdings), settings.candidates)
    ids: list[int] = []
    for slug in scope.stores:
        for hits in opened(settings, library.tenant, slug).nearest(queries, settings.candidates):
            ids.extend(chunk_id for chunk_id, _ in hits)
    return ids + _scan(library, queries, scope.unpublished, settings.candidates)


def _scan(library: Library, queries: Vectors, versions: list[int], limit: int) -> list[int]:
    """Exact search over the stored vectors of a few versions."""
    if not versions:
        return []
    query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.in_(versions))
    with library.session() as session:
        rows = session.execute(query).all()
    if not rows:
        return []
    best = np.max(np.stack([language_means.decode_vector(blob) for _, blob in rows]) @ queries.T, axis=1)
    order = np.argsort(-best, kind="stable")[:limit]
    return [rows[int(i)][0] for i in order]


_CHUNKS, _UNITS = ChunkRow.__table__.c, SentenceVectorsRow.__table__.c
# The ids as one JSON text: a statement with a parameter for each would be made and compiled anew for each question.
_FETCH = (
    sa.select(_CHUNKS.id, _CHUNKS.version_id, _CHUNKS.language, _CHUNKS.vector, _UNITS.spans, _UNITS.vectors)
    .outerjoin_from(ChunkRow.__table__, SentenceVectorsRow.__table__, _UNITS.chunk_id == _CHUNKS.id)
    .where(_CHUNKS.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)))
    .order_by(_CHUNKS.id)
)


def load_candidates(library: Library, ids: Collection[int], versions: Collection[int], queries: Vectors) -> Candidates:
    """Return the candidates that belong to ``versions`` in force (others may linger in Chroma for a moment).

    Args:
        queries: the question's variants, shape (variants, dimension).
    """
    with library.engine.connect() as connection:
        rows = connection.execute(_FETCH, {"ids": json.dumps(list(ids))}).all()
    kept = [tuple(row) for row in rows if row[1] in versions]
    chunk_ids, _, languages, vectors, spans, packed = zip(*kept, strict=True) if kept else ((),) * 6
    return Candidates(
        list(chunk_ids),
        np.array([language != Language.ENGLISH.value for language in languages], dtype=np.bool_),
        products(language_means.decode_vector(b"".join(vectors)).reshape(-1, queries.shape[1]), queries),
        BestSentences(list(zip(spans, packed, strict=True)), queries),
    )
