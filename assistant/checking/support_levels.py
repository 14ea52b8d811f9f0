"""The scores from which a sentence counts as supported, fitted to true and false claims."""

from __future__ import annotations

from enum import StrEnum

from assistant.checking.support import Match
from kb.core import data_files
from kb.language.detect import detect, is_chinese
from kb.search.passage import Passage

__all__ = ["Levels", "Verdict", "level_of", "levels", "verdict"]

Levels = dict[str, dict[str, float]]


class Verdict(StrEnum):
    """The result of a check; :mod:`assistant.checking.claim_checker` says when each applies."""

    SUPPORTED = "supported"
    UNVERIFIED = "unverified"
    UNSUPPORTED = "unsupported"
    WRONG = "wrong"


def levels() -> Levels:
    """Return the fitted levels for a claim in the language of its source ("same") and in the other one ("other").

    ``terms`` is the weight of the terms, 0..1; the rest is the weight of the cosine. ``unverified`` is the score from
    which a sentence is shown and marked as unverified, and ``supported`` the score from which it is supported.
    """
    loaded: Levels = data_files.json_data("assistant.checking", "levels.json")
    return loaded


def level_of(sentence: str, passage: Passage) -> str:
    """Return the key of the levels for a sentence and its source: "same" or "other"."""
    return "same" if detect(sentence).is_chinese == is_chinese(passage.language) else "other"


def verdict(match: Match, level: dict[str, float]) -> Verdict:
    """Return the verdict on a sentence in which nothing contradicts its source."""
    score = level["terms"] * match.terms + (1.0 - level["terms"]) * match.cosine
    if score >= level["supported"]:
        return Verdict.SUPPORTED
    return Verdict.UNVERIFIED if score >= level["unverified"] else Verdict.UNSUPPORTED
