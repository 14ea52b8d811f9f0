"""Which text of a page nobody sees: of the colour of its ground, covered, clipped, switched off, tiny, never painted.

The page is drawn, and the text is looked for in the picture. Pages that give no cause are not drawn.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf.layout.glyphs import Glyph
from ingest.parsers.shared.colours import UNREADABLE_POINTS

__all__ = ["seen_and_unseen"]

# Pixels a point: the strokes of small type are seen at two.
_SCALE = 2.0
# The least difference of brightness, 0..255, in the place of a text that is seen.
_LEAST_CONTRAST = 14
# The brightness, 0..1, from which ink may be that of paper.
_BRIGHT = 0.8
_PAINTED_NOT = (3, 7)  # text render modes: invisible, clip only
_COVERS = (c.FPDF_PAGEOBJ_IMAGE, c.FPDF_PAGEOBJ_PATH, c.FPDF_PAGEOBJ_SHADING, c.FPDF_PAGEOBJ_FORM)
# The least share of the page that a thing covers, to be looked at.
_COVERED_SHARE = 0.0005


def seen_and_unseen(page: pdfium.PdfPage, glyphs: Sequence[Glyph]) -> tuple[list[Glyph], list[str]]:
    """Return the glyphs that are seen, and the texts that are not.

    Text in a scanned page's own layer is seen where the picture of the page has something in its place.
    """
    tiny = [one.size < UNREADABLE_POINTS for one in glyphs]
    if not any(tiny) and not _gives_cause(page):
        return list(glyphs), []
    picture = _picture(page)
    unseen = [small or _is_blank(picture, one) for small, one in zip(tiny, glyphs, strict=True)]
    _settle(glyphs, unseen)
    return [one for one, hidden in zip(glyphs, unseen, strict=True) if not hidden], _texts(glyphs, unseen)


def _picture(page: pdfium.PdfPage) -> npt.NDArray[np.uint8]:
    bitmap = page.render(scale=_SCALE, grayscale=True, may_draw_forms=False, draw_annots=True)
    found: npt.NDArray[np.uint8] = bitmap.to_numpy()
    return found.reshape(found.shape[0], found.shape[1])


def _is_blank(picture: npt.NDArray[np.uint8], glyph: Glyph) -> bool:
    """Whether the picture has one shade in the place of a glyph. Text that is turned is taken as seen."""
    if glyph.turn:
        return False
    height, width = picture.shape
    top, bottom = glyph.baseline - 0.9 * glyph.size, glyph.baseline + 0.2 * glyph.size
    top, bottom = int(top * _SCALE), int(bottom * _SCALE) + 1
    left, right = int(glyph.x0 * _SCALE), int(glyph.x1 * _SCALE) + 1
    place = picture[max(0, top) : min(height, bottom), max(0, left) : min(width, right)]
    return place.size == 0 or int(place.max()) - int(place.min()) < _LEAST_CONTRAST


def _settle(glyphs: Sequence[Glyph], unseen: list[bool]) -> None:
    """Treat the glyphs of a run alike: most decide. A full stop or a thin stroke may leave no trace in the picture."""
    starts = [0, *(n for n in range(1, len(glyphs)) if not _goes_on(glyphs[n - 1], glyphs[n])), len(glyphs)]
    for start, end in pairwise(starts):
        hidden = sum(unseen[start:end]) * 2 > end - start
        unseen[start:end] = [hidden] * (end - start)


def _goes_on(one: Glyph, other: Glyph) -> bool:
    same_line = abs(one.baseline - other.baseline) < 0.3 * max(one.size, other.size)
    return same_line and abs(one.size - other.size) < 0.5 and abs(other.x0 - one.x1) < 0.6 * one.size


def _texts(glyphs: Sequence[Glyph], unseen: Sequence[bool]) -> list[str]:
    """Return the unseen text, a piece for each line."""
    pieces: list[str] = []
    before: Glyph | None = None
    for one, hidden in zip(glyphs, unseen, strict=True):
        if not hidden:
            continue
        if before is None or abs(before.baseline - one.baseline) > 0.5 * max(before.size, one.size):
            pieces.append("")
        pieces[-1] += (" " if one.space else "") + one.text
        before = one
    return [one.strip() for one in pieces if any(map(str.isalnum, one))]


def _gives_cause(page: pdfium.PdfPage) -> bool:
    """Whether a page may hold text that is not seen: bright or unpainted ink, layers, things above text, clips."""
    width, height = page.get_size()
    below_text = True
    for item in page.get_objects(max_depth=4):
        raw = item.raw
        if item.type == c.FPDF_PAGEOBJ_TEXT:
            below_text = False
            if c.FPDFTextObj_GetTextRenderMode(raw) in _PAINTED_NOT or _is_bright(raw) or _is_in_layer(raw):
                return True
            if c.FPDFClipPath_CountPaths(c.FPDFPageObj_GetClipPath(raw)) > 0:
                return True
        elif item.type in _COVERS and not below_text:
            left, bottom, right, top = item.get_bounds()
            wide, high = right - left, top - bottom
            if wide * high > _COVERED_SHARE * width * height and min(wide, high) > 3:
                return True
    return False


def _is_bright(raw: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    if not c.FPDFPageObj_GetFillColor(raw, red, green, blue, alpha):
        return True
    shade = (0.3 * red.value + 0.59 * green.value + 0.11 * blue.value) / 255
    return shade >= _BRIGHT or alpha.value < 64


def _is_in_layer(raw: Any) -> bool:
    """Whether marked content of the object is that of an optional layer (/OC)."""
    buffer = (c.FPDF_WCHAR * 16)()
    length = ctypes.c_ulong()
    for index in range(c.FPDFPageObj_CountMarks(raw)):
        mark = c.FPDFPageObj_GetMark(raw, index)
        c.FPDFPageObjMark_GetName(mark, buffer, ctypes.sizeof(buffer), length)
        if bytes(buffer)[: max(0, length.value - 2)].decode("utf-16-le", "replace") == "OC":
            return True
    return False
