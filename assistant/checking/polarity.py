"""May, must, must not, need not: does a claim say of a thing what its source says of it?"""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache
from importlib.resources import files

from kb.language.script import fold

__all__ = ["Mode", "agree", "clauses", "modes"]


class Mode(StrEnum):
    """What a clause says of its matter; the values are those of ``polarity.tsv``."""

    IDLE = "idle"
    EXEMPT = "exempt"
    FORBIDDEN = "forbidden"
    DENIED = "denied"
    REQUIRED = "required"
    ALLOWED = "allowed"


_CLAUSE = re.compile(r"[，,；;。.!！?？：:\n\t]+(?=\D|$)|\s[-–—]\s|\b(?:and|but|unless|except)\b|但(?!凡)|惟")
_STRONG = frozenset([Mode.FORBIDDEN, Mode.EXEMPT])
_POSITIVE = frozenset([Mode.REQUIRED, Mode.ALLOWED])


@cache
def _patterns() -> tuple[tuple[Mode, re.Pattern[str]], ...]:
    text = files("assistant.checking").joinpath("polarity.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t", 1) for line in text.splitlines() if line and not line.startswith("#"))
    return tuple((Mode(mode), re.compile(pattern)) for mode, pattern in rows)


def clauses(text: str) -> list[str]:
    """Return the clauses of a text, folded; a number's comma or full stop parts nothing."""
    return [part.strip() for part in _CLAUSE.split(fold(text)) if part.strip()]


def modes(clause: str) -> frozenset[Mode]:
    """Return what a folded clause says; nothing for a plain statement."""
    rest, found = clause, set()
    for mode, pattern in _patterns():
        if pattern.search(rest):
            found.add(mode)
            rest = pattern.sub(" ", rest)
    return frozenset(found - {Mode.IDLE})


def agree(claim: frozenset[Mode], source: frozenset[Mode]) -> bool:
    """Whether a clause may say ``claim`` where its source says ``source``.

    Forbidden is not exempt, and neither may be said of what is allowed, required or plainly so, nor the other way
    round. "Is not" goes with either negative: 未獲批准 and 不得 speak of one thing. Beside "must" or "may" it is a
    condition (如未能出席，須通知) and does not turn the clause round.
    """
    ours, theirs = _sense(claim), _sense(source)
    if not ours or not theirs:
        return ours == theirs
    return Mode.DENIED in ours | theirs or bool(ours & theirs)


def _sense(found: frozenset[Mode]) -> frozenset[Mode]:
    """Return the negative a clause comes to; nothing for a positive one."""
    if found & _STRONG:
        return found & _STRONG
    return frozenset() if found & _POSITIVE else found & {Mode.DENIED}
