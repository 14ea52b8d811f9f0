"""Dates: days of the month, whole dates with their places, and days of the week; Hong Kong writes the day first.

Everything but :func:`find_dates` reads folded text (:func:`kb.language.script.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from kb.language.quantities.numerals import EVERYDAY, NUMERAL, chinese_to_int, ordinal, value_of
from kb.language.quantities.word_tables import any_of, read_table, unnamed
from kb.language.script import half_width

__all__ = [
    "DATE",
    "MONTH_NAMES",
    "WEEK",
    "WEEKDAY",
    "WEEKDAYS",
    "WEEKDAY_NAMES",
    "days_of_month",
    "find_dates",
    "spell_out",
    "weekdays",
    "without_days_of_month",
    "year_of",
]

_MONTHS = [(name, short) for _, (name,), short in read_table("months.tsv", 3)]
_MONTH_WORDS = [word for name, short in _MONTHS for word in (name, *short)]
_DAYS = read_table("weekdays.tsv", 3)
MONTH_NAMES = tuple(name for name, _ in _MONTHS)
WEEKDAY_NAMES = tuple(name for _, (name,), _ in _DAYS)
_MONTH_NUMBER = {name[:3]: number for number, name in enumerate(MONTH_NAMES, start=1)}
_MONTH = any_of(_MONTH_WORDS)

_YEAR = r"(?:19|20)\d\d"
_DAY = r"\d{1,2}"
_TH = "(?:st|nd|rd|th)?"


def _chinese(numerals: str, gap: str = "") -> str:
    number = rf"(?:{_DAY}|[{numerals}]{{1,3}})"
    return rf"(?P<m>{number}){gap}月{gap}(?P<d>{number}){gap}[日号]"


def _english(year: str = "") -> str:
    return (
        rf"\b(?P<d1>{_DAY}){_TH}(?: of)? (?P<m1>{_MONTH})\b\.?{year}"
        rf"|\b(?P<m2>{_MONTH})\b\.? (?P<d2>{_DAY}){_TH}\b{year}"
    )


_CHINESE_DAY = re.compile(_chinese(NUMERAL))
_ENGLISH_DAY = re.compile(_english())
_YEAR_FIRST = rf"(?<!\d)(?P<y>{_YEAR})[-/.](?P<m>{_DAY})[-/.](?P<d>{_DAY})(?!\d)"
_DAY_FIRST = rf"(?<!\d)(?P<d>{_DAY})/(?P<m>{_DAY})/(?P<y>{_YEAR})(?!\d)"
_IN_DIGITS = (re.compile(_YEAR_FIRST), re.compile(_DAY_FIRST))
# A date with its year, where it has one, and with spaces between digits and Chinese characters.
DATE = "|".join(
    unnamed(pattern)
    for pattern in (
        rf"(?:{_YEAR}\s?年\s?|[{EVERYDAY}]{{4}}年)?" + _chinese(EVERYDAY, gap=r"\s?"),
        _english(rf"(?:,? {_YEAR}\b)?"),
        _YEAR_FIRST,
        _DAY_FIRST,
    )
)
_YEAR_OF_DATE = re.compile(rf"(?<!\d){_YEAR}(?!\d)|[零〇一二三四五六七八九]{{4}}(?=年)")

_CJK = "[〇○零一二三四五六七八九十]"
# A month is known by its beginning: documents misspell it (Febuary).
_MISSPELT = rf"(?P<mon>(?:{any_of(word for word in _MONTH_WORDS if len(word) <= 4)})[a-z]{{0,6}})\.?"
# Years of the Republic of China begin with 1912; they are written in documents from Taiwan.
_MINGUO = r"(?:中[华華])?民[国國] ?"
_MINGUO_OFFSET = 1911
_WHOLE_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"{_MINGUO}(?P<roc>\d{{1,3}}|{_CJK}{{1,5}}|{_CJK}?百{_CJK}{{0,4}}) ?年 ?(?P<m>{_DAY}|{_CJK}{{1,2}}) ?月"
        rf"(?: ?(?P<d>{_DAY}|{_CJK}{{1,3}}) ?[日號号])?",
        rf"{_MINGUO}(?P<roc>\d{{1,3}})[-/.](?P<m>{_DAY})[-/.](?P<d>{_DAY})(?!\d)",
        rf"(?P<y>{_YEAR}) ?年 ?(?P<m>{_DAY}) ?月(?: ?(?P<d>{_DAY}) ?[日號号])?",
        rf"(?P<y>[二一]{_CJK}{{3}}) ?年 ?(?P<m>{_CJK}{{1,2}}) ?月(?: ?(?P<d>{_CJK}{{1,3}}) ?[日號号])?",
        rf"\b(?P<d>{_DAY}){_TH}(?: of)? {_MISSPELT},? (?P<y>{_YEAR})\b",
        rf"\b{_MISSPELT} (?P<d>{_DAY}){_TH},? (?P<y>{_YEAR})\b",
        rf"\b{_MISSPELT},? (?P<y>{_YEAR})\b",
        rf"(?<![\d.])(?P<y>{_YEAR})[-/.](?P<m>{_DAY})[-/.](?P<d>{_DAY})(?![\d.]\d)",
        rf"(?<![\d.])(?P<d>{_DAY})[-/.](?P<m>{_DAY})[-/.](?P<y>{_YEAR})(?!\d)",
        rf"(?<![\d./-])(?P<y>{_YEAR})[-/](?P<m>{_DAY})(?![\d/-])",
        rf"(?<![\d./-])(?P<m>{_DAY})/(?P<y>{_YEAR})(?!\d)",
    )
)

WEEK = "(?:星期|周|礼拜)"
# Every word for a day of the week → the numeral of its normal form.
WEEKDAYS = {word: numeral[0] for numeral, name, short in _DAYS for word in (*numeral, *name, *short)}
_NUMERALS = "".join(word for numerals, _, _ in _DAYS for word in numerals)
WEEKDAY = re.compile(
    rf"{WEEK}(?P<chinese>[{_NUMERALS}])|\b(?P<english>{any_of(word for word in WEEKDAYS if word.isascii())})s?\b"
)


def days_of_month(folded: str) -> Iterator[str]:
    """Yield days without their year: 十月三十一日, 31 October and Oct. 31st give 10月31日."""
    for match in _CHINESE_DAY.finditer(folded):
        month, day = value_of(match["m"]), value_of(match["d"])
        if month and day:
            yield f"{month:f}月{day:f}日"
    for match in _ENGLISH_DAY.finditer(folded):
        yield f"{_MONTH_NUMBER[(match['m1'] or match['m2'])[:3]]}月{int(match['d1'] or match['d2'])}日"


def without_days_of_month(folded: str) -> str:
    """Return the text with a space for each day of a month: 十月三十一日 is not also thirty-one days."""
    return _ENGLISH_DAY.sub(" ", _CHINESE_DAY.sub(" ", folded))


def spell_out(folded: str) -> str:
    """Return the text with dates in digits as Chinese has them: 2026-04-01 and 1/4/2026 become 2026年4月1日."""
    for pattern in _IN_DIGITS:
        folded = pattern.sub(lambda match: f"{match['y']}年{int(match['m'])}月{int(match['d'])}日", folded)
    return folded


def year_of(folded: str) -> int | None:
    """Return the year of a date, written in digits or as 二〇二六年; None where it has none."""
    year = _YEAR_OF_DATE.search(folded)
    return year and (int(year[0]) if year[0].isdecimal() else chinese_to_int(year[0]))


def find_dates(text: str) -> list[tuple[int, int, date]]:
    """Return (start, end, date) of every calendar date in a text as it is written, in Chinese or English.

    A month without a day counts from its first.
    """
    flat = half_width(text)
    taken: list[tuple[int, int, date]] = []
    for pattern in _WHOLE_DATES:
        for match in pattern.finditer(flat):
            if any(match.start() < end and start < match.end() for start, end, _ in taken):
                continue
            found = _date(match.groupdict())
            if found is not None:
                taken.append((match.start(), match.end(), found))
    return sorted(taken)


def _date(groups: dict[str, str | None]) -> date | None:
    roc = groups.get("roc")
    year = ordinal(roc) + _MINGUO_OFFSET if roc else ordinal(groups["y"] or "")
    day = ordinal(groups.get("d") or "1")
    name = groups.get("mon")
    month = _MONTH_NUMBER[name[:3].lower()] if name else ordinal(groups["m"] or "")
    try:
        return date(year, month, day)
    except ValueError:
        return None


def weekdays(folded: str) -> Iterator[str]:
    """Yield days of the week: 禮拜日, Sunday and Sun give 周日."""
    for match in WEEKDAY.finditer(folded):
        yield "周" + WEEKDAYS[match["chinese"] or match["english"]]
