"""Tables without rulings: cells below each other on both sides of a free vertical strip.

It is a table only where the evidence is clear: the strip runs through several lines, both sides hold text (not only
clause numbers), and rows start at the same height. Two columns of prose are not a table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.lines import Line, build_lines
from ingest.parsers.pdf.layout.ruled_tables import PageTable, cell_text
from ingest.parsers.pdf.layout.table_heads import header_row_count, is_contents
from ingest.parsers.pdf.layout.typed_labels import read_label
from ingest.parsers.pdf.layout.unruled_rows import group_rows, is_nested, with_nested

__all__ = ["find_unruled_tables"]

GUTTER = 7.0  # points
MAX_CELL = 900
Strip = tuple[float, float]
_FAR = 1e6
_PAGE_NUMBER = re.compile(r"^\d{1,3}(\s*[-–]\s*\d{1,3})?$")


def find_unruled_tables(fragments: list[Fragment], contents: bool = False) -> tuple[list[PageTable], list[Fragment]]:
    """Return the unruled tables of a column, and the fragments outside them. ``contents``: as for ruled tables."""
    lines = build_lines(fragments)
    tables: list[PageTable] = []
    taken: set[int] = set()
    start = floor = 0
    while start < len(lines):
        run_start = start
        end, strips = _find_run(lines, start)
        start = _table_start(lines, start, strips, floor) if end - start >= 2 else start
        table = _make_table(lines[start:end], strips) if end - start >= 3 else None
        if table is None or (contents and is_contents(table.rows)):
            start = max(start, run_start) + 1
            continue
        tables.append(table)
        taken |= {id(part) for line in lines[start:end] for part in line.parts}
        start = floor = end
    return tables, [f for f in fragments if id(f) not in taken]


def _find_run(lines: Sequence[Line], start: int) -> tuple[int, list[Strip]]:
    """Return the end of the longest run of lines from ``start`` with a common free strip, and the free strips."""
    strips = _gaps(lines[start])
    end = start + 1
    if not strips:
        return end, []
    strips = [(-_FAR, lines[start].x0), *strips, (lines[start].x1, _FAR)]
    while end < len(lines):
        line = lines[end]
        if line.top - lines[end - 1].bottom > 3.2 * line.size:
            break
        narrowed = [piece for strip in strips for piece in _cut_strip(strip, line)]
        if not any(a > -_FAR and b < _FAR for a, b in narrowed):
            break
        strips = narrowed
        end += 1
    while (
        end - start > 1
        and not _gaps(lines[end - 1])
        and _gap_above(lines, end - 1) > 0.8
        and not is_nested(lines[end - 1].text)
    ):
        end -= 1  # a line without a gap, below the rows and at a distance, starts the next paragraph
    return end, [(a, b) for a, b in strips if a > -_FAR and b < _FAR]


def _table_start(lines: Sequence[Line], start: int, strips: list[Strip], floor: int) -> int:
    """Return the start of the table: lines directly above that leave the strips free belong to its header."""
    while start > floor and strips:
        line = lines[start - 1]
        near = lines[start].top - line.bottom < 0.45 * line.size
        if not near or any(
            len(_cut_strip(strip, line)) != 1 or _cut_strip(strip, line)[0] != strip for strip in strips
        ):
            break
        if line.x0 < min(s[0] for s in strips) and line.bold != lines[start].bold:
            break
        start -= 1
    return start


def _gap_above(lines: Sequence[Line], index: int) -> float:
    return (lines[index].top - lines[index - 1].bottom) / lines[index].size


def _gaps(line: Line) -> list[Strip]:
    return [
        (one.x1, two.x0)
        for one, two in zip(line.parts, line.parts[1:], strict=False)
        if two.x0 - one.x1 >= max(GUTTER, 0.9 * line.size) and not (one is line.parts[0] and _is_label(one.text))
    ]


def _cut_strip(strip: Strip, line: Line) -> list[Strip]:
    """Return the parts of a strip that ``line`` leaves free."""
    pieces = [strip]
    for part in line.parts:
        pieces = [
            piece
            for a, b in pieces
            for piece in ((a, min(b, part.x0)), (max(a, part.x1), b))
            if piece[1] - piece[0] >= GUTTER
        ]
    return pieces


def _make_table(lines: Sequence[Line], strips: list[Strip]) -> PageTable | None:
    parts = [part for line in lines for part in line.parts]
    edges = _edges(parts, strips)
    if not edges:
        return None
    grid = [[_column(edges, part) for part in line.parts] for line in lines]
    if sum(1 for row in grid if len(set(row)) > 1) < 2:
        return None
    rows = group_rows(lines, len(edges) + 1, grid)
    cells = [
        [
            cell_text([p for line in row for p in line.parts if _column(edges, p) == column])
            for column in range(len(edges) + 1)
        ]
        for row in rows
    ]
    cells = with_nested([row for row in cells if any(row)])
    if not _is_table(cells, lines, edges):
        return None
    bold = [part for part in parts if part.bold]
    size = sorted(part.size for part in parts)[len(parts) // 2]
    x0, x1 = min(p.x0 for p in parts), max(p.x1 for p in parts)
    return PageTable(
        cells, x0, lines[0].top, x1, max(line.bottom for line in lines), header_row_count(cells, bold, parts), size=size
    )


def _edges(parts: Sequence[Fragment], strips: list[Strip]) -> list[float]:
    """Return the middles of the strips between columns, without strips between clause numbers and their text."""
    edges: list[float] = []
    for strip in sorted(strips):
        middle = (strip[0] + strip[1]) / 2
        low = edges[-1] if edges else float("-inf")
        column = [p for p in parts if low < p.x0 and p.x1 <= middle + 1]
        beyond = [p for p in parts if p.x0 >= middle - 1]
        labels = sum(1 for p in column if _is_label(p.text))
        if column and beyond and labels < 0.6 * len(column):
            edges.append(middle)
    return edges


def _is_label(text: str) -> bool:
    label = read_label(text)
    return (label is not None and label.end >= len(text.rstrip())) or len(text) == 1


def _column(edges: Sequence[float], part: Fragment) -> int:
    return sum(1 for edge in edges if part.x0 >= edge - 1)


def _is_table(cells: list[list[str]], lines: Sequence[Line], edges: Sequence[float]) -> bool:
    """Return whether the cells are clearly a table."""
    texts = [cell for row in cells for cell in row if cell]
    filled = sum(1 for row in cells if sum(map(bool, row)) >= 2)
    if len(cells) < 2 or max(map(len, texts)) > MAX_CELL or filled < 0.5 * len(cells):
        return False
    headed = lines[0].bold and not all(line.bold for line in lines)
    if filled < (2 if headed or len(edges) > 1 else 3):
        return False
    last = [row[-1] for row in cells if row[-1]]
    if all(_PAGE_NUMBER.match(cell) for cell in last[1:]) and re.match(r"page|頁|\d", last[0], re.I):
        numbers = [int(re.findall(r"\d+", cell)[0]) for cell in last if re.search(r"\d", cell)]
        if numbers == sorted(numbers):
            return False  # a table of contents
    return sum(1 for row in cells if row[0]) >= 0.5 * len(cells)
