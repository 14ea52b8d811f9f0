"""Vectors of the sentences of a chunk, beside the vector of the chunk itself.

One telling sentence is lost in the mean of a long passage; its own vector is not. They are made after a version has
been published (:mod:`ingest.units`, ``kb rebuild``), since they cost as much as the chunks' vectors; a chunk that has
none yet is searched by its own vector alone.

Stored as int8, a row per sentence: a vector of length 1 needs no scale, for the length of the row gives it back. At
384 dimensions a cosine then errs by less than 0.002, and 100,000 chunks of five sentences take 200 MB.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.language.sentences import sentences
from kb.records.tables import READABLE, ChunkRow, CollectionRow, DocumentRow, UnitsRow, VersionRow
from kb.search.encoder import Vectors

__all__ = ["Cosines", "Waiting", "cosines", "outstanding", "state", "store", "text_of", "waiting"]


@dataclass(frozen=True, slots=True)
class Waiting:
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
class Cosines:
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


def waiting(session: Session, model: str, limit: int, after: int = 0) -> list[Waiting]:
    """Return searched chunks without sentence vectors, in order of their ids from ``after`` on.

    Args:
        model: only of collections built with this one.
    """
    columns = (ChunkRow.id, VersionRow.title, ChunkRow.heading_path, ChunkRow.text)
    query = _lacking(sa.select(*columns), model).where(ChunkRow.id > after).order_by(ChunkRow.id).limit(limit)
    return [Waiting(*row) for row in session.execute(query)]


def outstanding(session: Session, model: str | None = None) -> int:
    """Return how many searched chunks have no sentence vectors, of collections built with ``model`` or any."""
    return session.scalar(_lacking(sa.select(sa.func.count(ChunkRow.id)), model)) or 0


def _lacking(query: sa.Select[Any], model: str | None) -> sa.Select[Any]:
    query = (
        query.join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(VersionRow.state.in_(READABLE), ~sa.exists().where(UnitsRow.chunk_id == ChunkRow.id))
    )
    return query if model is None else query.where(CollectionRow.model == model)


def state(session: Session) -> tuple[int, int, str]:
    """Return what changes when other versions are searched, or by another model; it costs next to nothing."""
    searched = sa.select(sa.func.count(), sa.func.sum(VersionRow.id)).where(VersionRow.state.in_(READABLE))
    number, total = session.execute(searched).one()
    return int(number), int(total or 0), ",".join(session.scalars(sa.select(CollectionRow.model)))


def store(session: Session, chunks: Sequence[Waiting], vectors: Vectors) -> None:
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
            session.merge(UnitsRow(chunk_id=chunk.chunk_id, spans=places, vectors=_packed(rows)))


def _packed(vectors: Vectors) -> bytes:
    if not len(vectors):
        return b""
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rows: NDArray[np.int8] = np.rint(vectors * (127.0 / np.maximum(largest, 1e-12))).astype(np.int8)
    return rows.tobytes()


def cosines(session: Session, chunk_ids: Collection[int], queries: Vectors) -> dict[int, Cosines]:
    """Return the cosines of ``queries``, shape (queries, dimension), with the sentences of each chunk that has them."""
    query = sa.select(UnitsRow.chunk_id, UnitsRow.spans, UnitsRow.vectors).where(UnitsRow.chunk_id.in_(chunk_ids))
    rows = [row for row in session.execute(query).all() if row.vectors]
    if not rows:
        return {}
    packed = np.frombuffer(b"".join(row.vectors for row in rows), dtype=np.int8).reshape(-1, queries.shape[1])
    values = _cosines(packed, queries)
    found, start = {}, 0
    for row in rows:
        places = np.frombuffer(row.spans, dtype=np.uint32).reshape(-1, 2).tolist()
        spans = [(first, end) for first, end in places]
        found[row.chunk_id] = Cosines(spans, values[start : start + len(spans)])
        start += len(spans)
    return found


def _cosines(packed: NDArray[np.int8], queries: Vectors) -> Vectors:
    vectors = packed.astype(np.float32)
    lengths = np.sqrt(np.einsum("ij,ij->i", vectors, vectors))
    # einsum, not @: for this little the BLAS library wakes all cores, and waits for those that a reader keeps busy
    products = np.einsum("ij,kj->ik", vectors, queries)
    return np.asarray(products / np.maximum(lengths, 1e-6)[:, None], dtype=np.float32)
