"""A question as search needs it: language, variants to embed, weighted words."""

from __future__ import annotations

from dataclasses import dataclass, field

from kb.language.cantonese import to_written
from kb.language.detect import Language, detect
from kb.language.glossary import Glossary
from kb.language.words import query_words

__all__ = ["Query", "understand"]

# What a word is worth that the person did not type, against one typed.
REWRITTEN_WEIGHT = 1.0
GLOSSARY_WEIGHT = 0.6
GLOSSARY_OTHER_LANGUAGE_WEIGHT = 0.4


@dataclass(frozen=True, slots=True)
class Query:
    """Attributes:

    text: the question as typed.
    language: of the question.
    variants: texts to embed, the question as typed first; in Cantonese also as written Chinese.
    words: index words of the question, its variants and the glossary's other names, with weights in (0, 1].
    typed: words of the question itself (typed or rewritten), without the glossary's.
    """

    text: str
    language: Language
    variants: list[str]
    words: dict[str, float] = field(default_factory=dict)
    typed: dict[str, float] = field(default_factory=dict)


def understand(text: str, glossary: Glossary) -> Query:
    """Read a question: detect its language, rewrite Cantonese, add the glossary's names for its terms."""
    language = detect(text)
    variants = [text]
    if language.is_chinese:
        written = to_written(text)
        if written != text:
            variants.append(written)
    typed: dict[str, float] = {}
    for number, variant in enumerate(variants):
        _merge(typed, variant, 1.0 if number == 0 else REWRITTEN_WEIGHT)
    words = dict(typed)
    for expansion in glossary.expand(text) + (glossary.expand(variants[-1]) if len(variants) > 1 else []):
        own, other = expansion.alternatives_zh, expansion.alternatives_en
        if language is Language.ENGLISH:
            own, other = other, own
        for alternative in own:
            _merge(words, alternative, GLOSSARY_WEIGHT)
        for alternative in other:
            _merge(words, alternative, GLOSSARY_OTHER_LANGUAGE_WEIGHT)
    return Query(text, language, variants, words, typed)


def _merge(into: dict[str, float], text: str, factor: float) -> None:
    for word, weight in query_words(text):
        into[word] = max(into.get(word, 0.0), weight * factor)
