"""Facts about the health or the pay of somebody who is named beside them.

Such words are in every handbook; only a name in the same sentence, row or form makes them data of a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Protocol

from kb.core import data_files
from kb.language.script import HAN_BASIC
from kb.personal_data.comparable_text import comparable_pattern

__all__ = ["NamedText", "facts_in", "familiar_names", "is_beside_a_name", "may_hold"]

_ROOM = "kb.personal_data"
_FAR, _NEAR, _AMOUNT_WITHIN = 60, 16, 48
# Behind "for enquiries" stands the name of somebody else.
_SENTENCE_END = re.compile(comparable_pattern(r"[。!?\n\t|]|\. |查詢|聯絡人|(?i:enquir|contact)"))
# How people are called who are known well: 阿強, 明叔, 珍姐, 肥仔; they have no surname by which names are known.
_FAMILIAR = re.compile(
    comparable_pattern(
        rf"阿[{HAN_BASIC}](?=[{HAN_BASIC}]{{0,3}}(?:有|患|系|最近|琴日|個|嘅|的|人工|月薪|電話|屋企|住))|"
        rf"(?<![{HAN_BASIC}])[{HAN_BASIC}](?:叔|伯|婆|姨|姐|哥|嬸|仔)(?=有|患|系|最近|琴日|個|嘅|的|人工|月薪|電話|屋企|住|話)"
    )
)


_ALLERGY = re.compile(
    comparable_pattern(rf"(?<![{HAN_BASIC}])[{HAN_BASIC}]{{0,6}}(?:過敏|敏感)|對[{HAN_BASIC}]{{1,8}}(?:過敏|敏感)")
)


class NamedText(Protocol):
    """A comparable text whose names and lines can be asked for."""

    text: str

    def line(self, at: int) -> tuple[int, int]: ...

    def has_name(self, start: int, end: int) -> bool: ...

    def has_identity(self, start: int, end: int) -> bool: ...


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    parts: dict[str, list[str]] = {}
    for kind, pattern in data_files.rows(_ROOM, "private_facts.tsv"):
        parts.setdefault(kind, []).append(pattern)
    return {kind: re.compile(comparable_pattern("|".join(rows)), re.IGNORECASE) for kind, rows in parts.items()}


@cache
def _health() -> re.Pattern[str]:
    words = sorted(data_files.lines(_ROOM, "health_words.txt"), key=len, reverse=True)
    return re.compile("|".join(comparable_pattern(word) for word in words))


@cache
def _first_words() -> re.Pattern[str]:
    """Return a quick pattern, of the text as it is, for the words without which there is no fact."""
    return re.compile(
        "病|症|患|癌|藥|药|過敏|过敏|敏感|懷孕|怀孕|殘|残|障|院|術|术|薪|工資|工资|人工|糧|粮|覆診|精神|毒|自殺|中風|血壓|\\$|"
        "diab|press|disease|cancer|salar|wage|paid|pay|earn|allerg|diagnos|hospital|pregnan|surger|hiv|tb\\b|epilep|"
        "autis|dement|stroke|mental|medic|deaf|blind|asthma|hepat|suicid|psych|schizo|bipolar|disab|alcohol|insulin",
        re.IGNORECASE,
    )


def may_hold(text: str) -> bool:
    """Whether a text, as it is written, has any word of health or pay."""
    return _first_words().search(text) is not None


def facts_in(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield ``(start, end, kind)`` of words of health, and of amounts beside a word of pay, in a comparable text."""
    patterns = _patterns()
    # Without a flag for capitals, and with plain first characters, the patterns are tried at few places only.
    for match in _health().finditer(text.lower()):
        yield *match.span(), "health"
    for match in _ALLERGY.finditer(text):
        yield *match.span(), "health"
    for word in patterns["salary_word"].finditer(text):
        amount = patterns["salary"].search(text, word.end(), word.end() + _AMOUNT_WITHIN)
        if amount is None:
            amount = patterns["salary"].search(text, max(0, word.start() - _NEAR), word.start())
        if amount is not None and not _SENTENCE_END.search(text, *sorted((word.start(), amount.start()))):
            yield *amount.span(), "salary"


def is_beside_a_name(text: NamedText, start: int, end: int, kind: str) -> bool:
    """Whether a fact is about somebody who is named in the same sentence, and not about people of a kind."""
    first, last = text.line(start)
    first, last = max(first, start - _FAR), min(last, end + _FAR)
    for edge in _SENTENCE_END.finditer(text.text, first, start):
        first = edge.end()
    edge_after = _SENTENCE_END.search(text.text, end, last)
    last = edge_after.start() if edge_after else last
    if not text.has_name(first, last):
        return False
    if kind == "salary":
        return True
    said = _patterns()["has"].search(text.text, max(first, start - _NEAR), start)
    return said is not None or _patterns()["has"].match(text.text, start) is not None


def familiar_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield how people who are known well are called, in a comparable text."""
    for match in _FAMILIAR.finditer(text):
        yield match.span()
