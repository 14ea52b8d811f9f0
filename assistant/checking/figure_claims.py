"""Figures of a claim and of the text it stands on, brought to one form: amounts, spans, dates, hours, money.

Stricter than the figures of the index (``kb.language.numbers``): an answer must not turn 14 working days into 14
days, 8 p.m. into 8 a.m., $500 into 500 people, or "at least" into "at most".
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from kb.language.numbers import chinese_to_int, figures
from kb.language.script import fold

__all__ = ["claimed", "held", "opposed"]

_HAN = "零〇一二两三四五六七八九十百千廿卅"
_TEENS = "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
_WORDS = {word: str(n) for n, word in enumerate(_TEENS.split(" "), start=2)}
_WORDS |= {"twenty": "20", "thirty": "30", "forty": "40", "fifty": "50", "sixty": "60", "ninety": "90"}
_N = rf"(?P<n>\d+(?:\.\d+)?|[{_HAN}]+|\b(?:{'|'.join(_WORDS)})\b)"
_ISO = re.compile(r"(?<!\d)((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})(?!\d)")
# 一 that counts nothing: 下一年度 is "next year", not one year.
_ONE = re.compile(r"(?<=[下上每同翌另某])一(?=年|个月|日|天|季|星期|周|级|层|次|人)|一(?=旦|律|般|致|同|并|切|直)")
_HK_DATE = re.compile(r"(?<!\d)(\d{1,2})/(\d{1,2})/((?:19|20)\d\d)(?!\d)")
# Counts with a measure word; a single Chinese numeral counts only before one.
_COUNT = re.compile(
    rf"{_N}\s?(?:名|位|个(?!钟|小时|月|半|星期|礼拜|工作)|次|人|份|间|张|级|层|成|倍|宗|项|件|条|款|章|晚|餐|更|节|课|页|套|度|杯|粒|圈|"
    r"(?:staff|people|persons|times|nights?|shifts?)\b)"
)
_WORKING = re.compile(
    rf"{_N}\s?(?:个)?(?:工作|办公)(?:天|日)|{_N.replace('?P<n>', '?P<m>')}(?:\s?\(\d+\))?[\s-]working[\s-]days?"
)
_MONEY = re.compile(
    r"(?:hk\$|\$|港币|港元|hkd)\s?(?P<a>\d[\d,]*(?:\.\d+)?)|(?P<b>\d[\d,]*(?:\.\d+)?)\s?(?:元|蚊|块钱|dollars?\b|hkd)"
)
_FOREIGN = re.compile(r"(?P<usd>us\$|usd\b|美元|美金)|(?P<rmb>rmb\b|人民币|cny\b)|(?P<gbp>£|英镑)|(?P<eur>€|欧元)")
_CLOCK = re.compile(
    rf"(?P<part>上午|早上|朝早|凌晨|中午|下午|晚上|夜晚|傍晚|晚)?\s?(?:(?P<h>\d{{1,2}})\s?[:：]\s?(?P<mi>\d\d)(?!\d)"
    rf"|(?P<hz>\d{{1,2}}|[{_HAN}]{{1,3}})(?:时|点(?!钟头))(?!间|期|候|段)(?P<half>半)?(?:(?P<miz>\d{{1,2}})分)?)"
    r"\s?(?P<ap>[ap]\.?m\b\.?)?|(?<![\d:])(?P<he>\d{1,2})\s?(?P<ape>[ap]\.?m\b\.?)"
)
_WEEKDAY = re.compile(
    r"(?:星期|周|礼拜)([一二三四五六日天])|\b(mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|satur|sat|sun)(?:day)?s?\b"
)
_DAYS = {"mon": "一", "tu": "二", "we": "三", "th": "四", "fr": "五", "sa": "六", "su": "日"}
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
_NEAR = 14  # characters between a bound's word and its figure


def claimed(text: str) -> set[str]:
    """Return what must stand in the source for the text to be right."""
    folded = _dated(fold(text))
    found = set(_special(folded))
    rest = _without(folded)
    found |= set(figures(rest)) | set(_counts(rest))
    return found


def opposed(text: str, source: str) -> set[str]:
    """Return the bounds of the text that the source turns round: "at least 5" where it has "at most 5" alone."""
    ours, theirs = set(_bounds(_dated(fold(text)))), set(_bounds(_dated(fold(source))))
    return {one for one in ours - theirs if one.translate({ord("≥"): "≤", ord("≤"): "≥"}) in theirs}


def held(text: str) -> set[str]:
    """Return everything a claim on this text may hold: the same forms, and each number in its weaker readings."""
    folded = _dated(fold(text))
    counts = set(_counts(folded))
    found = set(_special(folded)) | set(figures(_WORKING.sub(" ", folded))) | counts
    found |= {clock.split("@")[0] for clock in found if "@" in clock}
    found |= {one.removesuffix("$") for one in found if one.endswith("$")}
    plain = set(figures(_MONEY.sub(" ", folded)))
    spans = set(re.findall(r"\d+(?:\.\d+)?", " ".join(one for one in plain if not one.replace(".", "").isdigit())))
    # a table's bare number may be money; one that counts days or people may not
    return found | {f"{one}$" for one in plain - counts if one.replace(".", "").isdigit() and one not in spans}


def _dated(folded: str) -> str:
    """Write numeric dates as the index's figures know them (Hong Kong writes the day first), and drop idle 一."""
    folded = _ONE.sub("", folded)
    folded = _ISO.sub(lambda m: f"{m[1]}年{int(m[2])}月{int(m[3])}日", folded)
    return _HK_DATE.sub(lambda m: f"{m[3]}年{int(m[2])}月{int(m[1])}日", folded)


