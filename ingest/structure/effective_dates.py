"""The dates a document states for itself: when it was issued or last revised, from when and until when it holds.

Conservative on purpose: a document full of dates speaks mostly of other things. A date counts when it stands
behind a label at a line's start, alone on the first page, or where the text says that *this* document (or,
in a circular's opening, what it announces) takes effect.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from ingest.structure.validity import labelled_range, stated_validity, whole_line
from kb.core import data_files
from kb.language.quantities.dates import find_dates
from kb.language.script import half_width
from kb.language.sentences import STOPS

__all__ = ["Dates", "effective_dates", "label_words"]

_SEPARATOR = r" ?(?:\([^)]{0,30}\))? ?[:：\-–—|\t]? ?(?:on |from |since |為 ?|由 ?|自 ?|於 ?)?"
_TAKES_EFFECT = re.compile(
    r"(?:with effect from"
    r"|(?:will |shall )?(?:takes?|comes? into|becomes?) (?:effect(?:ive)?|force|operation)(?: on| from)?"
    r"|(?:is |are |be )?effective (?:from|on|as from)|in force from) (?P<en>)"
    r"|(?:由|自|從|将于|將於|於|于) ?(?P<zh>)",
    re.IGNORECASE,
)
_ZH_EFFECT = re.compile(
    r" ?(?:\([^)]{1,6}\))? ?(?:起|开始|開始)?(?:正式)?[，,]?(?:生效|實施|实施|施行|執行)(?!的)"
    r"|^ ?(?:\([^)]{1,6}\))? ?起[，,]"
)
# A circular's opening, in characters: letterhead, subject and the first paragraph or two.
_OPENING = 1800


@dataclass(frozen=True, slots=True)
class Dates:
    """``issued`` is the latest date of issue or revision; a month without a day counts from its first.

    ``effective_to`` is the last day on which the document holds.
    """

    issued: date | None = None
    effective_from: date | None = None
    effective_to: date | None = None


@cache
def label_words(name: str) -> tuple[str, ...]:
    words: dict[str, list[str]] = data_files.json_data("ingest.structure", "date_labels.json")
    return tuple(sorted(words[name], key=len, reverse=True))


@cache
def _own_document() -> re.Pattern[str]:
    """「本手冊」, "this policy", "the revised guidelines": the sentence speaks of the document it stands in."""
    words = label_words("document")
    zh, en = ("|".join(w for w in words if w.isascii() is ascii_) for ascii_ in (False, True))
    this = r"\b(?:this|these|the (?:present|attached|new|revised))"
    return re.compile(rf"本(?:{zh}|文件)|{this} (?:[a-z]+ ){{0,3}}(?:{en}|document|arrangements?)\b", re.IGNORECASE)


def effective_dates(first_pages: Sequence[str], last_lines: str = "", filename: str = "") -> Dates:
    """Dates of a document from the text of its first pages (one string a page), its last lines and its file name."""
    opening = half_width("\n".join(first_pages[:2]))
    text = opening + "\n" + half_width(last_lines)
    issued = _labelled(text, "issued")
    revised = _labelled(text, "revised")
    stated = [d for d in (max(issued, default=None), max(revised, default=None)) if d is not None]
    if not stated:
        named = [d for _, _, d in find_dates(_name(filename))][:1]
        stated = _alone(half_width(first_pages[0]) if first_pages else "") + named
    return Dates(
        max(stated[:2]) if stated and (issued or revised) else next(iter(stated), None),
        *_validity(text, opening, filename),
    )


def _validity(text: str, opening: str, filename: str) -> tuple[date | None, date | None]:
    """Return the first and the last day on which the document holds."""
    ranged = labelled_range(text, (*label_words("validity"), *label_words("effective_from")))
    said = stated_validity((sentence for sentence, _ in _sentences(text)), _own_document())
    labelled = _labelled(text, "effective_from")
    begins = ranged.first or next(iter(labelled), None) or said.first
    announced = _announced(opening, filename)
    # "repealed with effect from 1 May" is no beginning.
    begins = begins or (announced if announced != _day_after(said.last) else None) or whole_line(opening)
    ended = [day - timedelta(days=1) for day in _labelled(text, "ends_before")]
    last = ranged.last or next(iter([*_labelled(text, "effective_to"), *ended]), None) or said.last
    return begins, last if last and (begins is None or last >= begins) else None


def _day_after(day: date | None) -> date | None:
    return day and day + timedelta(days=1)


def _labelled(text: str, name: str) -> list[date]:
    """Dates right behind a label at the start of a line or table cell: 「生效日期：2026年4月1日」."""
    words = "|".join(re.escape(w) for w in label_words(name))
    pattern = re.compile(rf"(?:^|[\t|(（;；])[ \t]*(?:{words}){_SEPARATOR}", re.IGNORECASE | re.MULTILINE)
    dates = {start: found for start, _, found in find_dates(text)}
    return [dates[m.end()] for m in pattern.finditer(text) if m.end() in dates]


def _alone(page: str) -> list[date]:
    """Dates that are a line of their own near the top of the first page, as on a cover or a letter."""
    lines = [line.strip(" ()[]") for line in page.split("\n")][:40]
    return [d for line in lines for start, end, d in find_dates(line) if start == 0 and end >= len(line.rstrip(" .版"))]


def _name(filename: str) -> str:
    return filename.rsplit("/", 1)[-1].replace("_", " ")


def _announced(opening: str, filename: str) -> date | None:
    """The day named in "with effect from …" when the sentence is about this document, or opens a circular."""
    start_of_text = opening[:300].casefold() + filename.casefold()
    circular = any(word in start_of_text for word in label_words("circular"))
    for sentence, offset in _sentences(opening):
        own = bool(_own_document().search(sentence))
        if not own and not (circular and offset < _OPENING):
            continue
        found = _effect(sentence)
        if found is not None:
            return found
    return None


def _effect(sentence: str) -> date | None:
    dates = {start: (end, found) for start, end, found in find_dates(sentence)}
    for match in _TAKES_EFFECT.finditer(sentence):
        if match.end() not in dates:
            continue
        end, found = dates[match.end()]
        if match.group("en") is not None or _ZH_EFFECT.match(sentence[end:]):
            return found
    return None


def _sentences(text: str) -> Iterator[tuple[str, int]]:
    """Yield the text between Chinese full stops, semicolons and ends of paragraphs, with its offset.

    Not ``kb.language.sentences``: here a wrapped line goes on with the one above, and an English full stop ends
    nothing: "This policy is new. It takes effect on 1 April 2026." names the document and its day in two sentences.
    """
    for match in re.finditer(rf"[^{STOPS}\n]+(?:\n(?=[a-z0-9])[^{STOPS}\n]+)*", text):
        yield match[0].replace("\n", " "), match.start()
