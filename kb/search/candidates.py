"""Which chunks are worth scoring: what lies near the question, and what the scoring needs to know of each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from kb import writer
from kb.language.detect import Language
from kb.library import Holding, Library
from kb.records.tables import ChunkRow
from kb.search import centres
from kb.search.encoder import Vectors
from kb.search.vectors import VectorStore
from kb.settings import Settings

__all__ = ["Candidate", "fetch", "near"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A chunk that may answer."""

    chunk_id: int
    is_chinese: bool
    vector: bytes


def near(settings: Settings, library: Library, queries: Vectors, holdings: Sequence[Holding]) -> list[int]:
    """Return the chunks nearest to any of ``queries``, shape (queries, dimension); the same one may come twice.

    What is published is looked up in Chroma, what is not is scanned: a version that held on an earlier day, and
    everything while another process writes, for embedded Chroma is not safe beside it and the records are.
    """
    busy = not settings.chroma_url and writer.held_elsewhere(settings.data)
    ids: list[int] = []
    if not busy:
        for slug in sorted({holding.collection.slug for holding in holdings if holding.published}):
            store = VectorStore(settings, library.tenant, slug)
            for hits in store.nearest(queries, settings.candidates):
                ids.extend(chunk_id for chunk_id, _ in hits)
    scanned = [holding.version.id for holding in holdings if busy or not holding.published]
    return ids + _scan(library, queries, scanned, settings.candidates)


def _scan(library: Library, queries: Vectors, versions: list[int], limit: int) -> list[int]:
    """Exact search over the stored vectors of a few versions."""
    if not versions:
        return []
    query = sa.select(ChunkRow.id, ChunkRow.vector).where(ChunkRow.version_id.in_(versions))
    with library.session() as session:
        rows = session.execute(query).all()
    if not rows:
        return []
    best = np.max(np.stack([centres.vector(blob) for _, blob in rows]) @ queries.T, axis=1)
    order = np.argsort(-best, kind="stable")[:limit]
    return [rows[int(i)][0] for i in order]


def fetch(library: Library, ids: Collection[int], versions: Collection[int]) -> list[Candidate]:
    """Return the candidates that belong to versions in force (others may linger in Chroma for a moment)."""
    query = sa.select(ChunkRow.id, ChunkRow.language, ChunkRow.vector, ChunkRow.version_id)
    with library.session() as session:
        rows = session.execute(query.where(ChunkRow.id.in_(ids)).order_by(ChunkRow.id)).all()
    return [
        Candidate(chunk_id, language != Language.ENGLISH.value, vector)
        for chunk_id, language, vector, version in rows
        if version in versions
    ]
