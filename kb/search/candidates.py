"""The chunks to score: the nearest to the question (dense search), and what the ranking needs of each candidate."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.dense import exact_scan, store_trust
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

    A collection is scanned too where its vectors in Chroma cannot be used, or are not known to be sound
    (:mod:`kb.search.dense.store_trust`); and all are while another process writes: embedded Chroma is not safe to
    read then, the database is.
    """
    being_written = not settings.chroma_url and writer_lock.held_elsewhere(settings.data)
    ids: list[int] = []
    scanned: list[list[int]] = [scope.unpublished]
    for slug in scope.stores:
        found = None if being_written else _from_store(settings, library, slug, queries)
        if found is None:
            scanned.append(scope.published[slug])
        else:
            ids += found
    return ids + exact_scan.scan(library, queries, scanned, settings.candidates)


def _from_store(settings: Settings, library: Library, slug: str, queries: Vectors) -> list[int] | None:
    """Return the nearest chunks of a collection by Chroma, or None where it cannot be used."""
    if not store_trust.is_trusted(settings, library, slug):
        return None
    try:
        hits = cached_store(settings, library.tenant, slug).nearest(queries, settings.candidates)
    except Transient as error:
        store_trust.distrust(settings, library, slug, error)
        return None
    return [chunk_id for found in hits for chunk_id, _ in found]


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
