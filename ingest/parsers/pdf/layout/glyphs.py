"""The glyphs of a pdfium page: character, box, size and weight, in points from the top left corner."""

from __future__ import annotations

import ctypes
import math
import re
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from itertools import repeat
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf.layout.pdfium_calls import address, raw_function
from ingest.parsers.pdf.layout.text_repair import clean_char

__all__ = ["Affine", "Glyph", "page_affine", "read_glyphs"]

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|-[wW][6-9]|粗", re.I)
_STROKED = 2  # text render mode "fill and stroke", used to imitate bold type


Numbers = npt.NDArray[np.float64]
Indices = npt.NDArray[np.int64]


class Glyph(NamedTuple):
    """One character; coordinates in points.

    Attributes:
        space: whether the text layer has a space before it.
        turn: direction of its text in quarter turns counter-clockwise. The coordinates are those of the page rotated
            back, so that every line runs from left to right.
    """

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    bold: bool
    space: bool
    turn: int


_glyph: Callable[[tuple[Any, ...]], Glyph] = partial(tuple.__new__, Glyph)  # takes a third of the time of Glyph(…)


class Affine(NamedTuple):
    """Maps PDF user space (origin bottom left, not rotated) to the page as it is shown (origin top left)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Map a point, or points as two arrays."""
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def turned(self, quarters: int, width: float, height: float) -> Affine:
        """Return the mapping to the page (``width`` × ``height``) rotated clockwise by ``quarters``."""
        a, b, c_, d, e, f = self
        for _ in range(quarters):
            a, b, c_, d, e, f = -b, a, -d, c_, height - f, e
            width, height = height, width
        return Affine(a, b, c_, d, e, f)


def page_affine(page: pdfium.PdfPage) -> Affine:
    """Return the mapping for ``page``, with its crop box and its /Rotate entry."""
    width, height = page.get_size()
    scale = 100

    def device(x: float, y: float) -> tuple[float, float]:
        px, py = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(page, 0, 0, int(width * scale), int(height * scale), 0, x, y, px, py)
        return px.value / scale, py.value / scale

    span = 1000.0
    (ox, oy), (xx, xy), (yx, yy) = device(0, 0), device(span, 0), device(0, span)
    return Affine((xx - ox) / span, (xy - oy) / span, (yx - ox) / span, (yy - oy) / span, ox, oy)


_AT = (ctypes.c_void_p, ctypes.c_int)  # text page, index of the character
_get_unicode = raw_function(c.FPDFText_GetUnicode, ctypes.c_uint, *_AT)
_get_object = raw_function(c.FPDFText_GetTextObject, ctypes.c_void_p, *_AT)
_get_font = raw_function(c.FPDFTextObj_GetFont, ctypes.c_void_p, ctypes.c_void_p)
_get_mode = raw_function(c.FPDFTextObj_GetTextRenderMode, ctypes.c_int, ctypes.c_void_p)
_get_origin = raw_function(c.FPDFText_GetCharOrigin, ctypes.c_int, *_AT, ctypes.c_void_p, ctypes.c_void_p)
_get_box = raw_function(c.FPDFText_GetLooseCharBox, ctypes.c_int, *_AT, ctypes.c_void_p)


class _Style(NamedTuple):
    size: float
    bold: bool
    turn: int


class _Positions(NamedTuple):
    """Positions of the characters in PDF user space: origins (n × 2), boxes (n × 4: left, top, right, bottom)."""

    origins: Numbers
    boxes: Numbers

    def on_page(self, kept: Indices, affine: Affine) -> Numbers:
        """Return left, right, baseline and height (4 × n) of the ``kept`` characters, mapped by ``affine``."""
        left, top, right, bottom = self.boxes[kept].T
        (x0, y0), (x1, y1) = affine(left, bottom), affine(right, top)
        baseline = affine(*self.origins[kept].T)[1]
        return np.stack([np.minimum(x0, x1), np.maximum(x0, x1), baseline, np.abs(y1 - y0)])


