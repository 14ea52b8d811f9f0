"""Lines of an unruled table → its rows."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ingest.parsers.pdf.layout.lines import Line

__all__ = ["group_rows", "is_nested", "with_nested"]

_NESTED = re.compile(r"^[(（](ii|iii|iv|v|vi|vii|viii|ix|x)[)）]", re.I)


def group_rows(lines: Sequence[Line], columns: int, grid: list[list[int]]) -> list[list[Line]]:
    """Split the lines into rows: at free space between lines, or else where a line starts in the first column.

    Args:
        columns: number of columns.
        grid: for each line, the column of each of its parts.
    """
    gaps = [_free_height(lines, index) for index in range(1, len(lines))]
    usual = sorted(gaps)[len(gaps) // 4]
    cuts = [index for index, gap in enumerate(gaps, 1) if gap > usual + 0.3]
    full = sum(1 for row in grid if len(set(row)) == columns)
    if full >= 0.6 * len(lines) and not any(_wraps(lines, grid, column) for column in range(columns)):
        cuts = sorted(
            {
                *cuts,
                *(
                    index
                    for index in range(1, len(lines))
                    if grid[index] and grid[index][0] == 0 and len(set(grid[index])) > 1
                ),
            }
        )
    bounds = [0, *cuts, len(lines)]
    return [list(lines[a:b]) for a, b in itertools.pairwise(bounds) if b > a]


def _wraps(lines: Sequence[Line], grid: list[list[int]], column: int) -> bool:
    """Return whether the cells of ``column`` are wrapped prose: most of its lines fill its width."""
    parts = [
        p for line, row in zip(lines, grid, strict=True) for p, c in zip(line.parts, row, strict=True) if c == column
    ]
    width = max((p.width for p in parts), default=0.0)
    full = sum(1 for p in parts if p.width > 0.85 * width)
    return width > 100 and len(parts) >= 3 and full >= 0.55 * len(parts)


def is_nested(text: str) -> bool:
    """Return whether ``text`` continues a list that starts above: "(ii)", "(iii)" …"""
    return bool(_NESTED.match(text))


def with_nested(rows: list[list[str]]) -> list[list[str]]:
    """Join a row such as "(iii) …" without values to the row above, whose values it shares."""
    joined: list[list[str]] = []
    for row in rows:
        if joined and is_nested(row[0]) and not any(row[1:]):
            joined[-1][0] = f"{joined[-1][0]} {row[0]}"
        else:
            joined.append(row)
    return joined


def _free_height(lines: Sequence[Line], index: int) -> float:
    """Return the free height between the lines before ``index`` and the lines from it on, in units of the type size."""
    above = max(line.bottom for line in lines[:index])
    below = min(line.top for line in lines[index:])
    return (below - above) / lines[index].size
