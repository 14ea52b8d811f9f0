"""From when until when a document says that it holds: 「有效期至…」, 「由…至…適用」, 「自…起廢止」, "valid until …".

A sentence counts where it speaks of this document; behind a label at the start of a line, and where a line or a bracket
holds nothing else, no such word is needed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from kb.language.quantities.dates import MONTH_NAMES, find_dates
from kb.language.script import half_width

__all__ = ["labelled_range", "stated_validity", "whole_line"]

# In a marked text, a date is its number between these signs.
_DATE = "\x02(?P<{}>\\d+)\x03"
_FIRST, _LAST = _DATE.format("first"), _DATE.format("last")
_WEEKDAY = r"(?: ?\([^)]{1,6}\))?"
_UNTIL = r" ?(?:起|开始|開始)?(?:計|计)?,? ?(?:直?至|到|[-–—~〜～]|to|until|till|through)(?: and including)? ?"
_HOLDS = r"(?:有效|生效|適用|适用|實施|实施|施行|執行|执行|試行|试行|推行)"
_PERIOD = rf"(?:{_HOLDS}|期限?)(?:期|日期|期間|期限|時段)?"
_RANGE = (
    rf"{_FIRST}{_WEEKDAY}{_UNTIL}{_LAST}{_WEEKDAY} ?(?:為?止|为止)? ?(?:期間|期间)?內?,? ?(?:暫時|均|正式)?{_HOLDS}",
    rf"{_PERIOD}(?:為|为|是|於|于|由|自|從|从|:| )*{_FIRST}{_WEEKDAY}{_UNTIL}{_LAST}",
    r"(?:with effect|valid|effective|in force|in effect|appl(?:y|ies)|applicable|operative|runs?)"
    rf"(?: only)?(?: (?:from|between|for the period))*,? ?{_FIRST}(?:{_UNTIL}| and ){_LAST}",
)
_UP_TO = (
    rf"{_PERIOD}(?:只|僅)?(?:為|为)?(?:直?至|到|截至|截止於?|屆滿於) ?{_LAST}",
    rf"(?:直?至|截至|於|于|在|到)? ?{_LAST}{_WEEKDAY} ?(?:當天|當日)?(?:屆滿|届满|期滿|期满|到期|為止|为止)",
    r"(?:valid|effective|in force|in effect|appl(?:y|ies)|applicable|stands?|remains? (?:valid|effective|in force))"
    rf"(?: only)? (?:up to|until|till|through|to)(?: and including)?(?: the end of)? {_LAST}",
    rf"(?:expir(?:es|ing|e)|lapses?|ends?|will (?:expire|lapse|end))(?: on| at the end of| after)? {_LAST}",
)
_CEASES = (
    r"(?:廢止|废止|失效|作廢|作废|停止生效|停止適用|停止适用|停止實施|停用|撤銷|撤销|取消|廢除|废除|終止|终止"
    r"|不再(?:有效|生效|適用|适用))"
)
_ENDS_BEFORE = (
    rf"(?:由|自|從|从|於|于|在)? ?{_LAST}{_WEEKDAY} ?(?:起|當日|当日)?,? ?(?:即|便|將|将|正式|予以|全面)?{_CEASES}",
    r"(?:repealed|revoked|withdrawn|cancelled|rescinded|abolished"
    r"|ceases? to (?:have effect|be valid|apply|be in force))"
    rf"(?: with effect)?(?: on| from| as from| as of) {_LAST}",
)
# Between 「本守則」 and its day stands no other document and no other sentence.
_OTHER_SUBJECT = re.compile(
    r"[《》「」;；]|第[^,，]{1,8}[條条章節节段項项]|clause|section|舊|旧|原有|之前的|previous|earlier|old ",
    re.IGNORECASE,
)
_TAKES_EFFECT = r"(?:生效|實施|实施|施行|執行|执行|試行|适用|適用)"
_WHOLE_LINE = re.compile(
    rf"(?:^|\() ?(?:由|自|從|从|於|于)? ?{_FIRST}{_WEEKDAY} ?(?:起|开始|開始)?(?:正式)?{_TAKES_EFFECT}[。.]? ?(?:\)|$)",
    re.MULTILINE,
)
_YEAR = r"(?:19|20)\d\d"
_NO_SECOND_YEAR = re.compile(
    r"(?P<year>(?:民國|民国)? ?\d{2,4}) ?年"
    r"(?P<rest> ?\d{1,2} ?月 ?\d{1,2} ?[日號号](?: ?\([^)]{1,6}\))? ?起? ?(?:至|到|[-–—~]) ?)"
    r"(?=\d{1,2} ?月 ?\d{1,2} ?[日號号])"
)
_MONTHS = "|".join(name for month in MONTH_NAMES for name in (month, month[:3]))
_NO_FIRST_YEAR = re.compile(
    rf"\b(?P<first>\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})\.?)(?P<rest> ?(?:to|until|till|through|[-–—~]) ?"
    rf"\d{{1,2}}(?:st|nd|rd|th)? (?:{_MONTHS})\.?,? (?P<year>{_YEAR}))\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Validity:
    """The first and the last day on which a document holds, as far as it states them."""

    first: date | None = None
    last: date | None = None


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A text with each date replaced by its number in ``dates``, between two signs."""

    text: str
    dates: list[date]


