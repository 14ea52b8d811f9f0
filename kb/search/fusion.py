"""Fusion of the dense and the lexical leg into one score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["fuse"]

# Chosen on the development sets; `docs/benchmarks.md` has the ablation.
LEXICAL_SHARE = 0.6
# The cosine distance below the best candidate at which a passage's dense score has fallen to 0.
DENSE_RANGE = 0.15


def fuse(dense: NDArray[np.float32], lexical: NDArray[np.float32], possible: float) -> NDArray[np.float32]:
    """Return one score per candidate, higher is better.

    Args:
        dense: best cosine similarity of each candidate with any variant of the question.
        lexical: weighted BM25 of each candidate, 0 where it has none of the words.
        possible: the weighted idf sum of the question: what the words are worth together.

    The dense leg counts by its distance from the best candidate; the lexical leg by its share of the best
    score, and less where even the best passage holds only a little of the question (a question in one
    language, the text in the other), so that a leg that knows nothing cannot bury one that does.
    """
    if dense.size == 0:
        return dense
    near = np.clip(1.0 - (dense.max() - dense) / DENSE_RANGE, 0.0, 1.0)
    best = float(lexical.max())
    if best <= 0.0 or possible <= 0.0:
        return np.asarray(near, dtype=np.float32)
    trust = min(1.0, 2.0 * best / (possible * 2.2))
    share = LEXICAL_SHARE * trust
    fused: NDArray[np.float32] = ((1.0 - share) * near + share * lexical / best).astype(np.float32)
    return fused
