"""The units of the bare numbers in a table row, which only the names of its columns tell."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.evidence.quotable_spans import QuotableSpan, column_names
from kb.core import data_files
from kb.language.script import fold

__all__ = ["cells_with_units", "with_units"]

_BARE_NUMBER = re.compile(r"\$?\s?\d[\d,]*(?:\.\d+)?")


@cache
def _table() -> tuple[tuple[re.Pattern[str], str], ...]:
    rows = data_files.rows("assistant.evidence", "column_units.tsv")
    return tuple((re.compile(fold(pattern)), unit) for pattern, unit in rows)


@lru_cache(maxsize=5_000)
def _unit(column: str) -> str:
    """Return the unit that a column's name gives to the numbers below it, "" if none."""
    folded = fold(column)
    for pattern, unit in _table():
        match = pattern.search(folded)
        if match:
            return match.expand(unit)
    return ""


def with_units(span: QuotableSpan) -> str:
    """Return the text of a span; in a table row, each bare number is followed by the unit in its column's name.

    The unit is folded text, for comparison only, not for display.
    """
    return "\t".join(cells_with_units(span)) if span.is_row else span.text


def cells_with_units(row: QuotableSpan) -> list[str]:
    """Return the cells of a row; each bare number is followed by the unit in its column's name."""
    cells, names = row.text.split("\t"), column_names(row)
    names += [""] * (len(cells) - len(names))
    return [
        cell + _unit(name) if _BARE_NUMBER.fullmatch(cell.strip()) else cell
        for name, cell in zip(names, cells, strict=False)
    ]
