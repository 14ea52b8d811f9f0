"""Question → query: its language, the texts to embed, the weighted words for documents in each language."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from kb.language.cantonese import to_written
from kb.language.detect import Language, detect
from kb.language.dictionary import Dictionary
from kb.language.glossary import Glossary
from kb.language.words import content_words, query_words

__all__ = ["Concept", "Query", "Words", "analyse"]

# The weight of a word that the person did not type, against 1 for a typed word; chosen on the development sets.
GLOSSARY_WEIGHT = 0.6  # another name in the question's language
TRANSLATED_WEIGHT = 1.0  # the glossary's translation, in documents in the other language
DICTIONARY_WEIGHT = 0.4  # the dictionary's translation
FUNCTION_WORD_SHARE = 0.2  # factor on these weights for a term that consists of function words

Words = dict[str, float]
Concept = list[frozenset[str]]


@dataclass(frozen=True, slots=True)
class QueryName:
    """Another name of a term in the question, or a translation of it.

    Attributes:
        own: whether the name is in the question's language.
        term: the weighted words of the term, as typed.
        words: the weighted words of the name.
        factor: the weight of a word of the name, against 1 for a typed word.
    """

    own: bool
    term: Words
    words: Words
    factor: float


@dataclass(frozen=True, slots=True)
class Query:
    """An analysed question.

    Attributes:
        text: the question as typed.
        language: of the question.
        variants: the texts to embed: the question as typed, then, if it is Cantonese, as written Chinese.
        typed: the words of the question, typed or rewritten, with weights in (0, 1].
        own: the words for documents in the question's language: ``typed`` and the glossary's other names.
        other: the words for documents in the other language (Chinese ↔ English): translations, and those typed words
            and figures that are written the same there.
        names: the other names and translations whose words are in ``own`` and ``other``.
        concepts: the terms that the question is about. A text mentions a term if it contains all words of one of its
            names.
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
        """The words of ``own`` and ``other``, each once."""
        return list(dict.fromkeys([*self.own, *self.other]))

    def words_for(self, language: str) -> Words:
        """Return the words, with weights, for a text in ``language``."""
        return self.own if (language != Language.ENGLISH) == self.language.is_chinese else self.other


def analyse(text: str, glossary: Glossary, dictionary: Dictionary) -> Query:
    """Analyse a question: detect its language, rewrite Cantonese, add other names and translations of its terms.

    Args:
        text: Cantonese, written Chinese, English or a mixture.
        glossary: other names and translations of the tenant's and the shipped terms.
        dictionary: Chinese–English, for other words.
    """
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
            synonyms, translations = expansion.alternatives_zh, expansion.alternatives_en
            if language is Language.ENGLISH:
                synonyms, translations = translations, synonyms
            # 「之內」 = within: the glossary has such terms too, but they do not say what the question is about.
            discriminative = _is_discriminative(expansion.term)
            factor = 1.0 if discriminative else FUNCTION_WORD_SHARE
            names += _names(True, expansion.term, synonyms, GLOSSARY_WEIGHT * factor)
            names += _names(False, expansion.term, translations, TRANSLATED_WEIGHT * factor)
            if discriminative:
                concepts.append(_concept([expansion.term, *synonyms, *translations]))
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
    """Whether a term has content: a word in Latin letters, or two Chinese characters that are no function words."""
    words = content_words(term)
    return any(word.isascii() for word in words) or sum(map(len, words)) > 1


def _concept(names: list[str]) -> Concept:
    """Return the index words of each name; a Chinese word of two or more characters is indexed as character pairs."""
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
    """Return the weighted words of a text; cached, because the names of a term recur in many questions."""
    return tuple(query_words(text))