def marked(text: str) -> MarkedText:
    """Return a text with its dates marked. The second of 「2026年4月1日至8月31日」 has the year of the first."""
    flat = half_width(text)
    flat = _NO_SECOND_YEAR.sub(r"\g<year>年\g<rest>\g<year>年", flat)
    flat = _NO_FIRST_YEAR.sub(r"\g<first> \g<year>\g<rest>", flat)
    parts: list[str] = []
    dates: list[date] = []
    at = 0
    for start, end, found in find_dates(flat):
        parts += [flat[at:start], f"\x02{len(dates)}\x03"]
        dates.append(found)
        at = end
    return MarkedText("".join([*parts, flat[at:]]), dates)


def labelled_range(text: str, labels: Sequence[str]) -> Validity:
    """Return the days of 「生效日期：2024年1月1日至2025年12月31日」, behind one of ``labels`` at a line's start."""
    found = marked(text)
    words = "|".join(re.escape(word) for word in labels)
    label = rf"(?:^|[\t|(;])[ \t]*(?:{words}) ?(?:\([^)]{{0,30}}\))? ?[:\-–—|\t]? ?"
    plain, flags = _one_space(found.text), re.IGNORECASE | re.MULTILINE
    match = re.search(rf"{label}(?:由|自|從|from)? ?{_FIRST}{_WEEKDAY}{_UNTIL}{_LAST}", plain, flags)
    if match:
        return _validity(match, found.dates)
    match = re.search(rf"{label}(?:由|自)?(?:即日|now|today){_UNTIL}{_LAST}", plain, flags)
    return Validity(None, found.dates[int(match["last"])]) if match else Validity()


def whole_line(text: str) -> date | None:
    """Return the day of a line, or of a bracket, that holds nothing but 「…起實施」."""
    found = marked(text)
    match = _WHOLE_LINE.search(found.text)
    return found.dates[int(match["first"])] if match else None


def stated_validity(sentences: Iterable[str], own_document: re.Pattern[str]) -> Validity:
    """Return the days that sentences about this document state."""
    first = last = None
    for sentence in sentences:
        own = own_document.search(sentence)
        if own is None:
            continue
        found = _of_sentence(sentence[own.start() :], own.end() - own.start())
        first, last = first or found.first, last or found.last
    return Validity(first, last)


def _of_sentence(sentence: str, subject_end: int) -> Validity:
    found = marked(sentence)
    text = _one_space(found.text)
    for pattern in _RANGE:
        match = re.search(pattern, text, re.IGNORECASE)
        if match:
            return _validity(match, found.dates)
    for patterns, days in ((_ENDS_BEFORE, 1), (_UP_TO, 0)):
        for pattern in patterns:
            match = re.search(pattern, text, re.IGNORECASE)
            if match and not _OTHER_SUBJECT.search(text[subject_end : match.start("last")]):
                return Validity(None, found.dates[int(match["last"])] - timedelta(days=days))
    return Validity()


def _validity(match: re.Match[str], dates: list[date]) -> Validity:
    first, last = dates[int(match["first"])], dates[int(match["last"])]
    return Validity(first, last) if first <= last else Validity()


def _one_space(text: str) -> str:
    return re.sub(r"[ \u3000]+", " ", text)
