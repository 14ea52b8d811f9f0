"""Mean vectors of passages by language, which make the cosines of two languages comparable.

An embedding model places all texts of a language in one region. A question is nearer to its own region, so passages in
its language would be ranked first whatever they say; see ``docs/decisions/0006-across-languages.md``.
"""

from __future__ import annotations

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.search.models.encoder import decode_vector
from kb.store.tables.library_tables import ChunkRow

__all__ = ["LanguageMeans", "compute_means"]

Floats = NDArray[np.float32]
# The means are computed from this many passages of each language; with fewer than MIN_PASSAGES of either they are zero.
SAMPLE_SIZE = 256
MIN_PASSAGES = 5
# The share of the difference between the languages that is subtracted, 0..1; chosen on the development sets.
STRENGTH = 0.75


class LanguageMeans:
    """The mean vectors of Chinese and of English passages, scaled by STRENGTH, shape (dimension,).

    Both are zero if one of the languages has too few passages; then nothing is changed by any method.
    """

    def __init__(self, chinese: Floats, english: Floats) -> None:
        self.chinese = chinese * STRENGTH
        self.english = english * STRENGTH

    def centred(self, similarities: Floats, queries: Floats, chinese: NDArray[np.bool_]) -> Floats:
        """Return the cosines less the query's mean similarity with the passage's language, shape (passages, queries).

        Args:
            similarities: cosines, shape (passages, queries).
            queries: their vectors, shape (queries, dimension).
            chinese: whether each passage is in Chinese, shape (passages,).
        """
        base = np.where(chinese[:, None], queries @ self.chinese, queries @ self.english)
        return np.asarray(similarities - base, dtype=np.float32)

    def mean_offset(self, queries: Floats) -> float:
        """Return what :meth:`centred` subtracts on average; added again, it restores the usual scale of cosines."""
        return float(np.mean((queries @ self.chinese + queries @ self.english) / 2.0))

    def shifted_to_other_language(self, queries: Floats, asked_in_chinese: bool) -> Floats | None:
        """Return the queries, shifted by the difference of the means, to find candidates in the other language.

        Returns:
            Vectors of length 1, shape (queries, dimension), or None if both means are zero.
        """
        shift = self.english - self.chinese if asked_in_chinese else self.chinese - self.english
        if not shift.any():
            return None
        shifted = queries + shift / STRENGTH
        return np.asarray(shifted / np.linalg.norm(shifted, axis=1, keepdims=True), dtype=np.float32)


def compute_means(session: Session, dimension: int, chinese: list[int], english: list[int]) -> LanguageMeans:
    """Compute the means from samples of passages, evenly spread over the ids.

    Args:
        dimension: of the vectors.
        chinese, english: the chunk ids of the searched passages in each language.
    """
    if min(len(english), len(chinese)) < MIN_PASSAGES:
        nothing = np.zeros(dimension, dtype=np.float32)
        return LanguageMeans(nothing, nothing)
    return LanguageMeans(_mean(session, chinese), _mean(session, english))


def _mean(session: Session, ids: list[int]) -> Floats:
    chosen = ids[:: max(1, len(ids) // SAMPLE_SIZE)][:SAMPLE_SIZE]
    blobs = session.scalars(sa.select(ChunkRow.vector).where(ChunkRow.id.in_(chosen)))
    return np.asarray(np.mean([decode_vector(blob) for blob in blobs], axis=0), dtype=np.float32)
