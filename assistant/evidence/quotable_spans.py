"""The spans of a passage that can be quoted: a sentence or its paragraph, a table row, a lead-in with its list."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ingest.parsers.mail.quoted_mail import QUOTED_MAIL
from kb.language.script import display_width
from kb.language.sentences import sentences
from kb.search.passage import Passage

__all__ = [
    "LEFT_OUT",
    "QuotableSpan",
    "column_names",
    "is_header_row",
    "is_question",
    "is_quoted_mail",
    "readable_row",
    "spans_of",
    "table_at",
    "whole",
]

# The greatest widths that can be read on a phone, in columns (a Chinese character takes two): of a paragraph, of a list
# with its lead-in, and of a note between the items of a list.
PARAGRAPH_WIDTH = 460
LIST_WIDTH = 1200
NOTE_WIDTH = 30
# Stands in a passage where a sentence that speaks to an assistant was left out. No quote goes across.
LEFT_OUT = "\n\n"
# Equal neighbours of a table without a header may be two equal figures; a longer text is one merged cell.
_LONGEST_VALUE = 12
_OPENS_LIST = re.compile(r"(?:[:：]|[–—-]{1,2}|如下|following|包括)\s*$", re.IGNORECASE)
_QUESTION = re.compile(r"(?:[?？]|(?:嗎|吗|呢|未呀|邊個|邊度|邊位|幾多|幾時|幾點|點做|點算)[呀啊㗎]?)[\s」』”\")）]*$")
# The number of lines after a question that may still be questions before its answer.
_QUESTION_LINES = 2
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


def is_quoted_mail(span: QuotableSpan) -> bool:
    """Whether a span is in the earlier mail that a reply repeats: what it says may have been put right above it."""
    passage = span.passage
    return QUOTED_MAIL in passage.heading_path or QUOTED_MAIL in passage.text[: span.start].split("\n")


def is_question(text: str) -> bool:
    """Whether a text ends in a question, which no answer can be."""
    return bool(_QUESTION.search(text))


def spans_of(passage: Passage) -> list[QuotableSpan]:
    """Return the passage's sentences and table rows in order."""
    text = passage.text
    found = [QuotableSpan(passage, *_trimmed(text, start, end)) for start, end in sentences(text)]
    return [span for span in found if span.end > span.start]


def column_names(row: QuotableSpan) -> list[str]:
    """Return the name of each column of a row's table, "" for a column without one.

    Where two header rows name a column, its name has both texts, the upper first. The list is empty where the table has
    no header, where the span is itself a header row, and where it is no row. A chunk of an earlier version does not
    tell its tables: there the line with as many tabs that opens the rows around the span counts as the header.
    """
    if not row.is_row or is_header_row(row):
        return []
    text, table = row.passage.text, table_at(row)
    if table is not None:
        start, end, header_rows = table
        return _joined([line.split("\t") for line in text[start:end].split("\n")[:header_rows]])
    if row.passage.tables:
        return []
    above: list[str] = []
    for line in reversed(text[: row.start].split("\n")[:-1]):
        if "\t" not in line:
            break
        above.append(line)
    tabs = row.text.count("\t")
    return next((line.split("\t") for line in reversed(above) if line.count("\t") == tabs), [])


def table_at(span: QuotableSpan) -> tuple[int, int, int] | None:
    """Return ``(start, end, header rows)`` of the table that the span is in, as its passage records it."""
    return next((table for table in span.passage.tables if table[0] <= span.start < table[1]), None)


def is_header_row(span: QuotableSpan) -> bool:
    """Whether a span is a header row of a table, as its passage records it."""
    table = table_at(span)
    return table is not None and span.passage.text.count("\n", table[0], span.start) < table[2]


def _joined(headers: list[list[str]]) -> list[str]:
    """Return one name a column; a text that is merged over two header rows stands once."""
    width = max((len(cells) for cells in headers), default=0)
    columns = zip(*([*cells, *[""] * (width - len(cells))] for cells in headers), strict=True)
    return [" ".join(dict.fromkeys(filter(None, map(str.strip, names)))) for names in columns]


def readable_row(row: QuotableSpan) -> str:
    """Return a table row for display: each filled cell with the name of its column where that is known.

    A text that is merged over several columns stands once.
    """
    cells, names = row.text.split("\t"), column_names(row)
    names += [""] * (len(cells) - len(names))
    shown: list[str] = []
    before = ("", "")
    for pair in zip(names, cells, strict=False):
        name, cell = pair
        merged = pair == before and (name or len(cell) > _LONGEST_VALUE)
        if cell.strip() and not merged:
            shown.append(f"{name}：{cell}" if name and name != cell else cell)
        before = pair
    return " ｜ ".join(shown)


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
    if is_question(text[start:end]):
        end = _answer_end(text, end)
    return QuotableSpan(span.passage, *_trimmed(text, start, end))


def _answer_end(text: str, end: int) -> int:
    """Return the end of the line that answers a question; that line may ask something itself."""
    for _ in range(_QUESTION_LINES):
        line_end = text.find("\n", end + 1)
        line_end = len(text) if line_end < 0 else line_end
        if line_end <= end or display_width(text[end:line_end]) > PARAGRAPH_WIDTH:
            break
        before, end = end, line_end
        if not is_question(text[before:end]):
            break
    return end


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
        if not line:  # a sentence that speaks to an assistant was here
            break
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
