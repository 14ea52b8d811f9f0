"""The mean vectors of the passages that a search covers, by language: kept for the scopes that people ask about."""

from __future__ import annotations

from collections.abc import Iterable
from weakref import WeakKeyDictionary

from kb.library.documents import Library
from kb.search.dense.language_means import LanguageMeans, compute_means
from kb.search.lexical.word_index import SearchedChunks, WordIndex

__all__ = ["ScopeMeans"]


class ScopeMeans:
    """Computes means with the first search in a scope, and again when its passages have changed. Thread-safe."""

    def __init__(self, library: Library, words: WordIndex) -> None:
        self._library = library
        self._words = words
        self._means: WeakKeyDictionary[SearchedChunks, LanguageMeans] = WeakKeyDictionary()

    def of(self, versions: Iterable[int], dimension: int) -> LanguageMeans:
        """Return the means of the passages of some versions, and of no others.

        Args:
            dimension: of the vectors.
        """
        chunks = self._words.searched(versions)
        found = self._means.get(chunks)
        if found is None:
            with self._library.session() as session:
                found = compute_means(session, dimension, chunks.ids(True), chunks.ids(False))
            self._means[chunks] = found
        return found
