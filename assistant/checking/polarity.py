"""May, must, must not, need not: whether a claim has the same mode as its source."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import cache

from kb.core import data_files
from kb.language.script import fold

__all__ = ["Mode", "agree", "clauses", "modes"]


class Mode(StrEnum):
    """The mode of a clause; the values are those in ``polarity.tsv``. Text that is ``IDLE`` has no mode."""

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
    rows = data_files.rows("assistant.checking", "polarity.tsv")
    return tuple((Mode(mode), re.compile(pattern)) for mode, pattern in rows)


def clauses(text: str) -> list[str]:
    """Return the clauses of a text, folded. A comma or full stop inside a number does not end a clause."""
    return [part.strip() for part in _CLAUSE.split(fold(text)) if part.strip()]


def modes(clause: str) -> frozenset[Mode]:
    """Return the modes of a folded clause; an empty set for a plain statement."""
    rest, found = clause, set()
    for mode, pattern in _patterns():
        if pattern.search(rest):
            found.add(mode)
            rest = pattern.sub(" ", rest)
    return frozenset(found - {Mode.IDLE})


def agree(claim: frozenset[Mode], source: frozenset[Mode]) -> bool:
    """Whether a clause with the modes ``claim`` agrees with a source that has the modes ``source``.

    Forbidden and exempt do not agree with each other, and neither agrees with allowed, required or a plain statement.
    Denied ("is not") agrees with both negatives: 未獲批准 and 不得 have the same meaning. Beside "must" or "may" it
    is a condition (如未能出席，須通知), and the clause is positive.
    """
    ours, theirs = _sense(claim), _sense(source)
    if not ours or not theirs:
        return ours == theirs
    return Mode.DENIED in ours | theirs or bool(ours & theirs)


def _sense(found: frozenset[Mode]) -> frozenset[Mode]:
    """Return the negative modes that decide; an empty set for a positive clause."""
    if found & _STRONG:
        return found & _STRONG
    return frozenset() if found & _POSITIVE else found & {Mode.DENIED}
