"""The rulings of a pdfium page: strokes and thin boxes that draw tables and underline headings."""

from __future__ import annotations

import ctypes
import itertools
from collections.abc import Iterator
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf.layout.glyphs import Affine
from ingest.parsers.pdf.layout.pdfium_calls import address, raw_function

__all__ = ["Ruling", "Rulings", "read_rulings"]

THIN = 3.0  # points; a thinner box is a line
MIN_LENGTH = 6.0
MAX_OBJECTS, MAX_SEGMENTS = 20_000, 6_000  # more of them are a drawing, not a table: it is not read to the end


_get_segment = raw_function(c.FPDFPath_GetPathSegment, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)
_get_point = raw_function(c.FPDFPathSegment_GetPoint, ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p)
_get_type = raw_function(c.FPDFPathSegment_GetType, ctypes.c_int, ctypes.c_void_p)
_get_close = raw_function(c.FPDFPathSegment_GetClose, ctypes.c_int, ctypes.c_void_p)


class Ruling(NamedTuple):
    """A line. ``at``: y of a horizontal or x of a vertical one; ``start``, ``end``: its ends in the other direction."""

    at: float
    start: float
    end: float


class Rulings(NamedTuple):
    """The rulings of one page, sorted by position; pieces of one line are joined."""

    horizontal: list[Ruling]
    vertical: list[Ruling]


def read_rulings(page: pdfium.PdfPage, affine: Affine) -> Rulings:
    """Return the horizontal and vertical rulings of ``page``, in points from its top left corner."""
    horizontal: list[Ruling] = []
    vertical: list[Ruling] = []
    for x0, y0, x1, y1 in _segments(page, affine):
        left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
        if bottom - top < THIN and right - left >= MIN_LENGTH:
            horizontal.append(Ruling((top + bottom) / 2, left, right))
        elif right - left < THIN and bottom - top >= MIN_LENGTH:
            vertical.append(Ruling((left + right) / 2, top, bottom))
    return Rulings(_join_pieces(horizontal), _join_pieces(vertical))


def _segments(page: pdfium.PdfPage, affine: Affine) -> Iterator[tuple[float, float, float, float]]:
    budget = MAX_SEGMENTS
    for path, stroked, matrices in _paths(page):
        count = c.FPDFPath_CountSegments(path)
        budget -= count
        if budget < 0:
            return
        points = [_map_point(point, matrices, affine) for point in _points(path, count)]
        yield from _box_or_lines(points, stroked)


def _paths(page: pdfium.PdfPage) -> Iterator[tuple[Any, bool, list[Any]]]:
    """Yield the visible paths, also those inside a form: path, whether stroked, matrices to apply."""
    for index in range(min(c.FPDFPage_CountObjects(page), MAX_OBJECTS)):
        item = c.FPDFPage_GetObject(page, index)
        kind = c.FPDFPageObj_GetType(item)
        if kind == c.FPDF_PAGEOBJ_PATH:
            yield from _visible_path(item, [_matrix(item)])
        elif kind == c.FPDF_PAGEOBJ_FORM:
            for inner in range(min(c.FPDFFormObj_CountObjects(item), MAX_OBJECTS)):
                child = c.FPDFFormObj_GetObject(item, inner)
                if c.FPDFPageObj_GetType(child) == c.FPDF_PAGEOBJ_PATH:
                    yield from _visible_path(child, [_matrix(child), _matrix(item)])


def _visible_path(path: Any, matrices: list[Any]) -> Iterator[tuple[Any, bool, list[Any]]]:
    fill, stroke = ctypes.c_int(), c.FPDF_BOOL()
    if c.FPDFPath_GetDrawMode(path, fill, stroke) and (fill.value or stroke.value):
        yield path, bool(stroke.value), matrices


def _matrix(item: Any) -> Any:
    matrix = c.FS_MATRIX()
    c.FPDFPageObj_GetMatrix(item, matrix)
    return matrix


def _points(path: Any, count: int) -> Iterator[tuple[int, float, float, bool]]:
    x, y = ctypes.c_float(), ctypes.c_float()
    handle, to_x, to_y = address(path), ctypes.addressof(x), ctypes.addressof(y)
    for index in range(count):
        segment = _get_segment(handle, index)
        if _get_point(segment, to_x, to_y):
            yield _get_type(segment), x.value, y.value, bool(_get_close(segment))


def _map_point(
    point: tuple[int, float, float, bool], matrices: list[Any], affine: Affine
) -> tuple[int, float, float, bool]:
    kind, x, y, close = point
    for m in matrices:
        x, y = m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f
    x, y = affine(x, y)
    return kind, x, y, close


def _box_or_lines(
    points: list[tuple[int, float, float, bool]], stroked: bool
) -> Iterator[tuple[float, float, float, float]]:
    """Yield the lines (x0, y0, x1, y1) of a path: a thin box is one line, a stroked box is its straight sides.

    A box that is only filled is shading: its sides are no rulings.
    """
    starts = [i for i, p in enumerate(points) if p[0] == c.FPDF_SEGMENT_MOVETO] + [len(points)]
    for first, end in itertools.pairwise(starts):
        part = points[first:end]
        xs, ys = [p[1] for p in part], [p[2] for p in part]
        if len(part) >= 2 and (max(xs) - min(xs) < THIN or max(ys) - min(ys) < THIN):
            yield min(xs), min(ys), max(xs), max(ys)
            continue
        if not stroked:
            continue
        for one, two in itertools.pairwise(part):
            if two[0] == c.FPDF_SEGMENT_LINETO:
                yield one[1], one[2], two[1], two[2]
        if len(part) > 2 and part[-1][3]:
            yield part[-1][1], part[-1][2], part[0][1], part[0][2]


def _join_pieces(lines: list[Ruling]) -> list[Ruling]:
    joined: list[Ruling] = []
    for line in sorted(lines, key=lambda r: (round(r.at / 2), r.start)):
        last = joined[-1] if joined else None
        if last and abs(last.at - line.at) <= 2.0 and line.start <= last.end + THIN:
            joined[-1] = Ruling(last.at, min(last.start, line.start), max(last.end, line.end))
        else:
            joined.append(line)
    return joined
