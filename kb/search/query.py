"""A question as search needs it: language, variants to embed, weighted words for each language of the documents."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from kb.language.cantonese import to_written
from kb.language.detect import Language, detect
from kb.language.dictionary import Dictionary
from kb.language.glossary import Glossary
from kb.language.words import content_words, query_words

__all__ = ["Query", "QueryName", "analyse"]

# What a word is worth that the person did not type, against one typed: chosen on the development sets.
GLOSSARY_WEIGHT = 0.6
TRANSLATED_WEIGHT = 1.0  # the glossary's word, against documents in the other language
DICTIONARY_WEIGHT = 0.4
FUNCTION_WORD_SHARE = 0.2  # of these weights, for the other names of a term made of function words

Words = dict[str, float]
Concept = list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class QueryName:
    """Another name of a term of the question.

    Attributes:
        own: whether it is in the question's language.
        term, words: the weighted words of the term as typed, and of the name.
        factor: what a word of it is worth against one typed.
    """

    own: bool
    term: Words
    words: Words
    factor: float


@dataclass(frozen=True, slots=True)
class Query:
    """What a person asked.

    Attributes:
        text: the question as typed.
        language: of the question.
        variants: texts to embed, the question as typed first; in Cantonese also as written Chinese.
        typed: words of the question, typed or rewritten, with weights in (0, 1].
        own: for documents in the question's language: ``typed`` and the glossary's other names.
        other: for documents in the other language (Chinese ↔ English): translations, and typed words and figures
            that look the same there.
        names: the other names and translations whose words are in ``own`` and ``other``, one by one.
        concepts: what the question is about, one entry a term: a text speaks of it when it holds all words of any
            of the entry's names.
    """

    text: str
    language: Language
    variants: list[str]
    typed: Words = field(default_factory=dict)
    own: Words = field(default_factory=dict)
    other: Words = field(default_factory=dict)
    names: list[QueryName] = field(default_factory=list)
    concepts: list[Concept] = field(default_factory=list)

    @property
    def words(self) -> list[str]:
        """All words, each once."""
        return list(dict.fromkeys([*self.own, *self.other]))

    def words_for(self, language: str) -> Words:
        """Return the words that count in a text of ``language``."""
        return self.own if (language != Language.ENGLISH) == self.language.is_chinese else self.other


def analyse(text: str, glossary: Glossary, dictionary: Dictionary) -> Query:
    """Read a question: detect its language, rewrite Cantonese, add other names and translations of its terms."""
    language = detect(text)
    variants = [text]
    if language.is_chinese and (written := to_written(text)) != text:
        variants.append(written)
    typed: Words = {}
    for variant in variants:
        _merge(typed, _words(variant), 1.0)
    names: list[QueryName] = []
    concepts: list[Concept] = []
    for variant in variants:
        for expansion in glossary.expand(variant):
            near, far = expansion.alternatives_zh, expansion.alternatives_en
            if language is Language.ENGLISH:
                near, far = far, near
            # 「之內」 = within: such a term is in the glossary, but says little of what is asked
            telling = 1.0 if _is_discriminative(expansion.term) else FUNCTION_WORD_SHARE
            names += _names(True, expansion.term, near, GLOSSARY_WEIGHT * telling)
            names += _names(False, expansion.term, far, TRANSLATED_WEIGHT * telling)
            if telling == 1.0:
                concepts.append(_concept([expansion.term, *near, *far]))
    last = variants[-1]
    for term, meanings in dictionary.to_english(last) if language.is_chinese else dictionary.to_chinese(last):
        names += _names(False, term, meanings, DICTIONARY_WEIGHT)
        concepts.append(_concept([term, *meanings]))
    own, other = dict(typed), {word: weight for word, weight in typed.items() if word.isascii()}
    for name in names:
        _merge(own if name.own else other, name.words.items(), name.factor)
    return Query(text, language, variants, typed, own, other, names, concepts)


def _names(own: bool, term: str, names: Iterable[str], factor: float) -> list[QueryName]:
    return [QueryName(own, dict(_words(term)), dict(_words(name)), factor) for name in names]


def _is_discriminative(term: str) -> bool:
    """Whether a term says what a question is about: a Latin word, or two Chinese characters beyond function words."""
    words = content_words(term)
    return any(word.isascii() for word in words) or sum(map(len, words)) > 1


def _concept(names: list[str]) -> Concept:
    """Return the index words of each name; a Chinese word of two or more characters goes by its pairs."""
    found = []
    for name in names:
        words = {word for word, weight in _words(name) if weight >= 0.5}
        if words:
            found.append(frozenset(words))
    return found


def _merge(into: Words, words: Iterable[tuple[str, float]], factor: float) -> None:
    for word, weight in words:
        into[word] = max(into.get(word, 0.0), weight * factor)


@lru_cache(maxsize=20_000)
def _words(text: str) -> tuple[tuple[str, float], ...]:
    """Return the weighted words of a text; the names of a term come again with every question that has it."""
    return tuple(query_words(text))
