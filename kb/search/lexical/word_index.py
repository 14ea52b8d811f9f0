"""The lexical leg: BM25 with weighted words over the tenant's word index (:mod:`kb.search.lexical.postings`).

The arithmetic is in :mod:`kb.search.lexical.bm25`; here is which words count how much, in texts of which language.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kb.core.versioned_cache import VersionedCache
from kb.library.documents import Library
from kb.search.lexical import bm25, postings
from kb.search.lexical.postings import BLOCK, CHUNK, POSTING, add, remove_version, sweep
from kb.search.query import Query, Words

__all__ = ["IndexStatistics", "LexicalScores", "WordIndex", "add", "remove_version", "sweep"]

# What the words of another name may be worth, against the term it stands for.
NAME_MOST = 1.5

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """What the words found.

    Attributes:
        scores: chunk id → weighted BM25; chunks with none of the words are absent, so nothing has a zero score.
        idf: what each word of the question is worth in this tenant; words that occur nowhere are absent.
        unseen: the worth of a word that occurs nowhere.
    """

    scores: dict[int, float]
    idf: dict[str, float]
    unseen: float
    _blocks: list[int]
    _all: NDArray[np.float64]

    def score(self, chunk_id: int) -> float:
        """Return a chunk's score, whether it is among the best or not."""
        block = chunk_id // BLOCK
        return float(self._all[self._blocks.index(block), chunk_id % BLOCK]) if block in self._blocks else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class IndexStatistics:
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


# What was read of the index: the chunks of each block, and the same as arrays.
_Current = tuple[dict[int, bytes], IndexStatistics]


class WordIndex:
    """One tenant's word index; what is kept in memory follows the records."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._current = VersionedCache(library.data_version, self._read)

    def search(self, query: Query, versions: Iterable[int], limit: int) -> LexicalScores:
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
        idf = {word: bm25.idf(total, number) for word, number in having.items()}
        there = np.isin(indexed.version, np.fromiter(versions, dtype=np.uint32))
        ours = indexed.chinese == query.language.is_chinese
        scores: dict[int, float] = {}
        everything = np.zeros(indexed.version.shape)
        for own, allowed in ((True, there & ours), (False, there & ~ours)):
            worth = _worth(query, own, idf, bm25.idf(total, 0))
            scored = bm25.score_blocks(indexed.blocks, indexed.norm, rows, worth, allowed, limit)
            scores |= bm25.top_chunks(indexed.blocks, scored, limit)
            everything += scored
        return LexicalScores(scores, idf, bm25.idf(total, 0), indexed.blocks, everything)

    def indexed(self) -> IndexStatistics:
        """Return the chunks of the index now; the same object as long as they are the same."""
        return self._current.get()[1]

    def _read(self, before: _Current | None) -> _Current:
        with self._library.session() as session:
            blocks = postings.blocks(session)
        return before if before is not None and before[0] == blocks else (blocks, _statistics(blocks))


def _statistics(blocks: dict[int, bytes]) -> IndexStatistics:
    shape = (len(blocks), BLOCK)
    version, chinese = np.zeros(shape, dtype=np.uint32), np.zeros(shape, dtype=np.bool_)
    length = np.zeros(shape, dtype=np.float32)
    for row, blob in enumerate(blocks.values()):
        chunks = np.frombuffer(blob, dtype=CHUNK)
        at = chunks["offset"]
        version[row, at], chinese[row, at], length[row, at] = chunks["version"], chunks["chinese"], chunks["length"]
    average = float(length.sum()) / max(1, int(np.count_nonzero(version)))
    return IndexStatistics(list(blocks), version, chinese, bm25.norm(length, average))


def _worth(query: Query, own: bool, idf: dict[str, float], unseen: float) -> Words:
    """Return what each word counts in texts of the question's language (``own``) or of the other: weight × idf.

    The words of another name are together worth NAME_MOST times the term they stand for at most: a translation of
    many characters must not outweigh the rest of the question.
    """
    typed = query.typed if own else {word: weight for word, weight in query.typed.items() if word in query.other}
    worth = {word: weight * idf[word] for word, weight in typed.items() if word in idf}
    for name in query.names:
        if name.own == own:
            meant = sum(weight * idf.get(word, unseen) for word, weight in name.term.items())
            full = sum(weight * idf.get(word, 0.0) for word, weight in name.words.items())
            factor = name.factor * min(1.0, NAME_MOST * meant / full) if full > 0.0 else 0.0
            for word, weight in name.words.items():
                if word in idf:
                    worth[word] = max(worth.get(word, 0.0), factor * weight * idf[word])
    return worth