def _special(folded: str) -> Iterator[str]:
    for match in _WORKING.finditer(folded):
        yield f"{_value(match['n'] or match['m'])}工作日"
    for match in _MONEY.finditer(folded):
        yield f"{_plain(match['a'] or match['b'])}$"
    for match in _FOREIGN.finditer(folded):
        yield str(match.lastgroup)
    for match in _WEEKDAY.finditer(folded):
        yield "周" + (match[1] or _DAYS[match[2][:2] if match[2] != "mon" else "mon"]).replace("天", "日")
    for match in _CLOCK.finditer(folded):
        yield from _clock(match)


def _clock(match: re.Match[str]) -> Iterator[str]:
    """Yield h:mm on the twelve-hour dial, and with @am or @pm where the text says so (or the hour does)."""
    hour = int(match["h"] or match["he"] or _value(match["hz"]) or 0)
    minute = int(match["mi"] or match["miz"] or (30 if match["half"] else 0))
    if hour > 24 or minute > 59:
        return
    part, half = match["part"] or "", match["ap"] or match["ape"] or ""
    evening = half.startswith("p") or part in ("下午", "晚上", "夜晚", "傍晚", "晚", "中午") or hour > 12
    morning = half.startswith("a") or part in ("上午", "早上", "朝早", "凌晨")
    face = f"{hour % 12}:{minute:02d}时"
    yield f"{face}@{'pm' if evening else 'am'}" if evening or morning else face


def _without(folded: str) -> str:
    """Blank what has been read in a stricter form already."""
    for pattern in (_WORKING, _MONEY, _CLOCK, _WEEKDAY):
        folded = pattern.sub(" ", folded)
    return folded


def _counts(folded: str) -> Iterator[str]:
    for match in _COUNT.finditer(folded):
        yield _value(match["n"])


def _bounds(folded: str) -> Iterator[str]:
    """Yield ≥ and ≤ with the number they stand beside: 最多可結轉5天 gives ≤5."""
    for sign, pattern in _BOUNDS:
        for match in pattern.finditer(folded):
            after = re.search(_N, folded[match.end() : match.end() + _NEAR])
            before = list(re.finditer(_N, folded[max(0, match.start() - _NEAR) : match.start()]))
            near = before[-1] if match[0] in _AFTER_FIGURE and before else after
            if near:
                yield f"{sign}{_value(near['n'])}"


def _value(text: str) -> str:
    if text in _WORDS:
        return _WORDS[text]
    if text[0].isdigit():
        return _plain(text)
    whole = chinese_to_int(text)
    return text if whole is None else str(whole)


def _plain(digits: str) -> str:
    digits = digits.replace(",", "")
    return digits.rstrip("0").rstrip(".") if "." in digits else str(int(digits))
