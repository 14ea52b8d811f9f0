"""The cells of tables and forms whose label says that they hold data of a person.

A table's lines have tabs or ｜ between their cells. A row of labels names the columns below it; in a form the first
cell of a row, or the word before a colon, names what follows it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kb.core import data_files
from kb.language.script import HAN_BASIC
from kb.personal_data.comparable_text import comparable_pattern

__all__ = ["Cell", "labelled_values", "table_cells"]

_ROOM = "kb.personal_data"
_EDGE = re.compile(r"\t| ?[|｜] ?")
_LONGEST_LABEL, _LONGEST_VALUE = 24, 120
_HEADING_ROWS = 2  # rows of a table, from the first, that may be labels
_NO_VALUE = re.compile(
    comparable_pattern(
        r"[ _.\-/—:*□○()]*(?:無|没有|沒有|冇|否|有|是|不適用|不詳|未有|待定|nil|none|no|yes|n/?a|tbc|-)?[ _.\-/()]*"
    ),
    re.IGNORECASE,
)
# What must be in a value for it to be one of its kind; a label above anything else is a label of something else.
_HOLDS = {
    "hkid": re.compile(r"(?:\d[^\w]?){4}|[A-Za-z]{1,2}[ ]?[\dOoIlSBZ]{5,8}"),
    "passport": re.compile(r"(?:\d.?){5}"),
    "bank": re.compile(r"(?:\d.?){6}"),
    "card": re.compile(r"(?:\d.?){6}"),
    "birth": re.compile(comparable_pattern(r"\d{4}|\d{1,2}\W\d{1,2}|\d ?年|[一二三四五六七八九〇零]年")),
    "mobile": re.compile(r"(?:\d[ .()+/-]{0,3}){7}"),
    "phone": re.compile(r"(?:\d[ .()+/-]{0,3}){7}"),
    "office": re.compile(r"(?:\d[ .()+/-]{0,3}){4}"),
    "email": re.compile(r"@|\bat\b"),
    "address": re.compile(comparable_pattern(r"\d|[樓座室號邨苑村閣道街路徑里]|street|road|court|estate|house"), re.I),
    "salary": re.compile(comparable_pattern(r"\d{3}|第? ?\d{1,2} ?點|\d ?[kK萬]|\d,\d{3}|^ ?\d{1,2} ?$")),
    "number": re.compile(r"\d"),
    "social": re.compile(r"[\w.@-]{3}"),
}
_NUMBERS = ("number", "hkid", "passport", "bank", "card", "mobile")
_NUMBER = re.compile(r"[ -~]+")  # what follows in Chinese is something else
_LABELLED = re.compile(r"(?:^|(?<=[\n\t ,.;|(/]))(?P<label>[^\n\t:;|,]{1,24}?) ?:[ \t]*(?P<value>[^\n\t|;]{1,120})")
_SPACED_OUT = re.compile(rf"(?<=[{HAN_BASIC}]) +(?=[{HAN_BASIC}])")
_NEXT_LABEL = re.compile(r"[ ,]+[^\s:,\d]{1,12}(?: [A-Za-z.]{1,10}){0,2} ?:(?!//)")


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with its label, in a comparable text.

    Attributes:
        start, end: its characters, without spaces at its edges.
        kind: of its label in ``labels.tsv``.
        label: the label's text.
        in_list: whether the table lists persons: a column has their names, or numbers by which they are known.
        of_posts: whether the table has a column of posts or offices: a directory of staff, or of centres.
    """

    start: int
    end: int
    kind: str
    label: str
    in_list: bool
    of_posts: bool = False


@cache
def _labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data_files.rows(_ROOM, "labels.tsv")
    return tuple((kind, re.compile(comparable_pattern(pattern), re.IGNORECASE)) for kind, pattern in rows)


@lru_cache(maxsize=2_000)
def _kind(label: str) -> str:
    """Return the kind of a label, "" for a text that is none."""
    label = _SPACED_OUT.sub("", label)
    if not 1 < len(label) <= _LONGEST_LABEL or sum(char.isdigit() for char in label) > 2:
        return ""
    return next((kind for kind, pattern in _labels() if pattern.search(label)), "")


