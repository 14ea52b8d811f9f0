"""Lexical search: BM25 with weighted words over the tenant's word index (:mod:`kb.search.lexical.postings`).

The formula is in :mod:`kb.search.lexical.bm25`. Decided here is the weight of each word in texts of each language.
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

__all__ = ["LexicalScores", "WordIndex", "add", "remove_version", "sweep"]

# The most that the words of another name weigh together, relative to the term it stands for.
MAX_NAME_WEIGHT = 1.5

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """The result of a lexical search.

    Attributes:
        scores: chunk id → weighted BM25, of the best chunks only; each score is above 0.
        idf: inverse document frequency of the question's words in this tenant; words that occur nowhere are absent.
        unseen_idf: the idf of a word that occurs nowhere.
    """

    scores: dict[int, float]
    idf: dict[str, float]
    unseen_idf: float
    _blocks: list[int]
    _all: NDArray[np.float64]

    def score(self, chunk_id: int) -> float:
        """Return the score of any chunk, also of one that is not among the best; 0 if it has none of the words."""
        block = chunk_id // BLOCK
        return float(self._all[self._blocks.index(block), chunk_id % BLOCK]) if block in self._blocks else 0.0


@dataclass(frozen=True, slots=True, eq=False)
class IndexStatistics:
    """The indexed chunks, as arrays of shape (blocks, BLOCK).

    Attributes:
        blocks: the block ids, in the order of the rows.
        version: the version id of each chunk; 0 where there is no chunk.
        chinese: whether each chunk is in Chinese.
        norm: the length normalisation of BM25, see :func:`.bm25.norm`.
    """

    blocks: list[int]
    version: NDArray[np.uint32]
    chinese: Mask
    norm: NDArray[np.float32]

    @property
    def total(self) -> int:
        return int(np.count_nonzero(self.version))

    def ids(self, chinese: bool) -> list[int]:
        """Return the ids of the chunks in Chinese, or of all other chunks, ascending."""
        row, offset = np.nonzero((self.version > 0) & (self.chinese == chinese))
        ids: list[int] = (np.asarray(self.blocks, dtype=np.int64)[row] * BLOCK + offset).tolist()
        return ids


# What was read of the index: the chunks of each block, and the same as arrays.
_Current = tuple[dict[int, bytes], IndexStatistics]


class WordIndex:
    """One tenant's word index. The list of chunks is kept in memory until the library changes."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._current = VersionedCache(library.data_version, self._read)

    def search(self, query: Query, versions: Iterable[int], limit: int) -> LexicalScores:
        """Score the chunks of ``versions`` that contain words of the question; each chunk by the words of its language.

        Args:
            versions: ids of the versions to search.
            limit: the number of chunks in the question's language, and the number in the other language.
        """
        indexed = self.indexed()
        with self._library.session() as session:
            rows = list(postings.find(session, indexed.blocks, query.words))
        chunk_counts: dict[str, int] = defaultdict(int)
        for _, word, blob in rows:
            chunk_counts[word] += len(blob) // POSTING.itemsize
        total = indexed.total
        idf = {word: bm25.idf(total, number) for word, number in chunk_counts.items()}
        searched = np.isin(indexed.version, np.fromiter(versions, dtype=np.uint32))
        same_language = indexed.chinese == query.language.is_chinese
        best: dict[int, float] = {}
        all_scores = np.zeros(indexed.version.shape)
        for own, allowed in ((True, searched & same_language), (False, searched & ~same_language)):
            weights = _word_weights(query, own, idf, bm25.idf(total, 0))
            scores = bm25.score_blocks(indexed.blocks, indexed.norm, rows, weights, allowed, limit)
            best |= bm25.top_chunks(indexed.blocks, scores, limit)
            all_scores += scores
        return LexicalScores(best, idf, bm25.idf(total, 0), indexed.blocks, all_scores)

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


def _word_weights(query: Query, own: bool, idf: dict[str, float], unseen_idf: float) -> Words:
    """Return the weight × idf of each word in texts of the question's language (``own``) or of the other.

    The words of another name together weigh at most MAX_NAME_WEIGHT times the term they stand for: a translation of
    many characters must not outweigh the rest of the question.
    """
    typed = query.typed if own else {word: weight for word, weight in query.typed.items() if word in query.other}
    weights = {word: weight * idf[word] for word, weight in typed.items() if word in idf}
    for name in query.names:
        if name.own == own:
            term_weight = sum(weight * idf.get(word, unseen_idf) for word, weight in name.term.items())
            name_weight = sum(weight * idf.get(word, 0.0) for word, weight in name.words.items())
            factor = name.factor * min(1.0, MAX_NAME_WEIGHT * term_weight / name_weight) if name_weight > 0.0 else 0.0
            for word, weight in name.words.items():
                if word in idf:
                    weights[word] = max(weights.get(word, 0.0), factor * weight * idf[word])
    return weights
