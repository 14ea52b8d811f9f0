"""BM25 over the postings of a few words, computed with arrays, block by block.

The formula is that of Robertson & Zaragoza 2009, eq. 3.15, with the non-negative idf of Lucene. The cost is that of
reading postings, and most postings are those of frequent words, which discriminate least. So with many postings the
discriminative words select the chunks, and all words score those; see ``docs/decisions/0012-word-index.md``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.lexical.postings import BLOCK, OFFSET, POSTING, TIMES, Row

__all__ = ["MAX_POSTINGS", "idf", "norm", "score_blocks", "top_chunks"]

K1 = 1.2
B = 0.5
# The weight of a word in the title or heading path, against one in the text.
HEADING_WEIGHT = 0.7
# If a question's words have more than MAX_POSTINGS postings, its most discriminative words, which have
# DISCRIMINATIVE_SHARE of the sum of weights, select SELECTED chunks, and all words score these.
MAX_POSTINGS = 200_000
DISCRIMINATIVE_SHARE = 0.8
SELECTED = 2000

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Norms = NDArray[np.float32]
WeightedPostings = list[tuple[bytes, float]]  # the postings of words in one block, and the weight of each word


def idf(total: int, containing: int) -> float:
    """Return the inverse document frequency, ln(1 + (N − n + ½) / (n + ½)).

    Args:
        total: N, the number of chunks.
        containing: n, the number of chunks that contain the word.
    """
    return math.log(1 + (max(total, containing) - containing + 0.5) / (containing + 0.5))


def norm(length: Norms, average: float) -> Norms:
    """Return the length normalisation of each chunk, K1 × (1 − B + B × length ÷ average length)."""
    return np.asarray(K1 * (1 - B + B * length / max(average, 1.0)), dtype=np.float32)


def score_blocks(
    blocks: Sequence[int],
    norms: Norms,
    rows: Iterable[Row],
    weights: Mapping[str, float],
    allowed: Mask,
    limit: int,
    many: bool,
) -> Floats:
    """Return the scores of the ``allowed`` chunks, or of the best of them (at least ``limit``), else 0.

    Args:
        blocks: the block ids, in the order of the arrays' rows.
        norms: :func:`norm` of each chunk, shape (blocks, BLOCK).
        rows: the postings of words.
        weights: weight × idf of each word; other words are ignored.
        allowed: which chunks may be found, shape (blocks, BLOCK).
        many: whether the words have more than MAX_POSTINGS postings.

    Returns:
        Shape (blocks, BLOCK).
    """
    postings = [(block, word, blob) for block, word, blob in rows if word in weights]
    discriminative = _discriminative(weights) if many else set(weights)
    selecting: dict[int, WeightedPostings] = defaultdict(list)
    other: dict[int, WeightedPostings] = defaultdict(list)
    for block, word, blob in postings:
        (selecting if word in discriminative else other)[block].append((blob, weights[word]))
    scores = np.zeros(allowed.shape)
    for row, block in enumerate(blocks):
        if block in selecting:
            scores[row] = np.where(allowed[row], _block_scores(selecting[block], norms[row]), 0.0)
    if other:
        selected = _highest(scores, SELECTED)
        selected = selected if np.count_nonzero(selected) >= limit else allowed
        scores[~selected] = 0.0
        for row, block in enumerate(blocks):
            if block in other and selected[row].any():
                scores[row] += _block_scores(other[block], norms[row], selected[row])
    return scores


def top_chunks(blocks: Sequence[int], scores: Floats, limit: int) -> dict[int, float]:
    """Return ``{chunk id: score}`` of the ``limit`` highest scores above 0."""
    row, offset = np.nonzero(_highest(scores, limit))
    found, ids = scores[row, offset], np.asarray(blocks, dtype=np.int64)[row] * BLOCK + offset
    return {int(ids[one]): float(found[one]) for one in np.argsort(-found, kind="stable")[:limit]}


def _highest(scores: Floats, number: int) -> Mask:
    """Return a mask of the ``number`` highest scores above 0, and of those equal to the last of them."""
    matched = scores[scores > 0.0]
    threshold = np.partition(matched, -number)[-number] if matched.size > number else np.nextafter(0.0, 1.0)
    highest: Mask = scores >= threshold
    return highest


def _discriminative(weights: Mapping[str, float]) -> set[str]:
    """Return the words of highest weight that together have DISCRIMINATIVE_SHARE of all weights."""
    missing = DISCRIMINATIVE_SHARE * sum(weights.values())
    chosen: set[str] = set()
    for word in sorted(weights, key=lambda word: -weights[word]):
        if missing <= 0.0:
            break
        chosen.add(word)
        missing -= weights[word]
    return chosen


# Lookup by the upper 16 bits of a posting, which are never 0: 1 ÷ f, where f is the number of times in the text, plus
# HEADING_WEIGHT if title or headings have the word.
_UPPER = np.arange(1, 1 << 16)
_RECIPROCAL = np.append(0.0, 1.0 / ((_UPPER >> (TIMES - 16)) + HEADING_WEIGHT * (_UPPER & 1))).astype(np.float32)


def _block_scores(postings: WeightedPostings, norm: Norms, only: Mask | None = None) -> Floats:
    """Return the BM25 of each chunk of one block, shape (BLOCK,); if ``only`` is given, of these chunks, else 0."""
    packed = np.frombuffer(b"".join(blob for blob, _ in postings), dtype=POSTING)
    lengths = np.array([len(blob) // POSTING.itemsize for blob, _ in postings])
    weights = np.array([weight * (K1 + 1) for _, weight in postings], dtype=np.float32)
    if only is None:
        weights = np.repeat(weights, lengths)
    else:
        kept = np.flatnonzero(only.take((packed & OFFSET).astype(np.intp)))
        weights = weights[np.searchsorted(np.cumsum(lengths), kept, side="right")]
        packed = packed[kept]
    offset = (packed & OFFSET).astype(np.intp)
    # weight × (K1 + 1) × f ÷ (f + norm), numerator and denominator divided by f
    denominator = norm.take(offset) * _RECIPROCAL.take(packed >> 16)
    denominator += 1.0
    return np.asarray(np.bincount(offset, weights=weights / denominator, minlength=BLOCK), dtype=np.float64)
