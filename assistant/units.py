"""Quotable units of a passage: a sentence, a table row, or a lead-in with the list it opens."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.language.sentences import sentences
from kb.search.passage import Passage

__all__ = ["Unit", "units"]

# A quote longer than this is cut at a list item or sentence end: nobody reads more on a phone.
LONGEST = 700
_OPENS_LIST = re.compile(r"(?:[:：]|[–—-]{1,2}|如下[：:]?|following[:：]?|包括[：:]?)\s*$", re.IGNORECASE)
_ITEM = re.compile(
    r"^\s*(?:[•·●○▪■◆–—\-*‧]|[（(]?(?:[a-zA-Z]{1,2}|[ivxlIVX]{1,5}|\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁戊己庚辛])[)）.、．])"
)


@dataclass(frozen=True, slots=True)
class Unit:
    """Characters ``start``–``end`` of a passage's text; ``heading`` is a line of it that only names a section."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def is_row(self) -> bool:
        """Whether the unit is a table row (cells parted by tabs)."""
        return "\t" in self.text


def units(passage: Passage) -> list[Unit]:
    """Return the passage's units in order. Units may overlap: a list is there whole, and its items alone."""
    text = passage.text
    spans = [(start, end) for start, end in sentences(text) if text[start:end].strip()]
    found = []
    for number, (start, end) in enumerate(spans):
        found.append(Unit(passage, *_trimmed(text, start, end)))
        if _OPENS_LIST.search(text[start:end]) and "\t" not in text[start:end]:
            last = _list_end(text, spans, number)
            if last > end:
                found.append(Unit(passage, *_trimmed(text, start, last)))
    return [unit for unit in found if unit.end > unit.start]


def _list_end(text: str, spans: list[tuple[int, int]], opener: int) -> int:
    """Return where the list opened by a lead-in ends: items in a row, as long as the whole stays readable."""
    first, end = spans[opener]
    items = 0
    for start, stop in spans[opener + 1 :]:
        piece = text[start:stop]
        continues = _ITEM.match(piece) or (items and text[start - 1 : start] != "\n")
        if not continues or stop - first > LONGEST:
            break
        items += 1
        end = stop
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
