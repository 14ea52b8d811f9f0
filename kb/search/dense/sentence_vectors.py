"""Vectors of a chunk's sentences, in addition to the vector of the chunk.

In a long passage the one sentence that answers has little weight in the passage's vector; its own vector is exact. The
vectors are computed after a version has been published (:mod:`ingest.background_refinement`, ``kb rebuild``), because
they cost as much time as the chunks' vectors. A chunk without them is found by its own vector alone.

They are stored as int8, a row for each sentence. No scale is stored: the original length is 1, so dividing by the
length of the row restores the vector. With 384 dimensions the error of a cosine is below 0.002, and 100,000 chunks of
five sentences take 200 MB.
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
from kb.prompt_injection.chunk_orders import withheld, without
from kb.search.models.encoder import Vectors
from kb.store.database import lock_for_writing
from kb.store.tables.library_tables import (
    ChunkRow,
    CollectionRow,
    DocumentRow,
    SentenceVectorsRow,
    VersionRow,
)
from kb.store.tables.states import READABLE

__all__ = [
    "CandidateSentences",
    "ChunkToEmbed",
    "SentenceCosines",
    "chunks_to_embed",
    "dot_products",
    "outstanding",
    "search_state",
    "sentence_text",
    "store",
]

SPAN = np.dtype((np.uint32, 2))  # start and end of a sentence, in characters of the chunk's text


@dataclass(frozen=True, slots=True)
class ChunkToEmbed:
    """A chunk whose sentences have no vectors yet, with all that is needed to compute them."""

    chunk_id: int
    title: str
    heading_path: Sequence[str]
    text: str
    orders: Sequence[Sequence[int]] = ()

    @property
    def spans(self) -> list[tuple[int, int]]:
        """The sentences that may be quoted."""
        return sentences(without(self.text, withheld(self.orders)))

    @property
    def texts(self) -> list[str]:
        """The texts to embed, one for each sentence."""
        return [sentence_text(self.title, self.heading_path, self.text[start:end]) for start, end in self.spans]


@dataclass(frozen=True, slots=True)
class SentenceCosines:
    """The cosines of one chunk's sentences with some queries.

    Attributes:
        spans: (start, end) of each sentence, in characters of the chunk's text.
        values: shape (sentences, queries).
    """

    spans: list[tuple[int, int]]
    values: Vectors

    def of(self, start: int, end: int) -> Vectors | None:
        """Return the cosines of one sentence, shape (queries,), or None where it has no vector."""
        return self.values[self.spans.index((start, end))] if (start, end) in self.spans else None


def sentence_text(title: str, heading_path: Sequence[str], sentence: str) -> str:
    """Return the text to embed for a sentence: with the last heading above it, which often names the subject."""
    heading = heading_path[-1] if heading_path else title
    return sentence if heading in sentence else f"{heading}\n{sentence}"


def chunks_to_embed(session: Session, model: str, limit: int, after: int = 0) -> list[ChunkToEmbed]:
    """Return searchable chunks without sentence vectors, by ascending id, beginning after the id ``after``.

    Args:
        model: only collections built with this model.
    """
    columns = (ChunkRow.id, VersionRow.title, ChunkRow.heading_path, ChunkRow.text, ChunkRow.orders)
    query = _without_vectors(sa.select(*columns), model).where(ChunkRow.id > after).order_by(ChunkRow.id).limit(limit)
    return [ChunkToEmbed(*row) for row in session.execute(query)]


def outstanding(session: Session, model: str | None = None) -> int:
    """Return the number of searchable chunks without sentence vectors, in collections built with ``model`` or any."""
    return session.scalar(_without_vectors(sa.select(sa.func.count(ChunkRow.id)), model)) or 0


def _without_vectors(query: sa.Select[Any], model: str | None) -> sa.Select[Any]:
    query = (
        query.join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(VersionRow.state.in_(READABLE), ~sa.exists().where(SentenceVectorsRow.chunk_id == ChunkRow.id))
    )
    return query if model is None else query.where(CollectionRow.model == model)


def search_state(session: Session) -> tuple[int, int, str]:
    """Return a value that changes when other versions are searchable, or another model is used; a cheap query."""
    searched = sa.select(sa.func.count(), sa.func.sum(VersionRow.id)).where(VersionRow.state.in_(READABLE))
    number, total = session.execute(searched).one()
    return int(number), int(total or 0), ",".join(session.scalars(sa.select(CollectionRow.model)))


def store(session: Session, chunks: Sequence[ChunkToEmbed], vectors: Vectors) -> None:
    """Store the sentence vectors of ``chunks``, replacing those stored before.

    A chunk that was deleted meanwhile, or whose text changed, is skipped.

    Args:
        vectors: of all ``texts`` of all chunks, in order, shape (sentences, dimension).
    """
    lock_for_writing(session)  # a document that is deleted between reading and writing would leave orphans
    query = sa.select(ChunkRow.id, ChunkRow.text).where(ChunkRow.id.in_([chunk.chunk_id for chunk in chunks]))
    stored_texts = {row.id: row.text for row in session.execute(query)}
    start = 0
    for chunk in chunks:
        spans = chunk.spans
        rows = vectors[start : start + len(spans)]
        start += len(spans)
        if stored_texts.get(chunk.chunk_id) == chunk.text:
            packed = np.asarray(spans, dtype=np.uint32).tobytes()
            session.merge(SentenceVectorsRow(chunk_id=chunk.chunk_id, spans=packed, vectors=_as_int8(rows)))


def _as_int8(vectors: Vectors) -> bytes:
    if not len(vectors):
        return b""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rows: NDArray[np.int8] = np.rint(vectors * (127.0 / np.maximum(largest, 1e-12))).astype(np.int8)
    return rows.tobytes()


class CandidateSentences:
    """Cosines of the sentences of several chunks with some queries.

    Args:
        stored: ``spans`` and ``vectors`` of each chunk as stored, (None, None) where it has none yet.
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
        """Return the highest cosine of each chunk's sentences, shape (chunks, queries); NaN where it has none."""
        best = np.full((len(self._spans), self._values.shape[1]), np.nan, dtype=np.float32)
        known = self._starts < self._ends
        if known.any():
            best[known] = np.maximum.reduceat(self._values, self._starts[known], axis=0)
        return best

    def of(self, index: int) -> SentenceCosines | None:
        """Return the cosines of the sentences of the chunk at ``index``, or None where it has none."""
        start, end = int(self._starts[index]), int(self._ends[index])
        if start == end:
            return None
        spans = np.frombuffer(self._spans[index], dtype=SPAN)
        return SentenceCosines([(int(first), int(last)) for first, last in spans.tolist()], self._values[start:end])


def _cosines(packed: NDArray[np.int8], queries: Vectors) -> Vectors:
    vectors = packed.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    return np.asarray(dot_products(vectors, queries) / np.maximum(lengths, 1e-6)[:, None], dtype=np.float32)


def dot_products(vectors: Vectors, queries: Vectors) -> Vectors:
    """Return the dot products of a few hundred vectors with a few queries, shape (vectors, queries)."""
    # einsum, not @: even for so little the BLAS library uses all cores, and waits for those that are busy.
    return np.asarray(np.einsum("ij,kj->ik", vectors, queries), dtype=np.float32)
