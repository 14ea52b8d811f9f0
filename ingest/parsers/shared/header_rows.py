"""Which rows of a table are its header, where the file does not state it."""

from __future__ import annotations

import re
from collections.abc import Sequence

__all__ = ["header_rows_of", "is_value"]

_VALUE = re.compile(
    r"[-+(]?\s*(?:HK|US|NT|RMB|MOP)?\s*[$€£¥]?\s*\d[\d,]*(?:\.\d+)?\s*%?\)?|\d{1,4}[-/.年]\d{1,2}(?:[-/.月]\d{1,4})?日?"
    r"|\d{1,2}:\d{2}(?::\d{2})?|[-–—✓✔✗×√]|N/?A",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60


def is_value(cell: str) -> bool:
    """Return whether a cell is a value (number, amount, date, time, tick); a header cell is not."""
    return bool(_VALUE.fullmatch(cell.strip()))


def header_rows_of(rows: Sequence[Sequence[str]]) -> int:
    """Return how many leading rows are header: 0, 1, or 2 where cells of the first span cells of the second.

    A header row holds short labels, all different, none of them a value. In a header of two rows the first row has
    equal neighbours (a merged cell), and with the labels of the second row below them all columns differ.
    """
    if len(rows) < 2 or len(rows[0]) < 2 or not _is_label_row(rows[0]):
        return 0
    spans = any(left and left == right for left, right in zip(rows[0], rows[0][1:], strict=False))
    if spans:
        columns = list(zip(rows[0], rows[1], strict=False))
        tells_apart = len(set(columns)) == len(columns) and _is_label_row(rows[1])
        return 2 if tells_apart and len(rows) > 2 else 0
    filled = [cell for cell in rows[0] if cell]
    return 1 if len(set(filled)) == len(filled) and len(filled) >= max(2, len(rows[0]) - 1) else 0


def _is_label_row(row: Sequence[str]) -> bool:
    return any(row) and not any(is_value(cell) or len(cell) > _LONGEST_LABEL for cell in row)
