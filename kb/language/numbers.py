"""Figures: one normal form for money, counts, shares, dates, spans of time and hours, in Chinese and English.

三萬五千蚊, HK$35,000 and 35 千 all hold the figure ``35000``; 十月三十一日, 31 October and 10月31日 all hold
``10月31日``; 兩年, two years and 2-year hold ``2年``. The index stores these forms beside the words, so a
question meets a passage in the other language on its figures; the answerer compares them as a set.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache
from importlib.resources import files

from kb.language.script import fold

__all__ = ["SCALE", "chinese_to_int", "english_numbers", "figures", "numbers"]

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {c: i for i, c in enumerate("〇壹贰叁肆伍陆柒捌玖")}
_DIGITS |= {"两": 2, "幺": 1, "俩": 2}
_TENS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_GROUPS = {"万": 10**4, "亿": 10**8}
_NUMERAL = "".join(_DIGITS) + "".join(_TENS) + "".join(_GROUPS) + "廿卅"
SCALE = {"千": 10**3, "万": 10**4, "百万": 10**6, "千万": 10**7, "亿": 10**8, "十万": 10**5, "thousand": 10**3}
SCALE |= {"million": 10**6, "billion": 10**9, "k": 10**3, "m": 10**6, "mn": 10**6, "hundred": 100}

_VALUE = rf"(?:\d[\d,]*(?:\.\d+)?|[{_NUMERAL}]+)"
_NUMBER = re.compile(
    rf"(?<![\d.a-z])(?P<digits>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?)(?![\d]|\.\d)"
    r"(?:\s*(?P<scale>百万|千万|十万|千|万|亿)|\s?(?P<latin>thousand|million|billion|hundred|mn|k|m)\b)?"
    rf"|(?P<chinese>[{_NUMERAL}]+)(?P<half>半)?"
)
_PERCENT = re.compile(
    rf"百分之(?P<a>{_VALUE})|(?P<b>\d+(?:\.\d+)?|[a-z]+)\s?(?:%|per\s?cent\b|个百分点)"
    rf"|(?P<c>[一二三四五六七八九])成(?P<d>半)?(?![立功员为本果绩就长年人])"
)
_DATE = re.compile(rf"(?P<m>\d{{1,2}}|[{_NUMERAL}]{{1,3}})月(?P<d>\d{{1,2}}|[{_NUMERAL}]{{1,3}})[日号]")
_UNITS = "年|个月|星期|礼拜|周(?!年)|日|天|个?小时|个钟头?|钟头|分钟|岁"
_SPAN = re.compile(
    rf"(?P<n>\d+(?:\.\d+)?|[{_NUMERAL}]+|半)\s?(?:(?P<u>{_UNITS})(?P<tail>半)?|个半(?P<half>月|小时|钟头?|星期))"
)
_CANONICAL = {"月": "个月", "礼拜": "周", "星期": "周", "天": "日", "分钟": "分"}
_CANONICAL |= dict.fromkeys(("小时", "个小时", "个钟", "个钟头", "钟头", "钟"), "小时")
_ENGLISH_UNIT = {"year": "年", "month": "个月", "week": "周", "day": "日", "hour": "小时", "minute": "分"}
_ENGLISH_SPAN = re.compile(
    r"\b(?P<n>\d+(?:\.\d+)?|[a-z]+)(?:\s?\(\d+\))?[\s-](?:calendar |working |clear |full |consecutive )?"
    r"(?P<u>year|month|week|day|hour|minute)s?\b"
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = (
    r"(?P<{}>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\.?"
)
_ENGLISH_DATE = re.compile(
    rf"\b(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? {_MONTH.format('m1')}\b"
    rf"|\b{_MONTH.format('m2')} (?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\b"
)


_ANY = re.compile(
    rf"[\d{_NUMERAL}半]|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|\w+teen|\w+ty)\b"
)


@cache
def english_numbers() -> dict[str, str]:
    """English number words one to twenty, and the tens, from ``number_words.tsv``."""
    text = files("kb.language").joinpath("number_words.tsv").read_text(encoding="utf-8")
    return dict(line.split("\t") for line in text.splitlines() if line)


def chinese_to_int(numeral: str) -> int | None:
    """Return the value of a folded Chinese numeral (三万五, 二〇二二, 廿五, 十); None if it is ill-formed."""
    numeral = numeral.replace("廿", "二十").replace("卅", "三十")
    if not numeral or any(char not in _NUMERAL for char in numeral):
        return None
    if all(char in _DIGITS for char in numeral):  # a year or a room number: digit by digit
        return int("".join(str(_DIGITS[char]) for char in numeral))
    total = group = 0
    digit: int | None = None
    unit = 1
    for char in numeral:
        if char in _DIGITS:
            if digit is not None and digit != 0:
                return None
            digit = _DIGITS[char]
            unit = 1 if digit == 0 else unit
        elif char in _TENS:
            group += (1 if digit is None else digit) * _TENS[char]
            digit, unit = None, _TENS[char]
        else:
            total = (total + group + (digit or 0) or 1) * _GROUPS[char]
            group, digit, unit = 0, None, _GROUPS[char]
    # 三萬五 is 35,000 and 百二 is 120: a last digit counts in tenths of the unit before it, unless 零 stands between.
    return total + group + (digit or 0) * (unit // 10 if unit > 10 else 1)


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _value(text: str) -> Decimal | None:
    """Return the value of Arabic digits, a Chinese numeral, 半, or an English number word."""
    text = english_numbers().get(text, text)
    if text == "半":
        return Decimal("0.5")
    if re.fullmatch(r"[\d,]+(?:\.\d+)?", text):
        return Decimal(text.replace(",", ""))
    whole = chinese_to_int(text)
    return None if whole is None else Decimal(whole)


def _amounts(text: str) -> list[str]:
    found = []
    for match in _NUMBER.finditer(text):
        if match["digits"]:
            scale = SCALE.get(match["scale"] or match["latin"] or "", 1)
            found.append(_plain(Decimal(match["digits"].replace(",", "")) * scale))
        elif len(match["chinese"]) > 1 or match["chinese"] in "十百千":
            whole = chinese_to_int(match["chinese"])
            if whole is not None:
                found.append(str(whole))
    return found


def _percents(text: str) -> list[str]:
    found = []
    for match in _PERCENT.finditer(text):
        if match["c"]:
            found.append(f"{_DIGITS[match['c']] * 10 + (5 if match['d'] else 0)}%")
            continue
        value = _value(match["a"] or match["b"])
        if value is not None:
            found.append(f"{_plain(value)}%")
    return found


def _dates(text: str) -> list[str]:
    found = []
    for match in _DATE.finditer(text):
        month, day = _value(match["m"]), _value(match["d"])
        if month and day:
            found.append(f"{_plain(month)}月{_plain(day)}日")
    for match in _ENGLISH_DATE.finditer(text):
        month_number = _MONTHS.index((match["m1"] or match["m2"])[:3]) + 1
        found.append(f"{month_number}月{int(match['d1'] or match['d2'])}日")
    return found


def _spans(text: str) -> list[str]:
    found = []
    for match in _SPAN.finditer(text):
        value = _value(match["n"])
        if value is None or (match["u"] == "年" and value >= 1900):  # 2022年 is a year, not a span
            continue
        value += Decimal("0.5") if match["half"] or match["tail"] else 0
        unit = match["u"] or match["half"]
        found.append(f"{_plain(value)}{_CANONICAL.get(unit, unit)}")
    for match in _ENGLISH_SPAN.finditer(text):
        value = _value(match["n"]) if match["n"][0].isdigit() or match["n"] in english_numbers() else None
        if value is not None:
            found.append(f"{_plain(value)}{_ENGLISH_UNIT[match['u']]}")
    return found


def figures(text: str) -> list[str]:
    """Return the normal forms of the figures of ``text``, in folded script: dates, shares, spans, amounts."""
    folded = fold(text)
    if not _ANY.search(folded):
        return []
    # A date's and a share's parts are no figures of their own: 十月三十一日 is not thirty-one days, 百分之五 not 100.
    dates = _dates(folded)
    rest = _ENGLISH_DATE.sub(" ", _DATE.sub(" ", folded)) if dates else folded
    shares = _percents(rest)
    rest = _PERCENT.sub(" ", rest) if shares else rest
    return [*dates, *shares, *_spans(rest), *_amounts(rest)]


def numbers(text: str) -> set[str]:
    """Return the figures of ``text`` as a set, to ask whether an answer's figures stand in a passage."""
    return set(figures(text))
