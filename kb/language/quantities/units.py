"""Units: spans of time (兩年, two years), working days, and things counted (三名, two staff).

Everything here reads folded text (:func:`kb.language.script.fold`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from kb.language.quantities.numerals import DECIMAL, EVERYDAY, NUMBER_WORDS, NUMERAL, decimal_text, value_of
from kb.language.quantities.word_tables import any_of, read_table

__all__ = [
    "COUNTED",
    "DAY_KINDS",
    "ENGLISH_UNIT",
    "HALF_UNIT",
    "IN_BRACKETS",
    "LENGTHS",
    "MEASURE_WORDS",
    "TIME_UNIT",
    "WORKING_DAY",
    "WORKING_DAYS",
    "counted_value",
    "counts",
    "spans",
    "working_days",
]

_UNITS = read_table("time_units.tsv", 3)
_NORMAL = {form: normal for (normal,), forms, _ in _UNITS for form in forms}
_NORMAL |= {name: normal for (normal,), _, names in _UNITS for name in names}
# In 两个半月 and 两个半小时 the unit stands without its 个.
_AFTER_HALF = {form[1:]: _NORMAL[form] for form in _NORMAL if form[0] == "个"} | {"星期": "周"}
TIME_UNIT = any_of({form for _, forms, _ in _UNITS for form in forms} - {"周"}) + "|周(?!年)"  # 三周年: an anniversary
HALF_UNIT = rf"个半(?P<half>{any_of(_AFTER_HALF)})"
_ENGLISH_UNITS = any_of(name for *_, names in _UNITS for name in names)
ENGLISH_UNIT = rf"(?P<unit>{_ENGLISH_UNITS})s?\b"
IN_BRACKETS = r"(?:\s?\(\d+\))?"  # fourteen (14) days
DAY_KINDS = "calendar|working|clear|full|consecutive"
_SPAN = re.compile(rf"(?P<n>{DECIMAL}|[{NUMERAL}]+|半)\s?(?:(?P<unit>{TIME_UNIT})(?P<tail>半)?|{HALF_UNIT})")
_ENGLISH_SPAN = re.compile(rf"\b(?P<n>{DECIMAL}|[a-z]+){IN_BRACKETS}[\s-](?:(?:{DAY_KINDS}) )?{ENGLISH_UNIT}")
_FIRST_YEAR = 1900  # 2022年 is a year, not a span

# A number before a unit; "one" is too often a pronoun.
COUNTED = rf"(?:{DECIMAL}|[{EVERYDAY}]+|\b(?:{any_of(NUMBER_WORDS.keys() - {'one'})})\b)"
WORKING_DAY = "个?(?:工作|办公)[天日]"
WORKING_DAYS = re.compile(
    rf"(?P<chinese>{COUNTED})\s?{WORKING_DAY}|(?P<english>{COUNTED}){IN_BRACKETS}[\s-]working[\s-]days?"
)
_MEASURES = {kind: words for (kind,), words in read_table("measure_words.tsv", 2)}
MEASURE_WORDS, LENGTHS = _MEASURES["thing"], _MEASURES["length"]
_COUNT = re.compile(
    rf"(?P<n>{COUNTED})\s?(?:个(?!{any_of(_AFTER_HALF)}|半|礼拜|工作)"
    rf"|{any_of({*MEASURE_WORDS, *_MEASURES['claim']} - {'个'})}|(?:{any_of(_MEASURES['english'])})\b)"
)


def spans(folded: str) -> Iterator[str]:
    """Yield spans of time and ages: 兩年, two years and 2-year give 2年, 兩個半月 gives 2.5个月."""
    for match in _SPAN.finditer(folded):
        value = value_of(match["n"])
        if value is None or (match["unit"] == "年" and value >= _FIRST_YEAR):
            continue
        value += Decimal("0.5") if match["half"] or match["tail"] else 0
        yield decimal_text(value) + (_NORMAL[match["unit"]] if match["unit"] else _AFTER_HALF[match["half"]])
    for match in _ENGLISH_SPAN.finditer(folded):
        value = value_of(match["n"]) if match["n"][0].isdigit() or match["n"] in NUMBER_WORDS else None
        if value is not None:
            yield decimal_text(value) + _NORMAL[match["unit"]]


def working_days(folded: str) -> Iterator[str]:
    """Yield spans of working days: 三個工作天 and "three working days" give 3工作日."""
    for match in WORKING_DAYS.finditer(folded):
        yield f"{counted_value(match['chinese'] or match['english'])}工作日"


def counts(folded: str) -> Iterator[str]:
    """Yield bare numbers of what is counted: 三名社工 and "three staff" give 3."""
    for match in _COUNT.finditer(folded):
        yield counted_value(match["n"])


def counted_value(number: str) -> str:
    """Return what :data:`COUNTED` found as plain digits, an ill-formed Chinese numeral as it is."""
    value = value_of(number)
    return number if value is None else decimal_text(value)
