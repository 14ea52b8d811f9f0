"""Glyphs of a pdfium page: character, box, size, weight, in points from the top left corner."""

from __future__ import annotations

import ctypes
import math
import re
from typing import Any, NamedTuple

import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf_layout.textfix import clean_char

__all__ = ["Affine", "Glyph", "page_affine", "read_glyphs"]

_BOLD_NAME = re.compile(r"bold|black|heavy|demi|-[wW][6-9]|粗", re.I)
_STROKED = 2  # text render mode: fill and stroke, a poor man's bold


class Glyph(NamedTuple):
    """One character, in points; ``space`` says that the text layer has a space before it.

    ``turn`` counts the quarter turns counter-clockwise of its writing; coordinates are those of the page
    turned back, so that every line runs from left to right.
    """

    text: str
    x0: float
    x1: float
    baseline: float
    size: float
    bold: bool
    space: bool
    turn: int


class Affine(NamedTuple):
    """Maps PDF user space (origin bottom left, unrotated) to the page as it is seen (origin top left)."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def __call__(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f

    def turned(self, quarters: int, width: float, height: float) -> Affine:
        """Return the mapping to the page (``width`` × ``height``) turned ``quarters`` clockwise."""
        a, b, c_, d, e, f = self
        for _ in range(quarters):
            a, b, c_, d, e, f = -b, a, -d, c_, height - f, e
            width, height = height, width
        return Affine(a, b, c_, d, e, f)


def page_affine(page: pdfium.PdfPage) -> Affine:
    """Return the mapping for ``page``, which honours its crop box and its /Rotate entry."""
    width, height = page.get_size()
    scale = 100

    def device(x: float, y: float) -> tuple[float, float]:
        px, py = ctypes.c_int(), ctypes.c_int()
        c.FPDF_PageToDevice(page, 0, 0, int(width * scale), int(height * scale), 0, x, y, px, py)
        return px.value / scale, py.value / scale

    span = 1000.0
    (ox, oy), (xx, xy), (yx, yy) = device(0, 0), device(span, 0), device(0, span)
    return Affine((xx - ox) / span, (xy - oy) / span, (yx - ox) / span, (yy - oy) / span, ox, oy)


class _Style(NamedTuple):
    size: float
    bold: bool
    turn: int


def read_glyphs(page: pdfium.PdfPage, textpage: pdfium.PdfTextPage, affine: Affine) -> list[Glyph]:
    """Return the glyphs in the order of the text layer, without those printed twice or off the page."""
    raw = textpage.raw
    width, height = page.get_size()
    box = c.FS_RECTF()
    ox, oy = ctypes.c_double(), ctypes.c_double()
    styles: dict[int, _Style] = {}
    seen: set[tuple[str, int, int]] = set()
    glyphs: list[Glyph] = []
    space = False
    for index in range(c.FPDFText_CountChars(raw)):
        text = clean_char(c.FPDFText_GetUnicode(raw, index))
        if text == " ":
            space = True
        if not text or text == " ":
            continue
        c.FPDFText_GetCharOrigin(raw, index, ox, oy)
        bx, by = affine(ox.value, oy.value)
        if not (-2 <= bx <= width + 2 and -2 <= by <= height + 2):
            continue
        mark = (text, round(bx / 1.5), round(by / 1.5))
        if mark in seen:
            continue
        seen.add(mark)
        pointer = ctypes.cast(c.FPDFText_GetTextObject(raw, index), ctypes.c_void_p).value or -1
        style = styles.get(pointer)
        if style is None:
            style = styles[pointer] = _style(raw, index, affine)
        c.FPDFText_GetLooseCharBox(raw, index, box)
        turned = affine.turned(style.turn, width, height) if style.turn else affine
        (x0, y0), (x1, y1) = turned(box.left, box.bottom), turned(box.right, box.top)
        baseline = turned(ox.value, oy.value)[1]
        size = style.size or abs(y1 - y0)
        glyphs.append(Glyph(text, min(x0, x1), max(x0, x1), baseline, size, style.bold, space, style.turn))
        space = False
    return glyphs


def _style(raw: Any, index: int, affine: Affine) -> _Style:
    """Read what is the same for all characters of one text object."""
    matrix = c.FS_MATRIX()
    c.FPDFText_GetMatrix(raw, index, matrix)
    size = c.FPDFText_GetFontSize(raw, index) * (math.hypot(matrix.c, matrix.d) or 1.0)
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    c.FPDFText_GetFontInfo(raw, index, name, 128, flags)
    bold = c.FPDFText_GetFontWeight(raw, index) >= 600 or bool(_BOLD_NAME.search(name.value.decode("utf-8", "replace")))
    if not bold:
        bold = c.FPDFTextObj_GetTextRenderMode(c.FPDFText_GetTextObject(raw, index)) == _STROKED
    dx, dy = affine.a * matrix.a + affine.c * matrix.b, affine.b * matrix.a + affine.d * matrix.b
    turn = round(math.atan2(-dy, dx) / (math.pi / 2)) % 4
    return _Style(abs(size), bold, turn)
