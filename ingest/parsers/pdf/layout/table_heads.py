"""How many rows of a table are its header, and whether it is a table of contents."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ingest.parsers.pdf.layout.fragments import Fragment

__all__ = ["header_row_count", "is_contents"]


def header_row_count(rows: list[list[str]], bold: list[Fragment], inside: list[Fragment]) -> int:
    """Return the number of header rows: bold above regular type, or short words above longer text.

    Args:
        bold: the bold fragments of the table.
        inside: all its fragments.
    """
    if len(rows) < 2:
        return 0
    first = [cell for cell in rows[0] if cell]
    if len(first) < max(2, len(rows[0]) - 1) or any(_is_figure(cell) for cell in first):
        return 2 if _has_spanning_row(rows) else 0
    span = 1 + (1 if _has_spanning_row(rows) else 0)
    if bold and len(bold) < 0.8 * len(inside):
        tops = sorted({round(f.top) for f in inside})[: max(1, len(_line_tops(inside)) // 3)]
        if any(round(f.top) <= tops[-1] for f in bold) and _is_bold_row(rows[0], bold):
            return span
    rest = [cell for row in rows[1:] for cell in row if cell]
    longest = max(len(cell) for cell in first)
    mean = sum(len(cell) for cell in rest) / max(1, len(rest))
    if (
        len(rows[0]) >= 3
        and longest <= 120
        and (mean >= 0.6 * sum(map(len, first)) / len(first) or _are_mostly_figures(rest))
    ):
        return span
    return 0


def is_contents(rows: list[list[str]]) -> bool:
    """Return whether the last column holds increasing page numbers, as a table of contents does."""
    numbers = [int(n) for row in rows for n in re.findall(r"\d+", row[-1])]
    plain = all(re.fullmatch(r"[\d\s–-]*|page|頁|頁數|頁碼", row[-1], re.I) for row in rows)
    return plain and len(numbers) >= 3 and numbers == sorted(numbers)


def _line_tops(fragments: Sequence[Fragment]) -> set[int]:
    """Return the distinct tops of lines, rounded to points."""
    return {round(f.top) for f in fragments}


def _is_bold_row(row: list[str], bold: list[Fragment]) -> bool:
    texts = "".join(f.text for f in bold).replace(" ", "")
    return sum(1 for cell in row if cell and cell.replace(" ", "") in texts) >= 2


def _has_spanning_row(rows: list[list[str]]) -> bool:
    """Return whether the first row has a merged cell, and the second row the names of the columns below it."""
    if len(rows) < 3:
        return False
    first, second = rows[0], rows[1]
    merged = any(a and a == b for a, b in itertools.pairwise(first))
    return merged and len(set(first)) > 1 and all(second) and not any(_is_figure(cell) for cell in second)


def _is_figure(cell: str) -> bool:
    digits = sum(ch.isdigit() for ch in cell)
    return digits > 0 and digits >= 0.5 * len(cell.replace(" ", ""))


def _are_mostly_figures(cells: list[str]) -> bool:
    return sum(1 for cell in cells if cell[0].isdigit() or _is_figure(cell)) >= 0.3 * max(1, len(cells))
