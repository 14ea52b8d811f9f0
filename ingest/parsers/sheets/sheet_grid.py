"""Cells of a sheet → tables, headings and paragraphs; for spreadsheets and CSV files."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.header_rows import header_rows_of, is_value
from ingest.parsers.shared.text_headings import heading_level, looks_like_heading

__all__ = ["Grid", "add_grid"]


@dataclass(slots=True)
class Grid:
    """Cell texts as they are shown, row by row. ``bold``: per row, whether its cells are bold or have a background."""

    rows: list[list[str]]
    bold: list[bool] = field(default_factory=list)


@dataclass(slots=True)
class _Region:
    """A rectangle of cells without an empty row or column; bounds are inclusive."""

    top: int
    bottom: int
    left: int
    right: int


def add_grid(builder: ElementBuilder, grid: Grid) -> None:
    """Add the tables of a sheet; single cells above a table become headings or paragraphs."""
    width = max((len(row) for row in grid.rows), default=0)
    cells = [[*row, *[""] * (width - len(row))] for row in grid.rows]
    bold = [*grid.bold, *[False] * (len(cells) - len(grid.bold))]
    pending: tuple[_Region, list[list[str]], int] | None = None
    for region in _regions(cells, _Region(0, len(cells) - 1, 0, width - 1)):
        rows = [row[region.left : region.right + 1] for row in cells[region.top : region.bottom + 1]]
        row_bold = bold[region.top : region.bottom + 1]
        titles = _title_rows(rows)
        rows[titles:] = _without_empty_columns(rows[titles:])
        header = _header_rows(rows[titles:], row_bold[titles:])
        if pending and not titles and not header and _is_continuation(pending, region):
            above, upper, upper_header = pending
            left = min(above.left, region.left)
            joined = [[""] * (above.left - left) + row for row in upper] + [
                [""] * (region.left - left) + row for row in rows
            ]
            bounds = _Region(above.top, region.bottom, left, max(above.right, region.right))
            pending = (bounds, joined, upper_header or len(upper))
            continue
        _add_table(builder, pending)
        pending = None
        _add_lines(builder, rows[:titles])
        if len(rows) > titles:
            pending = (region, rows[titles:], header)
    _add_table(builder, pending)


def _add_table(builder: ElementBuilder, table: tuple[_Region, list[list[str]], int] | None) -> None:
    if table is None:
        return
    _, rows, header = table
    if max(len({cell for cell in row if cell}) for row in rows) > 1:
        builder.table(rows, header)
    else:
        _add_lines(builder, rows)


def _add_lines(builder: ElementBuilder, rows: Sequence[Sequence[str]]) -> None:
    """Add rows with one text each as headings or paragraphs; a cell merged over several rows is added once."""
    before = ""
    for row in rows:
        text = next((cell for cell in row if cell), "")
        if text == before or (not before and text == builder.page_name):
            continue
        first, before = not before, text
        if looks_like_heading(text) and not is_value(text) and (first or heading_level(text) is not None):
            builder.title(text, 1)
        else:
            builder.narrative(text)


def _regions(cells: Sequence[Sequence[str]], within: _Region) -> Iterator[_Region]:
    """Yield regions: split at empty rows, then at empty columns, until there are none."""
    rows = [r for r in range(within.top, within.bottom + 1) if any(cells[r][within.left : within.right + 1])]
    for top, bottom in _runs(rows):
        columns = [c for c in range(within.left, within.right + 1) if any(cells[r][c] for r in range(top, bottom + 1))]
        parts = _without_spacers(cells, (top, bottom), list(_runs(columns)))
        for left, right in parts:
            region = _Region(top, bottom, left, right)
            if len(parts) == 1 and (top, bottom) == (within.top, within.bottom):
                yield region
            else:
                yield from _regions(cells, region)


def _without_spacers(
    cells: Sequence[Sequence[str]], rows: tuple[int, int], parts: list[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Join column runs with one empty column between them if mostly the same rows are filled: it is only a spacer."""

    def filled(left: int, right: int) -> set[int]:
        return {row for row in range(rows[0], rows[1] + 1) if any(cells[row][left : right + 1])}

    joined: list[tuple[int, int]] = []
    for left, right in parts:
        if joined and left - joined[-1][1] == 2:
            before, after = filled(*joined[-1]), filled(left, right)
            if len(before & after) >= 0.5 * len(before | after):
                joined[-1] = (joined[-1][0], right)
                continue
        joined.append((left, right))
    return joined


def _runs(numbers: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Yield the first and last number of each run of consecutive numbers."""
    start = previous = None
    for number in numbers:
        if start is None or previous is None:
            start = number
        elif number != previous + 1:
            yield start, previous
            start = number
        previous = number
    if start is not None and previous is not None:
        yield start, previous


def _title_rows(rows: Sequence[Sequence[str]]) -> int:
    """Return how many leading rows hold only one text (a title over the table, often a merged cell)."""
    count = 0
    for row in rows:
        if len({cell for cell in row if cell}) != 1:
            break
        count += 1
    wide = len(rows[0]) > 1 if rows else False
    return count if wide and count < len(rows) else 0


def _without_empty_columns(rows: list[list[str]]) -> list[list[str]]:
    """Remove empty columns at the right, which only a merged title above the table covered."""
    used = max((index + 1 for row in rows for index, cell in enumerate(row) if cell), default=0)
    return [row[:used] for row in rows]


def _header_rows(rows: Sequence[Sequence[str]], bold: Sequence[bool]) -> int:
    """Return the number of header rows: bold rows without values, else by the texts of the cells."""
    if len(rows) < 2 or len(rows[0]) < 2:
        return 0
    count = 0
    while count < min(3, len(rows) - 1) and bold[count] and sum(map(is_value, rows[count])) <= len(rows[count]) / 2:
        count += 1
    if count > 0 and not bold[count]:
        return count
    return header_rows_of(rows)


def _is_continuation(table: tuple[_Region, list[list[str]], int], region: _Region) -> bool:
    """Return whether a region continues the table above.

    It does when it has the same columns and no header, after one or two empty rows; and when the region above holds
    only a header, which an empty row separates from its rows.
    """
    above, rows, header = table
    if region.top - above.bottom > 3 or region.right > above.right:
        return False
    if header:
        return above.left <= region.left
    only_labels = len(rows) <= 3 and not any(is_value(cell) for row in rows for cell in row)
    return only_labels and region.left <= above.left + 1 and region.right > region.left
