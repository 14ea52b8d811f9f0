"""The spans of a passage that can be quoted: a sentence or its paragraph, a table row, a lead-in with its list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.language.script import display_width
from kb.language.sentences import sentences
from kb.search.passage import Passage

__all__ = ["QuotableSpan", "header", "spans_of", "whole"]

# The greatest widths that can be read on a phone, in columns (a Chinese character takes two): of a paragraph, of a list
# with its lead-in, and of a note between the items of a list.
PARAGRAPH_WIDTH = 460
LIST_WIDTH = 1200
NOTE_WIDTH = 30
_OPENS_LIST = re.compile(r"(?:[:：]|[–—-]{1,2}|如下|following|包括)\s*$", re.IGNORECASE)
_ITEM = re.compile(
    r"^\s*(?:[•·●○▪■◆–—\-*‧]"
    r"|[（(]?(?:[a-zA-Z]{1,2}|[ivxlIVX]{1,5}|\d{1,2}|[一二三四五六七八九十]{1,3}|[甲乙丙丁戊己庚辛])[)）.、．])"
)


@dataclass(frozen=True, slots=True)
class QuotableSpan:
    """Characters ``start``–``end`` of a passage's text."""

    passage: Passage
    start: int
    end: int

    @property
    def text(self) -> str:
        return self.passage.text[self.start : self.end]

    @property
    def is_row(self) -> bool:
        """Whether the span is a table row (cells separated by tabs)."""
        return "\t" in self.text


def spans_of(passage: Passage) -> list[QuotableSpan]:
    """Return the passage's sentences and table rows in order."""
    text = passage.text
    found = [QuotableSpan(passage, *_trimmed(text, start, end)) for start, end in sentences(text)]
    return [span for span in found if span.end > span.start]


def header(row: QuotableSpan) -> str:
    """Return the header row of a row's table; ``""`` where the passage does not contain it or the span is no row."""
    if not row.is_row:
        return ""
    tabs = row.text.count("\t")
    return next((line for line in row.passage.text[: row.start].split("\n") if line.count("\t") == tabs), "")


def whole(span: QuotableSpan) -> QuotableSpan:
    """Return the span to quote, with the exceptions around it.

    A sentence becomes its whole paragraph where that is short enough to read, because a rule without its exceptions
    misleads. A lead-in is quoted with its list. A table row, and a sentence of a long paragraph, are quoted alone.
    """
    text = span.passage.text
    if span.is_row:
        return span
    start = text.rfind("\n", 0, span.start) + 1
    end = text.find("\n", span.end)
    end = len(text) if end < 0 else end
    if display_width(text[start:end]) > PARAGRAPH_WIDTH:
        start, end = span.start, span.end
    if _OPENS_LIST.search(text[start:end]):
        end = _list_end(text, start, end)
    return QuotableSpan(span.passage, *_trimmed(text, start, end))


def _list_end(text: str, start: int, end: int) -> int:
    """Return the offset where the list after a lead-in ends.

    Each line is an item. The list ends where it would become too wide to read. A short line between two items (a margin
    note such as "Revised 2020/7") does not end it.
    """
    at = end
    while at < len(text):
        line_end = text.find("\n", at + 1)
        line_end = len(text) if line_end < 0 else line_end
        line = text[at + 1 : line_end]
        is_item = bool(_ITEM.match(line))
        if display_width(text[start:line_end]) > LIST_WIDTH or not (is_item or display_width(line) <= NOTE_WIDTH):
            break
        if is_item:
            end = line_end
        at = line_end
    return end


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
