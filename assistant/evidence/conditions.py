"""Conditions of a rule: for whom, where, which grade. A rule for the third grade is no answer about the fourth.

A condition has a class, and the values of one class exclude each other: numbers before one noun (三級, 四級), names
before one noun (元朗中心, 屯門中心), and the classes of ``opposed_conditions.tsv`` (全職, 兼職).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from kb.core import data_files
from kb.language.quantities.numerals import EVERYDAY, STEMS, value_of
from kb.language.script import HAN, fold, is_han
from kb.language.words import content_words

__all__ = ["contradicted"]

_NUMBERED = re.compile(
    rf"(?:第 ?)?(?P<number>\d{{1,2}}|[{fold(EVERYDAY)}]{{1,3}}|[{STEMS}]|[a-z](?![a-z])) ?"
    r"(?P<noun>级(?!别)|期(?!间|限|内|满)|座|楼(?!梯)|室|班|年级|型|类|档|线|号(?:风球|信号|热带|楼|室|房|仓))"
    r"|\b(?P<word>grade|level|phase|band|tier|type|class|category|block|stage|form|primary|secondary|room|floor"
    r"|signal no\.?) (?P<value>\d{1,2}|[ivx]{1,4}|[a-z])\b"
)
# A number that is asked for, or counts, is no condition: 幾級, 每班.
_ASKED = "几每各多分同高低上下本"
_LONGEST_NAME = 3


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition in a text: class, value for comparison, and the words as they stand in the text."""

    kind: str
    value: str
    words: str


@cache
def _opposed() -> tuple[tuple[str, re.Pattern[str], dict[str, str]], ...]:
    """Return of each class: its name, a pattern of all names of its values, and the value of each name."""
    found = []
    for number, row in enumerate(data_files.rows("assistant.evidence", "opposed_conditions.tsv")):
        values = {fold(name.replace("_", " ")): cell.split()[0] for cell in row for name in cell.split()}
        names = sorted(values, key=len, reverse=True)
        pattern = "|".join(re.escape(name) if is_han(name[0]) else rf"\b{re.escape(name)}\b" for name in names)
        found.append((f"opposed {number}", re.compile(pattern), values))
    return tuple(found)


@cache
def _names() -> re.Pattern[str]:
    lines = list(data_files.lines("assistant.evidence", "name_heads.txt"))
    heads = [fold(word) for line in lines if not line.startswith("=") for word in line.split()]
    joined = "|".join(sorted(heads, key=len, reverse=True))
    return re.compile(rf"(?P<name>[{HAN}]{{2,{_LONGEST_NAME}}})(?P<head>{joined})(?!人)")


@cache
def _no_names() -> tuple[str, ...]:
    lines = data_files.lines("assistant.evidence", "name_heads.txt")
    return tuple(fold(word) for line in lines if line.startswith("=") for word in line[1:].split())


@lru_cache(maxsize=20_000)
def conditions(text: str) -> tuple[Condition, ...]:
    """Return the conditions of a text."""
    folded = fold(text)
    source = text if len(folded) == len(text) else folded
    return (*_numbered(folded, source), *_named(folded, source), *_of_classes(folded, source))


def _numbered(folded: str, source: str) -> Iterator[Condition]:
    for match in _NUMBERED.finditer(folded):
        if folded[: match.start()][-1:] in tuple(_ASKED):
            continue
        written = match["number"] or match["value"]
        number = value_of(written)
        value = written if number is None else f"{number:f}"
        yield Condition(match["noun"] or match["word"], value, source[match.start() : match.end()])


def _named(folded: str, source: str) -> Iterator[Condition]:
    """Yield names before a noun; compared are the two characters next to it, because no word begins with certainty."""
    for match in _names().finditer(folded):
        name = match["name"]
        if not any(name.endswith(one) for one in _no_names()):
            value = folded[match.end("name") - 2 : match.end("name")]
            own = content_words(name)[-1:] or [value]
            start = match.end("name") - max(2, len(own[0]))
            yield Condition(match["head"], value, source[start : match.end()])


def _of_classes(folded: str, source: str) -> Iterator[Condition]:
    for kind, pattern, values in _opposed():
        for match in pattern.finditer(folded):
            yield Condition(kind, values[match[0]], source[match.start() : match.end()])


def contradicted(question: str, text: str, above: tuple[str, ...]) -> tuple[str, str] | None:
    """Return the condition of the question that a text excludes, and the text's own; None where they agree.

    A class counts where the question has one value of it. The text excludes it where it, or where it has none of the
    class, the nearest text above it, has other values of the class, and that one is in none of them.

    Args:
        above: headings and title, the nearest first.
    """
    asked: dict[str, list[Condition]] = {}
    for one in conditions(question):
        asked.setdefault(one.kind, []).append(one)
    for kind, values in asked.items():
        if len({one.value for one in values}) > 1:
            continue
        levels = [[one for one in conditions(level) if one.kind == kind] for level in (text, *above)]
        wanted = values[0]
        if any(one.value == wanted.value for level in levels for one in level) or _mentions(wanted, text, above):
            continue
        nearest = next((level for level in levels if level), [])
        if nearest:
            return wanted.words, "、".join(dict.fromkeys(one.words for one in nearest))
    return None


def _mentions(wanted: Condition, text: str, above: tuple[str, ...]) -> bool:
    """Whether the words of a condition stand in a text, also where they are part of a longer name."""
    return any(fold(wanted.words) in fold(one) for one in (text, *above))
