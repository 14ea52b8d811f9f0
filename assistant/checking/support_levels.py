"""From what score on a sentence counts as supported: levels tuned on claims true and false."""

from __future__ import annotations

import json
from enum import StrEnum
from functools import cache
from importlib.resources import files

from assistant.checking.support import Match
from kb.language.detect import Language, detect
from kb.search.passage import Passage

__all__ = ["Levels", "Verdict", "level_of", "levels", "verdict"]

Levels = dict[str, dict[str, float]]


class Verdict(StrEnum):
    SUPPORTED = "supported"
    UNVERIFIED = "unverified"
    UNSUPPORTED = "unsupported"
    WRONG = "wrong"


@cache
def levels() -> Levels:
    """Return the tuned levels for a claim in its source's language ("same") and in the other ("other").

    Each has the weight of terms against the embedding's, and the scores from which a sentence is kept, marked as
    unverified, and from which it is supported.
    """
    text = files("assistant.checking").joinpath("levels.json").read_text(encoding="utf-8")
    loaded: Levels = json.loads(text)
    return loaded


def level_of(sentence: str, passage: Passage) -> str:
    """Return which levels count for a sentence and its source."""
    return "same" if detect(sentence).is_chinese == Language(passage.language).is_chinese else "other"


def verdict(match: Match, level: dict[str, float]) -> Verdict:
    """Return what a level says of a sentence in which nothing disagrees with its source."""
    score = level["terms"] * match.terms + (1.0 - level["terms"]) * match.cosine
    if score >= level["supported"]:
        return Verdict.SUPPORTED
    return Verdict.UNVERIFIED if score >= level["unverified"] else Verdict.UNSUPPORTED
