"""Mean vectors of a tenant's passages by language: what makes cosines of two languages comparable."""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.store.tables.library_tables import ChunkRow

__all__ = ["LanguageMeans", "compute_means", "decode_vector"]

Floats = NDArray[np.float32]
# Passages looked at per language, evenly spread; with fewer than LEAST of either there is nothing to balance.
SAMPLE = 256
LEAST = 5
# How much of the difference between the languages is taken away (1: all), chosen on the development sets.
STRENGTH = 0.75


def decode_vector(blob: bytes) -> Floats:
    """Return a stored float16 vector as float32."""
    return np.frombuffer(blob, dtype=np.float16).astype(np.float32)


class LanguageMeans:
    """Mean vector of Chinese and of English passages, shape (dimension,); zero where there is nothing to balance."""

    def __init__(self, chinese: Floats, english: Floats) -> None:
        self.chinese = chinese * STRENGTH
        self.english = english * STRENGTH

    def centred(self, similarities: Floats, queries: Floats, chinese: NDArray[np.bool_]) -> Floats:
        """Return cosines, shape (passages, queries), less the queries' mean similarity to the passage's language."""
        base = np.where(chinese[:, None], queries @ self.chinese, queries @ self.english)
        return np.asarray(similarities - base, dtype=np.float32)

    def level(self, queries: Floats) -> float:
        """Return what centring took away on average, to bring centred cosines back to the usual scale."""
        return float(np.mean((queries @ self.chinese + queries @ self.english) / 2.0))

    def towards_other(self, queries: Floats, asked_in_chinese: bool) -> Floats | None:
        """Return the queries moved to the other language's side of the space, to find candidates there."""
        shift = self.english - self.chinese if asked_in_chinese else self.chinese - self.english
        if not shift.any():
            return None
        moved = queries + shift / STRENGTH
        return np.asarray(moved / np.linalg.norm(moved, axis=1, keepdims=True), dtype=np.float32)


def compute_means(session: Session, dimension: int, chinese: list[int], english: list[int]) -> LanguageMeans:
    """Measure the centres from evenly spread samples of the tenant's passages, whose ids are given by language."""
    if min(len(english), len(chinese)) < LEAST:
        nothing = np.zeros(dimension, dtype=np.float32)
        return LanguageMeans(nothing, nothing)
    return LanguageMeans(_mean(session, chinese), _mean(session, english))


def _mean(session: Session, ids: list[int]) -> Floats:
    chosen = ids[:: max(1, len(ids) // SAMPLE)][:SAMPLE]
    blobs = session.scalars(sa.select(ChunkRow.vector).where(ChunkRow.id.in_(chosen)))
    return np.asarray(np.mean([decode_vector(blob) for blob in blobs], axis=0), dtype=np.float32)
