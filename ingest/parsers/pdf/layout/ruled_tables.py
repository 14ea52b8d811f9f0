"""Ruled tables: crossing rulings make a grid, missing rulings merge its cells, fragments fill them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.lines import build_lines
from ingest.parsers.pdf.layout.rulings import Ruling, Rulings
from ingest.parsers.pdf.layout.table_heads import header_row_count, is_contents
from ingest.parsers.pdf.layout.text_repair import join_lines

__all__ = ["PageTable", "cell_text", "find_ruled_tables"]

NEAR = 4.0  # points; rulings at a smaller distance touch, or are the same grid line
PROSE_CELL = 900  # characters; a table with longer cells only arranges the page: its text is read as paragraphs


@dataclass(slots=True)
class PageTable:
    """A table: rows of cell texts (merged cells repeated), its box, number of header rows, type size."""

    rows: list[list[str]]
    x0: float
    top: float
    x1: float
    bottom: float
    header: int
    continued: bool = False
    size: float = 10.0


def find_ruled_tables(
    fragments: list[Fragment], rulings: Rulings, contents: bool = False
) -> tuple[list[PageTable], list[Fragment]]:
    """Return the ruled tables of a page, and the fragments outside them.

    ``contents``: the page has the heading "Contents", so a ruled list of page numbers is not a table.
    """
    tables: list[PageTable] = []
    rest = fragments
    for horizontal, vertical in _grids(rulings):
        table, taken = _make_table(rest, horizontal, vertical)
        if table is not None and not (contents and is_contents(table.rows)):
            tables.append(table)
            rest = [f for f in rest if id(f) not in taken]
    return tables, rest


def _grids(rulings: Rulings) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Group rulings that touch. A grid needs two horizontal rulings and a vertical one."""
    nodes = [(line, True) for line in rulings.horizontal] + [(line, False) for line in rulings.vertical]
    if not rulings.vertical or len(rulings.horizontal) < 2 or len(nodes) > 2000:
        return []
    parent = list(range(len(nodes)))

    def root(i: int) -> int:
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    count = len(rulings.horizontal)
    for i, a in enumerate(rulings.horizontal):
        for j, u in enumerate(rulings.vertical):
            if u.start - NEAR <= a.at <= u.end + NEAR and a.start - NEAR <= u.at <= a.end + NEAR:
                parent[root(i)] = root(count + j)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = {}
    for i, (line, is_across) in enumerate(nodes):
        groups.setdefault(root(i), ([], []))[0 if is_across else 1].append(line)
    return [g for g in groups.values() if len(g[0]) >= 2 and len(g[1]) >= 1]


def _positions(values: list[float]) -> list[float]:
    kept: list[float] = []
    for value in sorted(values):
        if not kept or value - kept[-1] > NEAR:
            kept.append(value)
    return kept


def _make_table(
    fragments: list[Fragment], horizontal: list[Ruling], vertical: list[Ruling]
) -> tuple[PageTable | None, set[int]]:
    left, right = min(a.start for a in horizontal), max(a.end for a in horizontal)
    xs = _positions([u.at for u in vertical] + [left, right])
    ys = _positions([a.at for a in horizontal])
    if len(xs) < 3 or len(ys) < 2:
        return None, set()
    inside = [
        f for f in fragments if xs[0] - 2 <= (f.x0 + f.x1) / 2 <= xs[-1] + 2 and ys[0] - 2 <= f.middle <= ys[-1] + 2
    ]
    cell_of = _merged_slots(xs, ys, horizontal, vertical)
    cells: dict[int, list[Fragment]] = {}
    for f in inside:
        cells.setdefault(cell_of[_slot(ys, f.middle)][_slot(xs, f.x0 + min(f.width, 6.0) / 2)], []).append(f)
    texts = {key: cell_text(parts) for key, parts in cells.items()}
    if len(texts) < 2 or max(len(t) for t in texts.values()) > PROSE_CELL:
        return None, set()
    used = [[texts.get(key, "") for key in row] for row in _without_blank(cell_of, texts)]
    if len(used) < 1 or len(used[0]) < 2:
        return None, set()
    header = header_row_count(used, [f for f in inside if f.bold], inside)
    size = sorted(f.size for f in inside)[len(inside) // 2]
    return PageTable(used, xs[0], ys[0], xs[-1], ys[-1], header, size=size), {id(f) for f in inside}


def _slot(edges: list[float], value: float) -> int:
    for index in range(len(edges) - 2, -1, -1):
        if value >= edges[index]:
            return index
    return 0


def _covered(lines: Sequence[Ruling], at: float, start: float, end: float) -> bool:
    length = sum(max(0.0, min(line.end, end) - max(line.start, start)) for line in lines if abs(line.at - at) <= NEAR)
    return length >= 0.6 * (end - start)


def _merged_slots(
    xs: list[float], ys: list[float], horizontal: list[Ruling], vertical: list[Ruling]
) -> list[list[int]]:
    """Return for each slot of the grid, row by row, the number of the cell it belongs to."""
    width, height = len(xs) - 1, len(ys) - 1
    parent = list(range(width * height))

    def root(i: int) -> int:
        while parent[i] != i:
            i = parent[i]
        return i

    for row in range(height):
        for column in range(width):
            slot = row * width + column
            if column + 1 < width and not _covered(vertical, xs[column + 1], ys[row], ys[row + 1]):
                parent[root(slot + 1)] = root(slot)
            if row + 1 < height and not _covered(horizontal, ys[row + 1], xs[column], xs[column + 1]):
                parent[root(slot + width)] = root(slot)
    return [[root(row * width + column) for column in range(width)] for row in range(height)]


def cell_text(parts: Sequence[Fragment]) -> str:
    """Return the text of one cell, with its lines joined."""
    text = ""
    for line in build_lines([f for f in parts if f.horizontal] or parts):
        text = join_lines(text, line.text)
    return text


def _without_blank(cell_of: list[list[int]], texts: dict[int, str]) -> list[list[int]]:
    """Remove rows and columns of the grid without text, and those with the same merged cells as the one before."""

    def kept(rows: list[list[int]]) -> list[list[int]]:
        some = [row for row in rows if any(texts.get(key) for key in row)]
        return [row for i, row in enumerate(some) if i == 0 or row != some[i - 1]]

    by_column = kept([list(column) for column in zip(*kept(cell_of), strict=True)])
    return [list(row) for row in zip(*by_column, strict=True)]
