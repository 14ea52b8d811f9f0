"""What a question is about, term by term, and whether a text speaks of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.language.words import index_words
from kb.search.retriever import SearchResult

__all__ = ["Term", "coverage", "mentions", "terms", "word_set"]

# All names of a term in both languages, each as its index words; and what the term is worth.
Term = tuple[list[frozenset[str]], float]

# A term of one Chinese character (做, 日) says less of what is asked than its rarity promises.
SINGLE_CHARACTER_SHARE = 0.3


@lru_cache(maxsize=50_000)
def word_set(text: str) -> frozenset[str]:
    """Return the index words of a text; texts come again with every question, so they are remembered."""
    return frozenset(index_words(text))


def terms(found: SearchResult) -> list[Term]:
    """Return the question's terms, the most telling first.

    The glossary and the dictionary, as typed and as rewritten, may each have named the same thing: entries that
    share a name are one term. A term is worth its most usual name's rarest word; one no document names is worth most.
    """
    unseen = max(found.idf.values(), default=0.0) + 1.0
    groups: list[set[frozenset[str]]] = []
    for concept in found.query.concepts:
        names = set(concept)
        if names:
            apart = [group for group in groups if not group & names]
            groups = [*apart, names.union(*(group for group in groups if group & names))]
    weighted = [
        (
            sorted(names, key=sorted),
            min(max(found.idf.get(word, unseen) for word in name) for name in names)
            * (SINGLE_CHARACTER_SHARE if _one_character(names) else 1.0),
        )
        for names in groups
    ]
    return sorted(weighted, key=lambda term: -term[1])


def _one_character(names: set[frozenset[str]]) -> bool:
    chinese = [name for name in names if not all(word.isascii() for word in name)]
    return bool(chinese) and all(len(name) == 1 and len(min(name)) == 1 for name in chinese)


def mentions(words: frozenset[str], term: Term) -> bool:
    """Say whether a text with these words names the term, under any of its names."""
    return any(name <= words for name in term[0])


def coverage(words: frozenset[str], asked: Sequence[Term]) -> float:
    """Return the share of the terms' worth, 0..1, that a text with these words speaks of; ½ where there are none."""
    total = sum(worth for _, worth in asked)
    return sum(term[1] for term in asked if mentions(words, term)) / total if total else 0.5
