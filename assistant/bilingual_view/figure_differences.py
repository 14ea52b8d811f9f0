"""Figures that stand in one copy of a bilingual document and not in the other. Pure computing.

What is compared are normal forms that are the same in both languages (:mod:`kb.language.quantities`): 三個工作天 and
"three working days" are one figure. A difference found is worth a look but proves nothing: the same
thing may be said in other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from importlib.resources import files

from assistant.bilingual_view.figure_patterns import FIGURE, IDIOM, MONEY, NUMBER, WORDS
from assistant.checking.figure_claims import claimed_figures
from kb.language.quantities.amounts import SCALES
from kb.language.quantities.clocks import clocks
from kb.language.quantities.dates import WEEKDAYS, days_of_month, spell_out, year_of
from kb.language.quantities.numerals import chinese_to_int, decimal_text
from kb.language.script import HAN_BASIC, fold

__all__ = ["all_of", "missing", "said"]

_GAP = re.compile(rf"(?<=[\d{HAN_BASIC}]) +(?=[\d{HAN_BASIC}])")
_ONE = re.compile(r"^(?:一|one\b)")
_FORM = re.compile(r"(?P<number>\d+(?:\.\d+)?)(?P<unit>.*)")
_TO_SMALLER = {"年": (12, "个月"), "周": (7, "日")}


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure at the characters ``start``–``end`` of a text.

    Attributes:
        measured: it with what it counts: "14工作日", "500$", "2026年4月1日"; empty where nothing says so.
        weaker: it with less said: a date without its year, a time without its half of the day.
        numbers: it as bare numbers.
        is_telling: whether its absence from the other copy is worth a look. 一 and 半 have too many other names; what
            counts nothing is a clause's number at the start of a line, a footnote's where it is one digit, and a
            number in letters may be half of a name.
    """

    start: int
    end: int
    measured: frozenset[str]
    weaker: frozenset[str]
    numbers: frozenset[str]
    is_telling: bool


@dataclass(frozen=True, slots=True)
class FigureSet:
    """All that some text says in figures, as the attributes of :class:`Figure`; ``bare`` are those without measure."""

    measured: frozenset[str]
    weaker: frozenset[str]
    numbers: frozenset[str]
    bare: frozenset[str]

    def has(self, figure: Figure) -> bool:
        """Whether a figure stands here; a bare number may stand for one that counts something, and the other way."""
        if not figure.measured:
            return bool(figure.numbers & (self.bare | self.numbers))
        exact = figure.measured & self.measured or figure.measured & self.weaker or figure.weaker & self.measured
        return bool(exact or figure.numbers & self.bare)


def missing(figures: Iterable[Figure], other: FigureSet) -> list[Figure]:
    """Return the figures worth a look: those that the other copy does not have."""
    return [one for one in figures if one.is_telling and not other.has(one)]


def all_of(held: Iterable[FigureSet]) -> FigureSet:
    """Return what several passages say together."""
    every = list(held)
    return FigureSet(
        frozenset().union(*(one.measured for one in every)),
        frozenset().union(*(one.weaker for one in every)),
        frozenset().union(*(one.numbers for one in every)),
        frozenset().union(*(one.bare for one in every)),
    )


@lru_cache(maxsize=4096)
def said(text: str) -> tuple[tuple[Figure, ...], FigureSet]:
    """Return the figures of a text in either language, in order, and what the text holds."""
    folded = _folded(text)
    readable = IDIOM.sub(lambda found: " " * len(found[0]), folded)
    figures = tuple(one for match in FIGURE.finditer(readable) if (one := _figure(readable, match)))
    held = all_of(
        FigureSet(one.measured, one.weaker, one.numbers, frozenset() if one.measured else one.numbers)
        for one in figures
    )
    other = [figure for figure, pattern in _equivalents() if pattern.search(folded)]
    bare = frozenset(one for one in other if one.isdigit())
    return figures, FigureSet(held.measured | (frozenset(other) - bare), held.weaker, held.numbers, held.bare | bare)


