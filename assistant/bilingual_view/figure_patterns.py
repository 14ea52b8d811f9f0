"""Where figures stand in a text of either language: the grammar of :mod:`kb.language.quantities` as one pattern.

Patterns are for folded text (:func:`kb.language.script.fold`).
"""

from __future__ import annotations

import re

from kb.language.quantities.amounts import CHINESE_SCALE, ENGLISH_SCALE, MONEY_AFTER, MONEY_BEFORE, PERCENT_SIGN
from kb.language.quantities.clocks import SPACED_CLOCK
from kb.language.quantities.dates import DATE, WEEK, WEEKDAY_NAMES, WEEKDAYS
from kb.language.quantities.numerals import DECIMAL, EVERYDAY, GROUPED, NUMBER_WORDS
from kb.language.quantities.units import (
    DAY_KINDS,
    ENGLISH_UNIT,
    HALF_UNIT,
    IN_BRACKETS,
    LENGTHS,
    MEASURE_WORDS,
    TIME_UNIT,
    WORKING_DAY,
)
from kb.language.quantities.word_tables import any_of, unnamed

__all__ = ["FIGURE", "IDIOM", "MONEY", "NUMBER", "WORDS"]

WORDS = {"zero": 0} | NUMBER_WORDS

_N = rf"(?:{GROUPED}|{DECIMAL}|[{EVERYDAY}万亿]+|\b(?:{any_of(WORDS)})\b)"
_SCALE = rf"\s?(?:{CHINESE_SCALE})|\s(?:{ENGLISH_SCALE})\b"
NUMBER = re.compile(rf"(?P<token>{_N})(?P<scale>{_SCALE})?")

_DAY = "[" + "".join(word for word in WEEKDAYS if len(word) == 1) + "]"
_WEEKDAY = (
    rf"{WEEK}{_DAY}(?![次个名小年])(?:(?:至|到|及|和|或|、|-|–){WEEK}?{_DAY}(?![次个名小年月日人楼]))*"
    rf"|\b(?:{any_of(WEEKDAY_NAMES)})s?\b"
)
_BEFORE = rf"(?:{MONEY_BEFORE}|us\$|人民币|rmb)"
MONEY = re.compile(rf"^{_BEFORE}|(?:{MONEY_AFTER})$")
_UNIT = rf"{WORKING_DAY}|{TIME_UNIT}|个(?:星期|礼拜)|{any_of([*MEASURE_WORDS, *LENGTHS])}"
_ENGLISH_UNIT = rf"{IN_BRACKETS}[\s-](?:(?:{DAY_KINDS}|office)[\s-])?{ENGLISH_UNIT}"
_COUNT = unnamed(
    rf"(?:{_BEFORE}\s?)?(?<![\d.a-z]){_N}(?:{_SCALE})?(?:{HALF_UNIT}|半)?"
    rf"(?:\s?(?:{_UNIT})半?|{_ENGLISH_UNIT}|\s?(?:{MONEY_AFTER}))?"
)
# The first kind that matches counts, so that the parts of a date are no figures of their own.
FIGURE = re.compile(
    rf"(?P<date>{DATE})|(?P<clock>{SPACED_CLOCK})|(?P<weekday>{_WEEKDAY})|(?P<share>百分之{_N}|{_N}{PERCENT_SIGN})"
    rf"|(?P<half>半(?:年|个月|小时|日|天|个钟))|(?P<count>{_COUNT})"
)
# What looks like a figure and counts nothing; the last is the mark of a revision at a margin.
IDIOM = re.compile(
    r"十分(?!钟|之)|万一|百般|百[份分]比|千方百计|一[旦律般致同并切直些定样]|(?<=[下上每同翌另某任])一(?=[年个月日天季周级层次])"
    r"|(?:修订|\brev(?:ised)?\.?)\s?\(?\d{1,4}(?:/\d{1,4})?"
)
