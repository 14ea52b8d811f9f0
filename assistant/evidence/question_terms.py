"""The terms of a question, and whether a text mentions them."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from kb.language.words import index_words
from kb.search.retriever import SearchResult

__all__ = ["Term", "coverage", "mentions", "terms", "word_set"]

# All names of a term in both languages, each as its index words; and the weight of the term.
Term = tuple[list[frozenset[str]], float]

# The weight factor of a term of one Chinese character (做, 日): it says less about the question than its idf suggests.
SINGLE_CHARACTER_SHARE = 0.3


@lru_cache(maxsize=50_000)
def word_set(text: str) -> frozenset[str]:
    """Return the index words of a text. They are cached, because the same texts come with many questions."""
    return frozenset(index_words(text))


def terms(found: SearchResult) -> list[Term]:
    """Return the question's terms, the highest weight first.

    Concepts of the query (from the glossary and the dictionary, for the question as typed and as rewritten) that share
    a name become one term. The weight of a name is the idf of its rarest word, and the weight of a term is that of its
    most common name. A word that no document contains has the highest idf plus 1.
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
    """Whether a text with these words contains any name of the term."""
    return any(name <= words for name in term[0])


def coverage(words: frozenset[str], question_terms: Sequence[Term]) -> float:
    """Return the share, 0..1, of the terms' weight that a text with these words mentions; ½ if there are no terms."""
    total = sum(weight for _, weight in question_terms)
    return sum(term[1] for term in question_terms if mentions(words, term)) / total if total else 0.5
