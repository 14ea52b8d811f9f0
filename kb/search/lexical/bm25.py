"""BM25 over the postings of a few words, block by block, as arrays.

The formula is the usual one (Robertson & Zaragoza 2009, eq. 3.15) with the non-negative idf of Lucene. Its cost is
that of reading postings, and most of these are of frequent words, which say least. So the telling words choose which
chunks to look at, and all words score those; see ``docs/decisions/0012-word-index.md``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from kb.search.lexical.postings import BLOCK, OFFSET, POSTING, TIMES, Row

__all__ = ["idf", "norm", "score_blocks", "top_chunks"]

K1 = 1.2
B = 0.5
# What a hit in the title or heading path counts against one in the text.
HEADING_WEIGHT = 0.7
# Where a question's words have more postings than this, frequent words find no chunks of their own: the most telling
# words, which make up TELLING_SHARE of what all are worth, choose SCORED chunks, and all words score these.
ALL_POSTINGS = 200_000
TELLING_SHARE = 0.8
SCORED = 2000

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]
Norms = NDArray[np.float32]
Posted = list[tuple[bytes, float]]  # the postings of words in one block, and what each word is worth


def idf(total: int, having: int) -> float:
    """Return ln(1 + (N − n + ½) / (n + ½))."""
    return math.log(1 + (max(total, having) - having + 0.5) / (having + 0.5))


def norm(length: Norms, average: float) -> Norms:
    """Return what a chunk's length takes from its scores."""
    return np.asarray(K1 * (1 - B + B * length / max(average, 1.0)), dtype=np.float32)


def score_blocks(
    blocks: Sequence[int], norms: Norms, rows: Iterable[Row], worth: Mapping[str, float], allowed: Mask, limit: int
) -> Floats:
    """Return the scores of the ``allowed`` chunks, the ``limit`` best at least, shape (blocks, BLOCK).

    Args:
        norms: of each chunk, K1 × (1 − B + B × length ÷ average length), shape (blocks, BLOCK).
        rows: the postings of words.
        worth: weight × idf by word; the others do not count.
    """
    posted = [(block, word, blob) for block, word, blob in rows if word in worth]
    many = sum(len(blob) for _, _, blob in posted) > ALL_POSTINGS * POSTING.itemsize
    telling = _discriminative(worth) if many else set(worth)
    choosing: dict[int, Posted] = defaultdict(list)
    completing: dict[int, Posted] = defaultdict(list)
    for block, word, blob in posted:
        (choosing if word in telling else completing)[block].append((blob, worth[word]))
    scores = np.zeros(allowed.shape)
    for row, block in enumerate(blocks):
        if block in choosing:
            scores[row] = np.where(allowed[row], _sum(choosing[block], norms[row]), 0.0)
    if completing:
        chosen = _highest(scores, SCORED)
        chosen = chosen if np.count_nonzero(chosen) >= limit else allowed
        scores[~chosen] = 0.0
        for row, block in enumerate(blocks):
            if block in completing and chosen[row].any():
                scores[row] += _sum(completing[block], norms[row], chosen[row])
    return scores


def top_chunks(blocks: Sequence[int], scores: Floats, limit: int) -> dict[int, float]:
    """Return ``{chunk id: score}`` of the ``limit`` highest scores above 0."""
    at, offset = np.nonzero(_highest(scores, limit))
    found, ids = scores[at, offset], np.asarray(blocks, dtype=np.int64)[at] * BLOCK + offset
    return {int(ids[one]): float(found[one]) for one in np.argsort(-found, kind="stable")[:limit]}


def _highest(scores: Floats, number: int) -> Mask:
    """Mark the ``number`` highest scores above 0, and those equal to the last of them."""
    matched = scores[scores > 0.0]
    least = np.partition(matched, -number)[-number] if matched.size > number else np.nextafter(0.0, 1.0)
    highest: Mask = scores >= least
    return highest


def _discriminative(worth: Mapping[str, float]) -> set[str]:
    """Return the words worth most that make up TELLING_SHARE of all."""
    wanted = TELLING_SHARE * sum(worth.values())
    chosen: set[str] = set()
    for word in sorted(worth, key=lambda word: -worth[word]):
        if wanted <= 0.0:
            break
        chosen.add(word)
        wanted -= worth[word]
    return chosen


# By the upper 16 bits of a posting, of which none is 0: 1 ÷ (times in the text + HEADING_WEIGHT if above it).
_UPPER = np.arange(1, 1 << 16)
_RECIPROCAL = np.append(0.0, 1.0 / ((_UPPER >> (TIMES - 16)) + HEADING_WEIGHT * (_UPPER & 1))).astype(np.float32)


def _sum(posted: Posted, norm: Norms, only: Mask | None = None) -> Floats:
    """Return the BM25 of each chunk of one block, shape (BLOCK,); of the chunks ``only``, where given."""
    packed = np.frombuffer(b"".join(blob for blob, _ in posted), dtype=POSTING)
    lengths = np.array([len(blob) // POSTING.itemsize for blob, _ in posted])
    worth = np.array([value * (K1 + 1) for _, value in posted], dtype=np.float32)
    if only is None:
        worth = np.repeat(worth, lengths)
    else:
        kept = np.flatnonzero(only.take((packed & OFFSET).astype(np.intp)))
        worth = worth[np.searchsorted(np.cumsum(lengths), kept, side="right")]
        packed = packed[kept]
    offset = (packed & OFFSET).astype(np.intp)
    # worth × (K1 + 1) × f ÷ (f + norm), divided by f above and below
    part = norm.take(offset) * _RECIPROCAL.take(packed >> 16)
    part += 1.0
    return np.asarray(np.bincount(offset, weights=worth / part, minlength=BLOCK), dtype=np.float64)
