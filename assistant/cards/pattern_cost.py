"""The cost of a card's regular expression. While Python matches a pattern, all other work of the process waits.

A pattern such as ``(a+)+b`` practically never ends on forty letters. So this module counts the ways in which a pattern
can match at one place, where repeats inside repeats multiply, and limits their number.
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any

__all__ = ["MAX_WAYS", "matching_cost"]

# The limit for all patterns of an organisation together. The shipped cards have 23,000. At the limit the worst question
# of 2,000 characters takes four seconds; an ordinary question takes milliseconds.
MAX_WAYS = 50_000
# An unlimited repeat ("+", "*") counts as a repeat of so many characters, about a sentence.
_UNLIMITED_REPEAT = 200


@lru_cache(maxsize=1024)  # the cards of an organisation are checked again with every question
def matching_cost(pattern: str) -> int:
    """Return the number of ways in which ``pattern`` can match at one place, at most ``MAX_WAYS`` + 1.

    Raises:
        re.error: it is not a valid regular expression.
    """
    parser = import_module("re._parser")
    return min(_ways_of_sequence(parser.parse(pattern)), MAX_WAYS + 1)


def _ways_of_sequence(items: Any) -> int:
    found = 1
    for code, argument in items:
        found = min(found * _ways_of_item(str(code), argument), MAX_WAYS + 1)
    return found


def _ways_of_item(code: str, argument: Any) -> int:
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = argument
        inside = _ways_of_sequence(body)
        number = min(int(most), _UNLIMITED_REPEAT)
        if inside == 1:
            return max(1, number - min(int(least), number) + 1)
        return min(int((inside + 1) ** min(number, 20)), MAX_WAYS + 1)
    if code == "BRANCH":
        return _ways_of_branches(argument[1])
    if code in ("SUBPATTERN", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
        return _ways_of_sequence(argument if code == "ATOMIC_GROUP" else argument[-1])
    if code == "GROUPREF_EXISTS":
        return sum(_ways_of_sequence(one) for one in argument[1:] if one is not None)
    return 1


def _ways_of_branches(branches: Any) -> int:
    """Return the ways of alternatives.

    Several literal alternatives match at one place only if one is a prefix of another.
    """
    plain = [tuple(one) for one in branches if all(str(code) == "LITERAL" for code, _ in one)]
    together = max((sum(one[: len(other)] == other for other in plain) for one in plain), default=0)
    return together + sum(_ways_of_sequence(one) for one in branches if tuple(one) not in plain)
