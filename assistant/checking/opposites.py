"""Opposites: before and after, original and copy, must and may, within and after a number of days."""

from __future__ import annotations

import re
from functools import cache

from assistant.checking.polarity import Mode, modes
from kb.core import data_files
from kb.language.script import fold

__all__ = ["opposite_words"]

_COUNT = (
    r"(?P<n>\d+(?:\.\d+)?|[一二两三四五六七八九十]{1,3}) ?个?"
    r"(?:分钟|小时|工作天|工作日|天|日|星期|周|月|年|岁|人|元|(?:working )?(?:day|hour|week|month|year|minute)s?\b)"
)
# How a number stands to what it limits: 14日內, 14日後, 18歲以上, 18歲以下.
_AFTER = re.compile(rf"{_COUNT}或?(?:之|以)?(?P<how>内|后|前|上|下)(?![午月面来往])")
_BEFORE = re.compile(rf"\b(?P<how>within|after|before|under|over|above|below) (?:the first |the age of )?{_COUNT}")
_SAME = {"within": "内", "after": "后", "before": "前", "under": "下", "below": "下", "over": "上", "above": "上"}


@cache
def _pairs() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    rows = data_files.rows("assistant.checking", "opposites.tsv")
    return tuple((re.compile(one), re.compile(other)) for one, other in rows)


def opposite_words(claim: str, source: str) -> list[str]:
    """Return the words of a claim's clause where the clause of its source has the opposite only."""
    ours, theirs = fold(claim), fold(source)
    found = [word for pair in _pairs() for word in _swapped(pair, ours, theirs)]
    found += [f"{number}{how}" for number, how in _relations(ours) if _contradicts(number, how, _relations(theirs))]
    said, there = modes(ours), modes(theirs)
    if {said, there} == {frozenset([Mode.ALLOWED]), frozenset([Mode.REQUIRED])}:
        found.append("/".join(sorted(said)))
    return found


def _swapped(pair: tuple[re.Pattern[str], re.Pattern[str]], ours: str, theirs: str) -> list[str]:
    for mine, other in (pair, pair[::-1]):
        word = mine.search(ours)
        if word and not other.search(ours) and other.search(theirs) and not mine.search(theirs):
            return [word[0]]
    return []


def _relations(text: str) -> set[tuple[str, str]]:
    """Return each counted number with its relation: 14日內 gives ("14", "内")."""
    found = {(match["n"], match["how"]) for match in _AFTER.finditer(text)}
    return found | {(match["n"], _SAME[match["how"]]) for match in _BEFORE.finditer(text)}


def _contradicts(number: str, how: str, theirs: set[tuple[str, str]]) -> bool:
    others = {one for known, one in theirs if known == number}
    return bool(others) and how not in others
