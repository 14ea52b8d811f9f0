"""Provisos: a claim may not say without its condition what its source allows, and not without its exception."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from assistant.checking.polarity import Mode, modes
from kb.core import data_files
from kb.language.script import fold
from kb.language.sentences import sentences

__all__ = ["lost_provisos", "nearest_sentences"]

# A claim that mentions at least this share of a condition's terms has kept it.
_KEPT = 0.5
# Words with which a claim states a condition of its own, perhaps in other words.
_STATES_CONDITION = re.compile(
    r"方可|才可|才能|方能|始可|先可|先得|除|但|惟|唯|只限|仅|只有|只可|只要|如|若|倘|当|批准|同意|许可|须|必须|要|"
    r"\b(?:unless|except|excluding|provided|only|subject to|but|without|if|when|where|once|as long as|other than|"
    r"approv\w+|consent\w*|permission|permitted by|must|needs?|requir\w+|accompanied)\b"
)
# For an exception, what a claim is obliged to do is none.
_STATES_EXCEPTION = re.compile(
    r"除|但|惟|唯|只限|仅|只有|只可|例外|不适用|"
    r"\b(?:unless|except|excluding|only|but|without|other than|apart from|not on)\b"
)


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data_files.rows("assistant.checking", "provisos.tsv")
    return tuple((kind, re.compile(pattern)) for kind, pattern in rows)


def nearest_sentences(source: str, share: Callable[[str], float]) -> list[str]:
    """Return the sentences of a source with the greatest share of a claim's terms, which ``share`` returns."""
    parts = [source[start:end] for start, end in sentences(source)] or [source]
    shares = [share(part) for part in parts]
    return [part for part, one in zip(parts, shares, strict=True) if one and one == max(shares)]


def lost_provisos(claim: str, source: str, kept: Callable[[str], float | None]) -> list[str]:
    """Return the conditions and exceptions of a sentence of the source that a claim about the same matter drops.

    Args:
        kept: returns which share of a condition's terms the claim mentions, 0..1; None for a condition without terms.
    """
    text, ours = fold(source), fold(claim)
    found: list[str] = []
    for kind, pattern in _patterns():
        stated = _STATES_CONDITION if kind == "condition" else _STATES_EXCEPTION
        if stated.search(ours) or (kind == "condition" and not _allows(ours)):
            continue
        for match in pattern.finditer(text):
            share = kept(match["c"])
            if share is not None and share < _KEPT:
                found.append(match["c"].strip())
    return found


def _allows(claim: str) -> bool:
    said = modes(claim)
    return Mode.ALLOWED in said and not said & {Mode.REQUIRED, Mode.FORBIDDEN, Mode.DENIED}
