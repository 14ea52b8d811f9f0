"""Texts for people: in the language of the question (``say``) or of the interface (``interface``)."""

from __future__ import annotations

from kb.core.messages import Catalogue
from kb.language.detect import Language

__all__ = ["interface", "say"]

_ANSWER = Catalogue("assistant.messages", "answer.json")
_INTERFACE = Catalogue("assistant.messages", "interface.json")
_COLUMN = {Language.CANTONESE: "yue", Language.TRADITIONAL: "zh", Language.SIMPLIFIED: "zh", Language.ENGLISH: "en"}


def say(key: str, language: Language, **values: object) -> str:
    """Return the text ``key`` of ``answer.json`` in ``language``; for Simplified Chinese in Simplified characters."""
    text = _ANSWER[key][_COLUMN[language]]
    if language is Language.SIMPLIFIED:
        from kb.language.script import to_simplified

        text = to_simplified(text)
    return text.format(**values)


def interface(key: str, locale: str, **values: object) -> str:
    """Return the text ``key`` of ``interface.json`` in the language ``locale`` ("zh-HK" or "en")."""
    return _INTERFACE.text(key, locale, **values)
