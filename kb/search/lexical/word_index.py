"""Lexical search: BM25 with weighted words over the tenant's word index (:mod:`kb.search.lexical.postings`).

The formula is in :mod:`kb.search.lexical.bm25`. Decided here is the weight of each word in texts of each language.

How rare a word is, and how long a text is on average, is counted over the chunks that the search covers, and over no
others: otherwise scores would tell what stands in documents that the person may not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from kb.core.versioned_cache import VersionedCache
from kb.library.documents import Library
from kb.search.lexical import bm25, postings
from kb.search.lexical.postings import BLOCK, CHUNK, OFFSET, POSTING, add, remove_version, sweep
from kb.search.query import Query, Words

__all__ = ["LexicalScores", "SearchedChunks", "WordIndex", "add", "remove_version", "sweep"]

# The most that the words of another name weigh together, relative to the term it stands for.
MAX_NAME_WEIGHT = 1.5
# People search the collections they may read: so many sets of versions are kept as arrays, 1.4 MB for 100,000 chunks.
_KEPT = 16

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class LexicalScores:
    """The result of a lexical search.

    Attributes:
        scores: chunk id → weighted BM25, of the best chunks only; each score is above 0.
        idf: inverse document frequency of the question's words in the searched chunks; words that occur in none of
            them are absent.
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


@dataclass(frozen=True, slots=True, eq=False, weakref_slot=True)
class SearchedChunks:
    """The indexed chunks of some versions, as arrays of shape (blocks, BLOCK).

    Attributes:
        blocks: the block ids, in the order of the rows.
        searched: whether each place has a chunk of these versions.
        chinese: whether each chunk is in Chinese.
        norm: the length normalisation of BM25, see :func:`.bm25.norm`.
        total: how many chunks there are.
        all: whether these are all indexed chunks.
    """

    blocks: list[int]
    searched: Mask
    chinese: Mask
    norm: NDArray[np.float32]
    total: int
    all: bool

    def ids(self, chinese: bool) -> list[int]:
        """Return the ids of the chunks in Chinese, or of all other chunks, ascending."""
        row, offset = np.nonzero(self.searched & (self.chinese == chinese))
        ids: list[int] = (np.asarray(self.blocks, dtype=np.int64)[row] * BLOCK + offset).tolist()
        return ids

    def counts(self, rows: Iterable[postings.Row]) -> dict[str, int]:
        """Return in how many of these chunks each word occurs; a word that occurs in none of them is absent.

        Args:
            rows: the postings of words.
        """
        found: dict[str, int] = defaultdict(int)
        by_block: dict[int, list[postings.Row]] = defaultdict(list)
        for one in rows:
            if self.all:
                found[one[1]] += len(one[2]) // POSTING.itemsize
            else:
                by_block[one[0]].append(one)
        for block, inside in by_block.items():
            packed = np.frombuffer(b"".join(blob for _, _, blob in inside), dtype=POSTING)
            counted = self.searched[self.blocks.index(block)].take((packed & OFFSET).astype(np.intp))
            starts = np.cumsum([0, *(len(blob) // POSTING.itemsize for _, _, blob in inside[:-1])])
            for (_, word, _), number in zip(inside, np.add.reduceat(counted, starts, dtype=np.int64), strict=True):
                found[word] += int(number)
        return {word: number for word, number in found.items() if number}


@dataclass(frozen=True, slots=True, eq=False)
class IndexStatistics:
    """All indexed chunks, as arrays of shape (blocks, BLOCK).

    Attributes:
        blocks: the block ids, in the order of the rows.
        version: the version id of each chunk; 0 where there is no chunk.
        chinese: whether each chunk is in Chinese.
        length: the number of words of each chunk.
    """

    blocks: list[int]
    version: NDArray[np.uint32]
    chinese: Mask
    length: NDArray[np.float32]
    _kept: dict[frozenset[int], SearchedChunks] = field(default_factory=dict)

    def of(self, versions: frozenset[int]) -> SearchedChunks:
        """Return the chunks of some versions; the same object for the same versions, while it is kept."""
        found = self._kept.get(versions)
        if found is None:
            searched = np.isin(self.version, np.fromiter(versions, dtype=np.uint32)) & (self.version > 0)
            total = int(np.count_nonzero(searched))
            norm = bm25.norm(self.length, float(self.length[searched].sum()) / max(1, total))
            every = total == int(np.count_nonzero(self.version))
            found = SearchedChunks(self.blocks, searched, self.chinese, norm, total, every)
            if len(self._kept) >= _KEPT:
                self._kept.clear()
            self._kept[versions] = found
        return found


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
        chunks = self.searched(versions)
        with self._library.session() as session:
            rows = list(postings.find(session, chunks.blocks, query.words))
        counts, total = chunks.counts(rows), chunks.total
        idf = {word: bm25.idf(total, number) for word, number in counts.items()}
        same_language = chunks.chinese == query.language.is_chinese
        best: dict[int, float] = {}
        all_scores = np.zeros(chunks.searched.shape)
        for own, allowed in ((True, chunks.searched & same_language), (False, chunks.searched & ~same_language)):
            weights = _word_weights(query, own, idf, bm25.idf(total, 0))
            many = sum(counts[word] for word in weights) > bm25.MAX_POSTINGS
            scores = bm25.score_blocks(chunks.blocks, chunks.norm, rows, weights, allowed, limit, many)
            best |= bm25.top_chunks(chunks.blocks, scores, limit)
            all_scores += scores
        return LexicalScores(best, idf, bm25.idf(total, 0), chunks.blocks, all_scores)

    def searched(self, versions: Iterable[int]) -> SearchedChunks:
        """Return the indexed chunks of some versions; the same object as long as index and versions are the same."""
        return self._current.get()[1].of(frozenset(versions))

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
    return IndexStatistics(list(blocks), version, chinese, length)


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
