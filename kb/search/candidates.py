"""The chunks to score: the nearest to the question (dense search), and what the ranking needs of each candidate."""

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
from kb.search.dense.flat_index import FlatIndex
from kb.search.dense.sentence_vectors import CandidateSentences, SentenceCosines, dot_products
from kb.search.dense.vector_store import cached_store
from kb.search.models.encoder import Vectors, decode_vector
from kb.search.scope import Scope
from kb.store import writer_lock
from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow

__all__ = ["Candidates", "load_candidates", "nearest_chunks"]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Chunks to score, by ascending id.

    Attributes:
        chinese: whether each is in Chinese, shape (candidates,).
        cosines: of each with the question's variants, shape (candidates, variants).
        sentences: the cosines of their sentences.
    """

    ids: list[int]
    chinese: NDArray[np.bool_]
    cosines: Vectors
    sentences: CandidateSentences

    def sentence_cosines(self, chunk_ids: Collection[int]) -> dict[int, SentenceCosines]:
        """Return the cosines of the sentences of some candidates, by chunk id; without sentence vectors: absent."""
        found = {one: self.sentences.of(index) for index, one in enumerate(self.ids) if one in chunk_ids}
        return {one: cosines for one, cosines in found.items() if cosines is not None}


def nearest_chunks(
    settings: Settings, library: Library, flat_index: FlatIndex, queries: Vectors, scope: Scope
) -> list[int]:
    """Return the ids of the chunks nearest to each of ``queries``; an id may occur several times.

    The search is exact, unless the library is too large for that (:mod:`kb.search.dense.flat_index`).

    Args:
        queries: shape (queries, dimension).
    """
    groups = [group for group in (*scope.published.values(), scope.unpublished) if group]
    exact = flat_index.nearest(queries, groups, settings.candidates)
    return _approximate(settings, library, queries, scope) if exact is None else exact


def _approximate(settings: Settings, library: Library, queries: Vectors, scope: Scope) -> list[int]:
    """Search published versions in Chroma, and scan the others in the database.

    All versions are scanned while another process writes: embedded Chroma is not safe to read then, the database is.
    """
    if not settings.chroma_url and writer_lock.held_elsewhere(settings.data):
        return _scan(library, queries, list(scope.versions), settings.candidates)
    ids: list[int] = []
    for slug in scope.stores:
        for hits in cached_store(settings, library.tenant, slug).nearest(queries, settings.candidates):
            ids.extend(chunk_id for chunk_id, _ in hits)
    return ids + _scan(library, queries, scope.unpublished, settings.candidates)


def _scan(library: Library, queries: Vectors, versions: list[int], limit: int) -> list[int]:
    """Return the ids of the nearest chunks of a few versions, by an exact scan of the vectors in the database."""
    if not versions:
        return []
    query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.in_(versions))
    with library.session() as session:
        rows = session.execute(query).all()
    if not rows:
        return []
    best = np.max(np.stack([decode_vector(blob) for _, blob in rows]) @ queries.T, axis=1)
    order = np.argsort(-best, kind="stable")[:limit]
    return [rows[int(i)][0] for i in order]


_CHUNKS, _SENTENCES = ChunkRow.__table__.c, SentenceVectorsRow.__table__.c
# The ids are one JSON parameter: with a parameter for each id SQLAlchemy would compile a new statement each time.
_FETCH = (
    sa.select(_CHUNKS.id, _CHUNKS.version_id, _CHUNKS.language, _CHUNKS.vector, _SENTENCES.spans, _SENTENCES.vectors)
    .outerjoin_from(ChunkRow.__table__, SentenceVectorsRow.__table__, _SENTENCES.chunk_id == _CHUNKS.id)
    .where(_CHUNKS.id.in_(sa.select(sa.func.json_each(sa.bindparam("ids")).table_valued("value").c.value)))
    .order_by(_CHUNKS.id)
)


def load_candidates(library: Library, ids: Collection[int], versions: Collection[int], queries: Vectors) -> Candidates:
    """Return those chunks of ``ids`` that belong to ``versions``; Chroma may still return others for a moment.

    Args:
        versions: ids of the versions that the search covers.
        queries: the question's variants, shape (variants, dimension).
    """
    with library.engine.connect() as connection:
        rows = connection.execute(_FETCH, {"ids": json.dumps(list(ids))}).all()
    kept = [tuple(row) for row in rows if row[1] in versions]
    chunk_ids, _, languages, vectors, spans, packed = zip(*kept, strict=True) if kept else ((),) * 6
    return Candidates(
        list(chunk_ids),
        np.array([language != Language.ENGLISH.value for language in languages], dtype=np.bool_),
        dot_products(decode_vector(b"".join(vectors)).reshape(-1, queries.shape[1]), queries),
        CandidateSentences(list(zip(spans, packed, strict=True)), queries),
    )
