"""Fragments of a page → columns in reading order.

A gutter is a vertical strip that hardly any line crosses, with lines of prose on both sides. Lines that cross it (a
title over two columns) split the page into bands; each band is read column by column. A strip beside clause numbers or
short cells is not a gutter: there the text is read line by line. Two blocks far apart whose lines are not level, such
as two notices on a board, are columns however short their lines are.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.typed_labels import read_label
from kb.language.script import display_width

__all__ = ["order_columns"]

STEP = 3.0  # resolution of the search for gutters, points
LEAST_LINES = 4
# Of two blocks that are not level: lines of each, width of the strip between them and distance of their lines in em,
# and the share of lines that may be level by chance.
_LEAST_APART, _WIDE, _LEVEL, _BY_CHANCE = 3, 2.0, 0.3, 0.4


def order_columns(fragments: Sequence[Fragment], depth: int = 0, rows: bool = True) -> list[list[Fragment]]:
    """Return groups of fragments in reading order. The lines of a group are read from top to bottom.

    Args:
        depth: how often the page was split already.
        rows: keep in one group what is side by side like the rows of a table.
    """
    if len(fragments) < 2 * _LEAST_APART or depth > 3:
        return [list(fragments)] if fragments else []
    gutter = _gutter(fragments, rows)
    if gutter is None:
        return [list(fragments)]
    crossing = sorted((f for f in fragments if f.x0 < gutter - 1 and f.x1 > gutter + 1), key=lambda f: f.top)
    rest = [f for f in fragments if not (f.x0 < gutter - 1 and f.x1 > gutter + 1)]
    return _bands(rest, crossing, gutter, depth, rows)


def _bands(
    rest: list[Fragment], crossing: list[Fragment], gutter: float, depth: int, rows: bool
) -> list[list[Fragment]]:
    """Return crossing lines and the columns of the bands between them, from top to bottom."""
    groups: list[list[Fragment]] = []
    pending = sorted(rest, key=lambda f: f.middle)
    spans: list[Fragment] = []
    for line in [*crossing, None]:
        band = [f for f in pending if line is None or f.middle < line.top]
        # fragments beside a crossing line belong to it, not to a column
        beside = [] if line is None else [f for f in pending if line.top <= f.middle <= line.bottom]
        if band:
            if spans:
                groups.append(spans)
                spans = []
            left = [f for f in band if (f.x0 + f.x1) / 2 < gutter]
            right = [f for f in band if (f.x0 + f.x1) / 2 >= gutter]
            if left and right and (_is_columnar(left, right, rows) or _are_apart(left, right)):
                groups.extend(order_columns(left, depth + 1, rows))
                groups.extend(order_columns(right, depth + 1, rows))
            else:
                groups.append(band)
        taken = {id(f) for f in band} | {id(f) for f in beside}
        pending = [f for f in pending if id(f) not in taken]
        if line is not None:
            spans.extend([line, *beside])
    if spans:
        groups.append(spans)
    return groups


def _gutter(fragments: Sequence[Fragment], rows: bool) -> float | None:
    left, right = min(f.x0 for f in fragments), max(f.x1 for f in fragments)
    steps = int((right - left) / STEP)
    if steps < 30:
        return None
    cover = [0] * (steps + 2)
    for f in fragments:
        cover[max(0, int((f.x0 - left) / STEP))] += 1
        cover[min(steps, int((f.x1 - left) / STEP)) + 1] -= 1
    cover = list(itertools.accumulate(cover))
    most = 0.25 * max(cover)
    free = [i for i in range(int(steps * 0.2), int(steps * 0.8)) if cover[i] <= most]
    for i in sorted(free, key=lambda i: (cover[i], abs(i / steps - 0.5))):
        x = left + (i + 0.5) * STEP
        one = [f for f in fragments if f.x1 <= x + 1]
        two = [f for f in fragments if f.x0 >= x - 1]
        enough = len(one) >= LEAST_LINES and len(two) >= LEAST_LINES
        if (enough and _is_columnar(one, two, rows)) or _are_apart(one, two):
            return x
    return None


def _is_columnar(left: list[Fragment], right: list[Fragment], rows: bool) -> bool:
    """Return whether both sides are columns of prose: lines that fill their column, one below the other."""
    if min(f.x0 for f in right) - max(f.x1 for f in left) < 4:
        return False
    if rows and sum("__" in f.text for f in right) >= 3:
        return False  # blanks to fill in belong to the words beside them
    if _is_prose(left) and _is_prose(right):
        return _numbers_continue(left, right) or not (rows and _starts_side_by_side(left, right, 0.8))
    return (
        _has_short_paragraphs(left)
        and _has_short_paragraphs(right)
        and (_numbers_continue(left, right) or not (rows and _starts_side_by_side(left, right, 0.5)))
    )


def _are_apart(left: list[Fragment], right: list[Fragment]) -> bool:
    """Return whether both sides are blocks far apart whose lines are not level, as the rows of a table would be."""
    one, two = _rows(left), _rows(right)
    if min(len(one), len(two)) < _LEAST_APART:
        return False
    em = max(f.size for f in (*left, *right))
    if min(f.x0 for f in right) - max(f.x1 for f in left) < _WIDE * em:
        return False
    fewer, more = sorted((one, two), key=len)
    middles = [row[0].middle for row in more]
    level = sum(any(abs(row[0].middle - other) < _LEVEL * em for other in middles) for row in fewer)
    return level <= _BY_CHANCE * len(fewer)


def _numbers_continue(left: list[Fragment], right: list[Fragment]) -> bool:
    """Return whether the clause numbers of the right side continue those of the left side: 4.2 | 4.3."""
    one, two = _numbers(left), _numbers(right)
    return len(one) >= 2 and len(two) >= 2 and one == sorted(one) and two == sorted(two) and one[-1] < two[0]


def _numbers(side: list[Fragment]) -> list[list[int]]:
    labels = (read_label(min(row, key=lambda f: f.x0).text) for row in _rows(side))
    return [[int(n) for n in re.findall(r"\d+", label.text)] for label in labels if label and label.kind == "number"]


def _rows(side: list[Fragment]) -> list[list[Fragment]]:
    rows: dict[int, list[Fragment]] = {}
    for f in side:
        rows.setdefault(round(f.middle / 4), []).append(f)
    return [row for _, row in sorted(rows.items())]


def _fills_column(side: list[Fragment], rows: list[list[Fragment]]) -> list[bool]:
    """Return for each row whether it fills the column."""
    starts, ends = sorted(f.x0 for f in side), sorted(f.x1 for f in side)
    x0, x1 = starts[len(starts) // 10], ends[-1 - len(ends) // 10]  # a stamp beside the column does not widen it
    return [max(f.x1 for f in row) - min(f.x0 for f in row) > 0.7 * (x1 - x0) for row in rows]


def _is_prose(side: list[Fragment]) -> bool:
    rows = _rows(side)
    letters = sum(len(f.text) for f in side)
    return len(rows) >= LEAST_LINES and sum(_fills_column(side, rows)) >= 0.45 * len(rows) and letters >= 12 * len(rows)


def _has_short_paragraphs(side: list[Fragment]) -> bool:
    """Return whether the side holds short paragraphs; a short line below a full one may be the end of a paragraph."""
    rows = _rows(side)
    full = _fills_column(side, rows)
    ends = [
        above and not here and min(f.top for f in row) - max(f.bottom for f in before) < 0.8 * row[0].size
        for above, here, before, row in zip(full, full[1:], rows, rows[1:], strict=False)
    ]
    letters = sum(display_width(f.text) for f in side)
    return len(rows) >= LEAST_LINES and sum(full) + sum(ends) >= 0.6 * len(rows) and letters >= 12 * len(rows)


def _starts_side_by_side(left: list[Fragment], right: list[Fragment], share: float) -> bool:
    """Return whether at least ``share`` of the paragraphs start side by side, as the cells of a table do."""
    one, two = sorted((_paragraph_tops(left), _paragraph_tops(right)), key=len)
    level = sum(1 for a in one if any(abs(a - b) < 4 for b in two))
    return level >= 3 and level >= share * len(one)


def _paragraph_tops(side: list[Fragment]) -> list[float]:
    """Return the tops of paragraphs: rows after a wider gap than the one before or after it."""
    tops = [min(f.top for f in row) for row in _rows(side)]
    steps = [b - a for a, b in itertools.pairwise(tops)]
    around = zip(steps[:1] + steps, steps[1:] + steps[-1:], strict=False)  # the steps before and after each
    return tops[:1] + [top for top, step, near in zip(tops[1:], steps, around, strict=True) if step > 1.15 * min(near)]
