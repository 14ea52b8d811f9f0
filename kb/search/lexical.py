"""The lexical leg: BM25 with weighted words over the tenant's word index (:mod:`kb.search.postings`).

The formula is the usual one (Robertson & Zaragoza 2009, eq. 3.15) with the non-negative idf of Lucene. Its cost is
that of reading postings, and most of these are of frequent words, which say least. So the telling words choose which
chunks to look at, and all words score those; see ``docs/decisions/0012-word-index.md``.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.library import Library
from kb.search import postings
from kb.search.postings import BLOCK, CHUNK, OFFSET, POSTING, TIMES, Row, add, remove_version, sweep
from kb.search.query import Query, Words

__all__ = ["Indexed", "Leg", "WordIndex", "add", "remove_version", "sweep"]

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
Posted = list[tuple[bytes, float]]  # the postings of words in one block, and what each word is worth


@dataclass(frozen=True, slots=True)
class Leg:
    """What the words found.

    Attributes:
        scores: chunk id → weighted BM25; chunks with none of the words are absent, so nothing has a zero score.
        idf: what each word of the question is worth in this tenant; words that occur nowhere are absent.
        unseen: the worth of a word that occurs nowhere.
    """

    scores: dict[int, float]
    idf: dict[str, float]
    unseen: float


@dataclass(frozen=True, slots=True, eq=False)
class Indexed:
    """The indexed chunks, one row a block, shape (blocks, BLOCK); ``version`` is 0 where there is no chunk.

    ``norm`` is BM25's K1 × (1 − B + B × length ÷ average length).
    """

    blocks: list[int]
    version: NDArray[np.uint32]
    chinese: Mask
    norm: NDArray[np.float32]

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.version))

    def ids(self, chinese: bool) -> list[int]:
        """Return the ids of the chunks in Chinese, or of all others, ascending."""
        row, offset = np.nonzero((self.version > 0) & (self.chinese == chinese))
        ids: list[int] = (np.asarray(self.blocks, dtype=np.int64)[row] * BLOCK + offset).tolist()
        return ids


class WordIndex:
    """One tenant's word index; what is kept in memory follows the records."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._held: tuple[int, dict[int, bytes], Indexed] | None = None

    def search(self, query: Query, versions: Iterable[int], limit: int) -> Leg:
        """Score chunks of ``versions`` that hold words of the question, each with the words of its own language.

        Returns:
            At most ``limit`` chunks of the question's language and as many of the other.
        """
        indexed = self.indexed()
        with self._library.session() as session:
            rows = list(postings.find(session, indexed.blocks, query.words))
        having: dict[str, int] = defaultdict(int)
        for _, word, blob in rows:
            having[word] += len(blob) // POSTING.itemsize
        total = indexed.total
        idf = {word: _idf(total, number) for word, number in having.items()}
        there = np.isin(indexed.version, np.fromiter(versions, dtype=np.uint32))
        ours = indexed.chinese == query.language.is_chinese
        scores: dict[int, float] = {}
        for words, allowed in ((query.own, there & ours), (query.other, there & ~ours)):
            worth = {word: weight * idf[word] for word, weight in words.items() if word in idf}
            scores |= _best(indexed, rows, worth, allowed, limit)
        return Leg(scores, idf, _idf(total, 0))

    def indexed(self) -> Indexed:
        """Return the chunks of the index now; the same object as long as they are the same."""
        revision, held = self._library.data_version(), self._held
        if held is None or held[0] != revision:
            with self._library.session() as session:
                blocks = postings.blocks(session)
            held = (revision, blocks, held[2] if held is not None and held[1] == blocks else _read(blocks))
            self._held = held
        return held[2]


def _idf(total: int, having: int) -> float:
    """Return ln(1 + (N − n + ½) / (n + ½))."""
    return math.log(1 + (max(total, having) - having + 0.5) / (having + 0.5))


def _read(blocks: dict[int, bytes]) -> Indexed:
    shape = (len(blocks), BLOCK)
    version, chinese = np.zeros(shape, dtype=np.uint32), np.zeros(shape, dtype=np.bool_)
    length = np.zeros(shape, dtype=np.float32)
    for row, blob in enumerate(blocks.values()):
        chunks = np.frombuffer(blob, dtype=CHUNK)
        at = chunks["offset"]
        version[row, at], chinese[row, at], length[row, at] = chunks["version"], chunks["chinese"], chunks["length"]
    average = float(length.sum()) / max(1, int(np.count_nonzero(version)))
    return Indexed(list(blocks), version, chinese, K1 * (1 - B + B * length / max(average, 1.0)))


def _best(indexed: Indexed, rows: Iterable[Row], worth: Words, allowed: Mask, limit: int) -> dict[int, float]:
    """Return ``{chunk id: score}`` of the ``limit`` best ``allowed`` chunks; ``worth`` is weight × idf by word."""
    posted = [(block, word, blob) for block, word, blob in rows if word in worth]
    many = sum(len(blob) for _, _, blob in posted) > ALL_POSTINGS * POSTING.itemsize
    telling = _telling(worth) if many else set(worth)
    choosing: dict[int, Posted] = defaultdict(list)
    completing: dict[int, Posted] = defaultdict(list)
    for block, word, blob in posted:
        (choosing if word in telling else completing)[block].append((blob, worth[word]))
    scores = np.zeros(allowed.shape)
    for row, block in enumerate(indexed.blocks):
        if block in choosing:
            scores[row] = np.where(allowed[row], _sum(choosing[block], indexed.norm[row]), 0.0)
    if completing:
        chosen = _highest(scores, SCORED)
        chosen = chosen if np.count_nonzero(chosen) >= limit else allowed
        scores[~chosen] = 0.0
        for row, block in enumerate(indexed.blocks):
            if block in completing and chosen[row].any():
                scores[row] += _sum(completing[block], indexed.norm[row], chosen[row])
    at, offset = np.nonzero(_highest(scores, limit))
    found, ids = scores[at, offset], np.asarray(indexed.blocks, dtype=np.int64)[at] * BLOCK + offset
    return {int(ids[one]): float(found[one]) for one in np.argsort(-found, kind="stable")[:limit]}


def _highest(scores: Floats, number: int) -> Mask:
    """Mark the ``number`` highest scores above 0, and those equal to the last of them."""
    matched = scores[scores > 0.0]
    least = np.partition(matched, -number)[-number] if matched.size > number else np.nextafter(0.0, 1.0)
    highest: Mask = scores >= least
    return highest


def _telling(worth: Words) -> set[str]:
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


def _sum(posted: Posted, norm: NDArray[np.float32], only: Mask | None = None) -> Floats:
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
