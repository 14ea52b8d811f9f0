"""What a card's regular expression may cost: Python's matcher holds all other work up, of every organisation.

A pattern such as ``(a+)+b`` takes longer than anybody lives on forty letters. So the ways in which a pattern can
match at one place are counted, repeats inside repeats multiplied, and there is an upper bound to them.
"""

from __future__ import annotations

from importlib import import_module
from typing import Any

__all__ = ["MOST_WAYS", "matching_cost"]

# Ways at one place, of all of an organisation's patterns together. The shipped cards have 23,000; at the bound the
# worst question of 2,000 characters takes four seconds, any question a person writes takes milliseconds.
MOST_WAYS = 50_000
# An open repeat ("+", "*") counts as one of this many characters, about a sentence.
_OPEN = 200


def matching_cost(pattern: str) -> int:
    """Return in how many ways ``pattern`` can be tried at one place, at most one more than the bound.

    Raises:
        re.error: it is no regular expression.
    """
    parser = import_module("re._parser")
    return min(_ways_of_sequence(parser.parse(pattern)), MOST_WAYS + 1)


def _ways_of_sequence(items: Any) -> int:
    found = 1
    for code, argument in items:
        found = min(found * _ways_of_item(str(code), argument), MOST_WAYS + 1)
    return found


def _ways_of_item(code: str, argument: Any) -> int:
    if code in ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"):
        least, most, body = argument
        inside = _ways_of_sequence(body)
        number = min(int(most), _OPEN)
        if inside == 1:
            return max(1, number - min(int(least), number) + 1)
        return min(int((inside + 1) ** min(number, 20)), MOST_WAYS + 1)
    if code == "BRANCH":
        return _ways_of_branches(argument[1])
    if code in ("SUBPATTERN", "ASSERT", "ASSERT_NOT", "ATOMIC_GROUP"):
        return _ways_of_sequence(argument if code == "ATOMIC_GROUP" else argument[-1])
    if code == "GROUPREF_EXISTS":
        return sum(_ways_of_sequence(one) for one in argument[1:] if one is not None)
    return 1


def _ways_of_branches(branches: Any) -> int:
    """At one place those of plain letters match together only where one begins with another."""
    plain = [tuple(one) for one in branches if all(str(code) == "LITERAL" for code, _ in one)]
    together = max((sum(one[: len(other)] == other for other in plain) for one in plain), default=0)
    return together + sum(_ways_of_sequence(one) for one in branches if tuple(one) not in plain)
