"""Find quoted words on a PDF page, to mark only the words and not the whole paragraph."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any

__all__ = ["find"]

Box = Sequence[float]  # x0, y0, x1, y1 as fractions of the page, origin top left
# Size in pixels of the page for which pdfium computes positions. It is large, because positions are whole numbers.
_SHEET = 100_000
_NEAR = 0.012  # tolerance, as a share of the page, for the start of a quote inside its paragraph's box


def find(path: Path, number: int, texts: Sequence[str], boxes: Sequence[Box]) -> list[list[float]]:
    """Return the boxes, one per line, of ``texts`` on page ``number`` (from 1) of a PDF.

    Args:
        texts: pieces in reading order. White space and compatibility forms are ignored.
        boxes: of the paragraphs with the texts. Words elsewhere on the page are ignored.

    Returns:
        Boxes ``[x0, y0, x1, y1]`` as fractions of the page. An empty list if one of the texts is not found; then the
        boxes of the paragraphs are the better mark.
    """
    import pypdfium2 as pdfium

    document = pdfium.PdfDocument(path)
    page = document[number - 1]
    textpage = page.get_textpage()
    letters, owners = _letters(textpage)
    wanted = [plain for text in texts if (plain := _plain(text))]
    places = _places(page, textpage, letters, owners, wanted, boxes)
    return [
        line
        for start, length in places
        for line in _lines([_box(page, textpage, char) for char in dict.fromkeys(owners[start : start + length])])
    ]


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).split())


def _letters(textpage: Any) -> tuple[str, list[int]]:
    """Return the page's characters without white space, and for each the index of its character in pdfium."""
    import pypdfium2.raw as c

    letters: list[str] = []
    owners: list[int] = []
    for index in range(textpage.count_chars()):
        code = c.FPDFText_GetUnicode(textpage.raw, index)
        for letter in _plain(chr(code)) if code else "":
            letters.append(letter)
            owners.append(index)
    return "".join(letters), owners


def _places(
    page: Any, textpage: Any, letters: str, owners: list[int], wanted: list[str], boxes: Sequence[Box]
) -> list[tuple[int, int]]:
    """Return (start, length) of all pieces: as one piece, or each after the one before; empty if one is missing.

    A cell such as 「有」 is in every row of a table; only the cells next to it show which row is quoted.
    """
    together = "".join(wanted)
    start = _place(page, textpage, letters, owners, together, boxes, 0) if together else None
    if start is not None:
        return [(start, len(together))]
    found: list[tuple[int, int]] = []
    for piece in wanted:
        after = sum(found[-1]) if found else 0
        start = _place(page, textpage, letters, owners, piece, boxes, after)
        if start is None:
            return []
        found.append((start, len(piece)))
    return found


def _place(
    page: Any, textpage: Any, letters: str, owners: list[int], wanted: str, boxes: Sequence[Box], after: int
) -> int | None:
    """Return the index, from ``after`` on, where ``wanted`` starts inside one of the boxes; None if it does not."""
    at = letters.find(wanted, after)
    while at >= 0:
        x0, y0, x1, y1 = _box(page, textpage, owners[at])
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if not boxes or any(
            left - _NEAR <= x <= right + _NEAR and top - _NEAR <= y <= bottom + _NEAR
            for left, top, right, bottom in boxes
        ):
            return at
        at = letters.find(wanted, at + 1)
    return None


def _box(page: Any, textpage: Any, index: int) -> list[float]:
    """Return a character's box on the displayed page, with crop box and rotation applied."""
    import ctypes

    import pypdfium2.raw as c

    left, bottom, right, top = textpage.get_charbox(index, loose=True)
    seen: list[tuple[int, int]] = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(page.raw, 0, 0, _SHEET, _SHEET, 0, x, y, across, down)
        seen.append((across.value, down.value))
    (ax, ay), (bx, by) = seen
    return [min(ax, bx) / _SHEET, min(ay, by) / _SHEET, max(ax, bx) / _SHEET, max(ay, by) / _SHEET]


def _lines(boxes: list[list[float]]) -> list[list[float]]:
    """Join the boxes of characters that are next to each other in a line."""
    lines: list[list[float]] = []
    for x0, y0, x1, y1 in boxes:
        last = lines[-1] if lines else None
        height = y1 - y0
        level = last is not None and min(y1, last[3]) - max(y0, last[1]) > 0.5 * min(height, last[3] - last[1])
        if last is not None and level and x0 >= last[0] - height and x0 - last[2] < 3 * height:
            lines[-1] = [min(x0, last[0]), min(y0, last[1]), max(x1, last[2]), max(y1, last[3])]
        else:
            lines.append([x0, y0, x1, y1])
    return lines
