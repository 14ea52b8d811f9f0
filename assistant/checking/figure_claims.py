"""The figures of a claim and of its source in one normal form, from :mod:`kb.language.quantities`.

The form is stricter than that of the index. An answer must not change 14 working days to 14 days, 8 p.m. to 8 a.m.,
$500 to 500 people, or "at least" to "at most".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.language.quantities.amounts import MONEY, currencies, money
from kb.language.quantities.clocks import CLOCK, clocks
from kb.language.quantities.dates import WEEKDAY, spell_out, weekdays
from kb.language.quantities.index import figures
from kb.language.quantities.units import COUNTED, WORKING_DAYS, counted_value, counts, working_days
from kb.language.script import fold

__all__ = ["claimed_figures", "opposite_bounds", "source_figures"]

# 一 that is not a number: 下一年度 is "next year", not one year.
_ONE = re.compile(r"(?<=[下上每同翌另某])一(?=年|个月|日|天|季|星期|周|级|层|次|人)|一(?=旦|律|般|致|同|并|切|直)")
_FLOOR = (
    r"不少于|不得少于|至少|最少|起码|不低于|不早于|(?<!可)以上|"
    r"\b(?:at least|not less than|no less than|minimum|or more|not fewer than|more than|over)\b"
)
_CEILING = (
    r"不超过|不得超过|不多于|不得多于|最多|至多|上限|不迟于|之内|以内|以下|"
    r"\b(?:at most|not more than|no more than|up to|maximum|within|not exceed(?:ing)?|no later than|not later than)\b"
)
_AFTER_FIGURE = ("之内", "以内", "以上", "以下", "or more")
_BOUNDS = (("≥", re.compile(_FLOOR)), ("≤", re.compile(_CEILING)))
_NUMBER = re.compile(COUNTED)
_NEAR = 14  # the most characters between the word of a bound and its figure


def claimed_figures(text: str) -> set[str]:
    """Return the figures of a claim; all must be among :func:`source_figures` of its source."""
    folded = _normalised(fold(text))
    found = set(_strict_forms(folded))
    rest = _without_strict_forms(folded)
    found |= set(figures(rest)) | set(counts(rest))
    return found


def opposite_bounds(text: str, source: str) -> set[str]:
    """Return the bounds of the text that are opposite in the source: "at least 5" where it has only "at most 5"."""
    ours, theirs = set(_bounds(_normalised(fold(text)))), set(_bounds(_normalised(fold(source))))
    return {one for one in ours - theirs if one.translate({ord("≥"): "≤", ord("≤"): "≥"}) in theirs}


def source_figures(text: str) -> set[str]:
    """Return all figures that a claim from this text may contain: the strict and the weaker forms of each number.

    A weaker form is a clock time without a.m. or p.m., or an amount without its currency.
    """
    folded = _normalised(fold(text))
    counted = set(counts(folded))
    found = set(_strict_forms(folded)) | set(figures(WORKING_DAYS.sub(" ", folded))) | counted
    found |= {clock.split("@")[0] for clock in found if "@" in clock}
    found |= {one.removesuffix("$") for one in found if one.endswith("$")}
    plain = set(figures(MONEY.sub(" ", folded)))
    spans = set(re.findall(r"\d+(?:\.\d+)?", " ".join(one for one in plain if not one.replace(".", "").isdigit())))
    # a plain number in a table may be an amount of money; a number that counts days or people is not
    return found | {f"{one}$" for one in plain - counted if one.replace(".", "").isdigit() and one not in spans}


def _normalised(folded: str) -> str:
    """Write numeric dates in the form of the index, and remove 一 where it is not a number."""
    return spell_out(_ONE.sub("", folded))


def _strict_forms(folded: str) -> Iterator[str]:
    for read in (working_days, money, currencies, weekdays, clocks):
        yield from read(folded)


def _without_strict_forms(folded: str) -> str:
    """Remove everything that already has a strict form."""
    for pattern in (WORKING_DAYS, MONEY, CLOCK, WEEKDAY):
        folded = pattern.sub(" ", folded)
    return folded


def _bounds(folded: str) -> Iterator[str]:
    """Yield ≥ or ≤ with the number next to the word: 最多可結轉5天 gives ≤5."""
    for sign, pattern in _BOUNDS:
        for match in pattern.finditer(folded):
            after = _NUMBER.search(folded[match.end() : match.end() + _NEAR])
            before = list(_NUMBER.finditer(folded[max(0, match.start() - _NEAR) : match.start()]))
            near = before[-1] if match[0] in _AFTER_FIGURE and before else after
            if near:
                yield f"{sign}{counted_value(near[0])}"