def read_glyphs(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, affine: Affine) -> list[Glyph]:
    """Return the glyphs in the order of the text layer, without overprints and characters outside the page."""
    count = c.FPDFText_CountChars(textpage.raw)
    if count <= 0:
        return []
    width, height = page.get_size()
    handle = address(textpage.raw)
    codes = np.fromiter(map(_get_unicode, repeat(handle), range(count)), np.int64, count)
    readable = {code: clean_char(code) for code in set(codes.tolist())}
    positions = _read_positions(handle, count)
    x, y = affine(*positions.origins.T)
    visible = (x >= -2) & (x <= width + 2) & (y >= -2) & (y <= height + 2)
    visible &= ~np.isin(codes, [code for code, text in readable.items() if not text.strip()])
    kept = _without_overprints(np.flatnonzero(visible), codes, x, y)
    if not len(kept):
        return []
    blanks = np.cumsum(np.isin(codes, [code for code, text in readable.items() if text == " "]))[kept]
    items = map(_get_object, repeat(handle), kept.tolist())
    styles = _Styles(textpage.raw, affine).of([item or 0 for item in items], kept.tolist())
    turns = np.array([style.turn for style in styles])
    columns = np.empty((4, len(kept)))
    for turn in set(turns.tolist()):
        columns[:, turns == turn] = positions.on_page(kept[turns == turn], affine.turned(turn, width, height))
    left, right, baseline, heights = columns.tolist()
    sizes = [style.size or high for style, high in zip(styles, heights, strict=True)]
    texts, bold = map(readable.__getitem__, codes[kept].tolist()), [style.bold for style in styles]
    spaced = (np.diff(blanks, prepend=0) > 0).tolist()
    return list(map(_glyph, zip(texts, left, right, baseline, sizes, bold, spaced, turns.tolist(), strict=True)))


def _without_overprints(visible: Indices, codes: Indices, x: Numbers, y: Numbers) -> Indices:
    """Return the indices without overprints: a character printed twice at the same position imitates bold type."""
    marks = np.stack([codes[visible], np.rint(x[visible] / 1.5), np.rint(y[visible] / 1.5)], axis=1)
    _, first = np.unique(marks @ np.array([2.0**28, 2.0**14, 1.0]), return_index=True)
    return visible[np.sort(first)]


def _read_positions(handle: int, count: int) -> _Positions:
    origins, boxes = np.zeros((count, 2)), np.zeros((count, 4), dtype=np.float32)
    first = origins.ctypes.data
    xs, ys = range(first, first + 16 * count, 16), range(first + 8, first + 8 + 16 * count, 16)
    rects = range(boxes.ctypes.data, boxes.ctypes.data + 16 * count, 16)
    deque(map(_get_origin, repeat(handle), range(count), xs, ys), maxlen=0)
    deque(map(_get_box, repeat(handle), range(count), rects), maxlen=0)
    return _Positions(origins, boxes.astype(np.float64))


class _Styles:
    """Reads size, weight and direction once per text object, because all its characters share them; fonts only once."""

    def __init__(self, raw: Any, affine: Affine) -> None:
        self._raw, self._affine = raw, affine
        self._known: dict[int, _Style] = {}
        self._bold: dict[int | None, bool] = {}

    def of(self, items: Sequence[int], indices: Sequence[int]) -> list[_Style]:
        """Return the styles of the characters ``indices``; ``items`` are the addresses of their text objects."""
        for item, index in zip(items, indices, strict=True):
            if item not in self._known:
                self._known[item] = self._read(item, index)
        return [self._known[item] for item in items]

    def _read(self, item: int, index: int) -> _Style:
        matrix = c.FS_MATRIX()
        c.FPDFText_GetMatrix(self._raw, index, matrix)
        size = c.FPDFText_GetFontSize(self._raw, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
        font = _get_font(item) if item else None
        bold = self._bold.get(font)
        if bold is None:
            bold = self._bold[font] = self._is_bold(index)
        bold = bold or _get_mode(item) == _STROKED
        a = self._affine
        dx, dy = a.a * matrix.a + a.c * matrix.b, a.b * matrix.a + a.d * matrix.b
        return _Style(abs(size), bold, round(math.atan2(-dy, dx) / (math.pi / 2)) % 4)

    def _is_bold(self, index: int) -> bool:
        name = ctypes.create_string_buffer(128)
        c.FPDFText_GetFontInfo(self._raw, index, name, 128, ctypes.c_int())
        heavy = c.FPDFText_GetFontWeight(self._raw, index) >= 600
        return heavy or bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