def holds(kind: str, value: str) -> bool:
    """Whether a text can be a value of the kind: it is not empty, "nil" or a line to write on."""
    if _NO_VALUE.fullmatch(value):
        return False
    pattern = _HOLDS.get(kind)
    return len(value.strip()) > 1 and (pattern is None or pattern.search(value) is not None)


def table_cells(text: str) -> list[Cell]:
    """Return the cells with values in the tables of a comparable text."""
    found: list[Cell] = []
    columns: list[tuple[str, str]] = []
    at = row = width = 0
    for line in text.split("\n"):
        cells = _cells(line, at)
        at += len(line) + 1
        if len(cells) < 2:
            columns, row = [], 0
            continue
        row = row + 1 if len(cells) == width or row == 0 else 1  # rows of another width are another table
        width = len(cells)
        texts = [text[start:end] for start, end in cells]
        kinds = [_kind(one) for one in texts]
        if row <= _HEADING_ROWS and _is_heading(texts, kinds):
            columns = list(zip(kinds, texts, strict=True))
        elif len(columns) == 0 or (len(columns) != len(cells) and _is_form(texts, kinds)):
            found += _form_row(texts, cells, kinds)
        else:
            known = {kind for kind, _ in columns}
            in_list = bool(known & {"name", "hkid", "birth", "passport"}) or ("number" in known and "address" in known)
            for (kind, label), (start, end) in zip(columns, cells, strict=False):
                if kind and holds(kind, text[start:end]):
                    found.append(Cell(start, end, kind, label, in_list, of_posts="post" in known))
    return found


def _cells(line: str, at: int) -> list[tuple[int, int]]:
    """Return the places of the cells of a line, trimmed."""
    found, start = [], 0
    for edge in [*_EDGE.finditer(line), None]:
        end = edge.start() if edge else len(line)
        cell = line[start:end]
        left = len(cell) - len(cell.lstrip())
        found.append((at + start + left, max(at + start + left, at + start + len(cell.rstrip()))))
        start = edge.end() if edge else end
    return found


def _is_heading(texts: Sequence[str], kinds: Sequence[str]) -> bool:
    """Whether a row names columns: at least half of its cells are labels or short words, and two are labels."""
    labels = sum(bool(kind) for kind in kinds)
    plain = sum(len(text) <= _LONGEST_LABEL and not any(char.isdigit() for char in text) for text in texts)
    return labels >= 2 and plain >= len(texts) * 0.8 and labels * 3 >= len([text for text in texts if text])


def _is_form(texts: Sequence[str], kinds: Sequence[str]) -> bool:
    """Whether every other cell of a row, from the first, is a label or empty."""
    return (
        bool(kinds[0])
        and len(texts) % 2 == 0
        and all(kind or not text for kind, text in zip(kinds[::2], texts[::2], strict=True))
    )


def _form_row(texts: Sequence[str], cells: Sequence[tuple[int, int]], kinds: Sequence[str]) -> Iterator[Cell]:
    if _is_form(texts, kinds):
        for i in range(0, len(cells), 2):
            start, end = cells[i + 1]
            if kinds[i] and holds(kinds[i], texts[i + 1]) and len(texts[i + 1]) <= _LONGEST_VALUE:
                yield Cell(start, end, kinds[i], texts[i], in_list=False)


def labelled_values(text: str) -> Iterator[Cell]:
    """Yield the values behind a label with a colon: 住址:…, Date of birth: …"""
    at = 0
    while True:
        match = _LABELLED.search(text, at)
        if match is None:
            return
        label = match["label"].strip()
        start = match.start("value")
        further = _NEXT_LABEL.search(match["value"])
        value = match["value"][: further.start()] if further else match["value"]
        value = value.rstrip(" ,")
        at = max(start + len(value), match.start("label") + 1)
        kind = _kind(label[-_LONGEST_LABEL:])
        if kind in _NUMBERS and (number := _NUMBER.match(value)):
            value = number[0].rstrip(" ,")
        if kind and value and holds(kind, value):
            yield Cell(start, start + len(value), kind, label, in_list=False)
