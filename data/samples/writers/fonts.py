"""Noto CJK HK as TrueType, because reportlab embeds TrueType outlines only; needed for rebuilding alone."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont as OpenFont
from fontTools.ttLib.ttCollection import TTCollection
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

__all__ = ["register"]

_FOLDER = Path("/usr/share/fonts/opentype/noto")
_FACES = {
    "sans": ("NotoSansCJK-Regular.ttc", "Noto Sans CJK HK"),
    "sans-bold": ("NotoSansCJK-Bold.ttc", "Noto Sans CJK HK"),
    "serif": ("NotoSerifCJK-Regular.ttc", "Noto Serif CJK HK"),
    "serif-bold": ("NotoSerifCJK-Bold.ttc", "Noto Serif CJK HK"),
}


def _face(file: str, family: str) -> OpenFont:
    path = _FOLDER / file
    if not path.exists():
        raise SystemExit(f"{file} is missing: apt-get install fonts-noto-cjk (needed only to rebuild the samples)")
    return next(font for font in TTCollection(path).fonts if font["name"].getDebugName(1).startswith(family))


def _to_truetype(font: OpenFont, out: Path) -> None:
    """Cubic to quadratic outlines, within half a unit of 1000."""
    order, glyphs, cmap = font.getGlyphOrder(), font.getGlyphSet(), font.getBestCmap()
    outlines = {}
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, max_err=0.5, reverse_direction=True))
        outlines[name] = pen.glyph()
    builder = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupCharacterMap(cmap)
    builder.setupGlyf(outlines)
    builder.setupHorizontalMetrics({name: font["hmtx"][name] for name in order})
    builder.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    builder.setupNameTable({"familyName": "Sinzi Sample", "styleName": "Regular", "psName": out.stem})
    builder.setupOS2()
    builder.setupPost()
    builder.font["head"].created = builder.font["head"].modified = 0
    builder.save(out)


@cache
def register(characters: str) -> None:
    """Register the faces of ``_FACES`` with reportlab, cut down to ``characters``."""
    folder = Path(tempfile.mkdtemp())
    for name, (file, family) in _FACES.items():
        font = _face(file, family)
        options = Options(layout_features=[], notdef_outline=True)
        subsetter = Subsetter(options)
        subsetter.populate(text=characters)
        subsetter.subset(font)
        missing = set(characters) - {chr(code) for code in font.getBestCmap()} - {"\n", "\t"}
        if missing:
            raise SystemExit(f"no glyph for {''.join(sorted(missing))}")
        path = folder / f"Sinzi-{name}.ttf"
        _to_truetype(font, path)
        pdfmetrics.registerFont(TTFont(name, path))
