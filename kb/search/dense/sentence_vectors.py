"""Vectors of the sentences of a chunk, beside the vector of the chunk itself.

One telling sentence is lost in the mean of a long passage; its own vector is not. They are made after a version has
been published (:mod:`ingest.background_refinement`, ``kb rebuild``), since they cost as much as the chunks'
vectors; a chunk that has none yet is searched by its own vector alone.

Stored as int8, a row per sentence: a vector of length 1 needs no scale, for the length of the row gives it back. At
384 dimensions a cosine then errs by less than 0.002, and 100,000 chunks of five sentences take 200 MB.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.language.sentences import sentences
from kb.search.models.encoder import Vectors
from kb.store.tables.library_tables import (
    READABLE,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    SentenceVectorsRow,
    VersionRow,
)

__all__ = [
    "BestSentences",
    "ChunkToEmbed",
    "SentenceCosines",
    "chunks_to_embed",
    "outstanding",
    "products",
    "state",
    "store",
    "text_of",
]

SPAN = np.dtype((np.uint32, 2))  # where a sentence starts and ends in its chunk's text


@dataclass(frozen=True, slots=True)
class ChunkToEmbed:
    """A chunk whose sentences have no vectors yet: what is needed to make them."""

    chunk_id: int
    title: str
    heading_path: Sequence[str]
    text: str

    @property
    def spans(self) -> list[tuple[int, int]]:
        return sentences(self.text)

    @property
    def texts(self) -> list[str]:
        """What the model reads, one text a sentence."""
        return [text_of(self.title, self.heading_path, self.text[start:end]) for start, end in self.spans]


@dataclass(frozen=True, slots=True)
class SentenceCosines:
    """Of one chunk's sentences: ``spans`` (start, end) in its text, and ``values`` of shape (sentences, queries)."""

    spans: list[tuple[int, int]]
    values: Vectors

    def of(self, start: int, end: int) -> Vectors | None:
        """Return the cosines of one sentence, shape (queries,), or None where it has no vector."""
        return self.values[self.spans.index((start, end))] if (start, end) in self.spans else None


def text_of(title: str, heading_path: Sequence[str], sentence: str) -> str:
    """Return a sentence as it is embedded: under its last heading, for a sentence seldom repeats its subject."""
    heading = heading_path[-1] if heading_path else title
    return sentence if heading in sentence else f"{heading}\n{sentence}"


def chunks_to_embed(session: Session, model: str, limit: int, after: int = 0) -> list[ChunkToEmbed]:
    """Return searched chunks without sentence vectors, in order of their ids from ``after`` on.

    Args:
        model: only of collections built with this one.
    """
    columns = (ChunkRow.id, VersionRow.title, ChunkRow.heading_path, ChunkRow.text)
    query = _lacking(sa.select(*columns), model).where(ChunkRow.id > after).order_by(ChunkRow.id).limit(limit)
    return [ChunkToEmbed(*row) for row in session.execute(query)]


def outstanding(session: Session, model: str | None = None) -> int:
    """Return how many searched chunks have no sentence vectors, of collections built with ``model`` or any."""
    return session.scalar(_lacking(sa.select(sa.func.count(ChunkRow.id)), model)) or 0


def _lacking(query: sa.Select[Any], model: str | None) -> sa.Select[Any]:
    query = (
        query.join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(VersionRow.state.in_(READABLE), ~sa.exists().where(SentenceVectorsRow.chunk_id == ChunkRow.id))
    )
    return query if model is None else query.where(CollectionRow.model == model)


def state(session: Session) -> tuple[int, int, str]:
    """Return what changes when other versions are searched, or by another model; it costs next to nothing."""
    searched = sa.select(sa.func.count(), sa.func.sum(VersionRow.id)).where(VersionRow.state.in_(READABLE))
    number, total = session.execute(searched).one()
    return int(number), int(total or 0), ",".join(session.scalars(sa.select(CollectionRow.model)))


def store(session: Session, chunks: Sequence[ChunkToEmbed], vectors: Vectors) -> None:
    """Store the vectors of all ``texts`` of ``chunks``, shape (sentences, dimension), in place of what was there.

    A chunk that has gone meanwhile, or whose id now names another text, is passed over.
    """
    query = sa.select(ChunkRow.id, ChunkRow.text).where(ChunkRow.id.in_([chunk.chunk_id for chunk in chunks]))
    there = {row.id: row.text for row in session.execute(query)}
    start = 0
    for chunk in chunks:
        spans = chunk.spans
        rows = vectors[start : start + len(spans)]
        start += len(spans)
        if there.get(chunk.chunk_id) == chunk.text:
            places = np.asarray(spans, dtype=np.uint32).tobytes()
            session.merge(SentenceVectorsRow(chunk_id=chunk.chunk_id, spans=places, vectors=_packed(rows)))


def _packed(vectors: Vectors) -> bytes:
    if not len(vectors):
        return b""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rows: NDArray[np.int8] = np.rint(vectors * (127.0 / np.maximum(largest, 1e-12))).astype(np.int8)
    return rows.tobytes()


class BestSentences:
    """Cosines of the sentences of several chunks with the variants of a question.

    Args:
        stored: of each chunk its ``spans`` and ``vectors`` as they lie in the records, None where it has none yet.
        queries: shape (queries, dimension).
    """

    def __init__(self, stored: Sequence[tuple[bytes | None, bytes | None]], queries: Vectors) -> None:
        self._spans = [spans or b"" for spans, _ in stored]
        packed = np.frombuffer(b"".join(vectors or b"" for _, vectors in stored), dtype=np.int8)
        self._values = _cosines(packed.reshape(-1, queries.shape[1]), queries)
        lengths = np.array([len(spans) // SPAN.itemsize for spans in self._spans], dtype=np.intp)
        self._ends = np.cumsum(lengths)
        self._starts = self._ends - lengths

    def best(self) -> Vectors:
        """Return the cosines of each chunk's nearest sentence, shape (chunks, queries); NaN where it has none."""
        best = np.full((len(self._spans), self._values.shape[1]), np.nan, dtype=np.float32)
        known = self._starts < self._ends
        if known.any():
            best[known] = np.maximum.reduceat(self._values, self._starts[known], axis=0)
        return best

    def of(self, place: int) -> SentenceCosines | None:
        """Return the cosines of the sentences of the chunk at ``place``, or None where it has none."""
        start, end = int(self._starts[place]), int(self._ends[place])
        if start == end:
            return None
        spans = np.frombuffer(self._spans[place], dtype=SPAN)
        return SentenceCosines([(int(first), int(last)) for first, last in spans.tolist()], self._values[start:end])


def _cosines(packed: NDArray[np.int8], queries: Vectors) -> Vectors:
    vectors = packed.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(products(vectors, queries) / np.maximum(lengths, 1e-6)[:, None], dtype=np.float32)


def products(vectors: Vectors, queries: Vectors) -> Vectors:
    """Return the dot products of a few hundred vectors with a few queries, shape (vectors, queries)."""
    # einsum, not @: for this little the BLAS library wakes all cores, and waits for those that a reader keeps busy
    return np.asarray(np.einsum("ij,kj->ik", vectors, queries), dtype=np.float32)
