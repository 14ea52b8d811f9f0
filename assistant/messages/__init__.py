"""Sentences the assistant says: in the language of the question (``say``) or of the interface (``interface``)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from kb.language.detect import Language

__all__ = ["interface", "say"]

_COLUMN = {Language.CANTONESE: "yue", Language.TRADITIONAL: "zh", Language.SIMPLIFIED: "zh", Language.ENGLISH: "en"}


@cache
def _catalogue(name: str) -> dict[str, dict[str, str]]:
    text = files("assistant.messages").joinpath(name).read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


def say(key: str, language: Language, **values: object) -> str:
    """Return the sentence ``key`` in ``language``; a question in Simplified characters is answered in them."""
    text = _catalogue("answer.json")[key][_COLUMN[language]]
    if language is Language.SIMPLIFIED:
        from kb.language.script import to_simplified

        text = to_simplified(text)
    return text.format(**values)


def interface(key: str, locale: str, **values: object) -> str:
    """Return the sentence ``key`` in the interface language ``locale`` ("zh-HK" or "en")."""
    return _catalogue("interface.json")[key][locale].format(**values)