def _figure(text: str, match: re.Match[str]) -> Figure | None:
    words, kind = match[0].strip(), match.lastgroup
    start = match.start() + match[0].index(words)
    end = start + len(words)
    plain = _GAP.sub("", words)
    weaker, numbers = frozenset[str](), frozenset[str]()
    if kind == "weekday":
        measured = frozenset(_weekdays(plain))
    elif kind == "date":
        measured, weaker = _date(plain)
    elif kind == "clock":
        times = frozenset(clocks(plain.replace("noon", "p.m.")))
        measured = frozenset(one for one in times if "@" in one) or times
        weaker = frozenset(one.split("@")[0] for one in measured if "@" in one)
    else:
        numbers = frozenset(_numbers(plain))
        if MONEY.search(plain):
            measured = frozenset(f"{one}$" for one in numbers)
        else:
            measured = frozenset(form for one in claimed_figures(plain) for form in _measured(one))
    if not measured and not numbers:
        return None
    if kind == "count" and not measured and len(plain) == 1 and not plain.isdigit():
        return None  # a single numeral that counts nothing: 三水, 萬
    plain_number = (plain[0].isdigit() and len(plain) > 1) or not plain.isascii()
    telling = bool(measured) or _is_cell(text, start, end) or (plain_number and not _opens_line(text, start))
    telling = telling and kind != "half" and not (kind == "count" and _ONE.match(plain))
    return Figure(start, end, measured, weaker, numbers, telling)


def _is_cell(text: str, start: int, end: int) -> bool:
    """Whether a figure stands beside the border of a table's cell."""
    return "\t" in text[max(0, start - 1) : start] + text[end : end + 1]


def _opens_line(text: str, start: int) -> bool:
    return not text[text.rfind("\n", 0, start) + 1 : start].strip(" (（§")


def _measured(form: str) -> Iterator[str]:
    """Yield a form that counts something, years as months and weeks as days; ages count as bare numbers."""
    found = _FORM.fullmatch(form)
    if found is None or found["unit"] in ("", "岁", "$"):  # 18歲 is "aged 18" or "under 18"
        return
    factor, unit = _TO_SMALLER.get(found["unit"], (1, found["unit"]))
    yield f"{decimal_text(Decimal(found['number']) * factor)}{unit}"


def _date(words: str) -> tuple[frozenset[str], frozenset[str]]:
    days, year = frozenset(days_of_month(spell_out(words))), year_of(words)
    return (days, frozenset()) if year is None else (frozenset(f"{year}年{day}" for day in days), days)


def _numbers(words: str) -> Iterator[str]:
    for found in NUMBER.finditer(words):
        token, scale = found["token"], SCALES.get((found["scale"] or "").strip(), 1)
        if token in WORDS:
            yield str(WORDS[token] * scale)
        elif token[0].isdigit():
            yield decimal_text(Decimal(token.replace(",", "")) * scale)
        elif (value := chinese_to_int(token)) is not None:
            yield str(value)


def _weekdays(words: str) -> Iterator[str]:
    """Yield every day that a stretch of days names: 星期一至五 names two, its ends."""
    if words[:3] in WEEKDAYS:
        yield "周" + WEEKDAYS[words[:3]]
    else:
        yield from ("周" + WEEKDAYS[char] for char in words if char in WEEKDAYS)


def _folded(text: str) -> str:
    """Fold a text character by character, so that places in it are places in the text."""
    folded = fold(text)
    if len(folded) == len(text):
        return folded
    return "".join(one if len(one := fold(char)) == 1 else " " for char in text)


@cache
def _equivalents() -> list[tuple[str, re.Pattern[str]]]:
    text = files("assistant.bilingual_view").joinpath("figure_equivalents.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))
    return [(figure, re.compile(pattern)) for figure, pattern in rows]
