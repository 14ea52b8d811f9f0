"""Sentences the assistant says, in the language of the question (not of the interface)."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

from kb.language.detect import Language

__all__ = ["say"]

_COLUMN = {Language.CANTONESE: "yue", Language.TRADITIONAL: "zh", Language.SIMPLIFIED: "zh", Language.ENGLISH: "en"}


@cache
def _catalogue() -> dict[str, dict[str, str]]:
    text = files("assistant.messages").joinpath("answer.json").read_text(encoding="utf-8")
    loaded: dict[str, dict[str, str]] = json.loads(text)
    return loaded


def say(key: str, language: Language, **values: object) -> str:
    """Return the sentence ``key`` in ``language``; a question in Simplified characters is answered in them."""
    text = _catalogue()[key][_COLUMN[language]]
    if language is Language.SIMPLIFIED:
        from kb.language.script import to_simplified

        text = to_simplified(text)
    return text.format(**values)
