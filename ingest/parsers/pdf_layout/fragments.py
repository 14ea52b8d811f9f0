"""Glyphs → fragments: runs of text on one baseline with no wide gap and no ruling inside."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsers.pdf_layout.glyphs import Glyph
from ingest.parsers.pdf_layout.rulings import Ruling
from ingest.parsers.pdf_layout.textfix import is_cjk, needs_space, squeeze

__all__ = ["Fragment", "build_fragments"]

GAP_EM = 0.9  # a wider gap ends a fragment: a tab, a column, a cell, or a stretched line (joined again later)
ASCENT, DESCENT = 0.86, 0.14


@dataclass(slots=True)
class Fragment:
    """Text with its box (points from the top left) and the look of its type."""

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    upright: bool = True

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def baseline(self) -> float:
        return self.bottom - DESCENT * self.size

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def build_fragments(glyphs: Sequence[Glyph], uprights: Sequence[Ruling] = ()) -> list[Fragment]:
    """Cut the glyph sequence at new baselines, wide gaps and vertical rulings."""
    fragments: list[Fragment] = []
    run: list[Glyph] = []
    for glyph in glyphs:
        if run and not _continues(run[-1], glyph, uprights):
            fragments.extend(_fragment(run))
            run = []
        run.append(glyph)
    fragments.extend(_fragment(run))
    return fragments


def _continues(last: Glyph, glyph: Glyph, uprights: Sequence[Ruling]) -> bool:
    size = max(last.size, glyph.size)
    if abs(glyph.baseline - last.baseline) > 0.25 * size or glyph.turn != last.turn:
        return False
    if max(last.size, 0.1) / max(glyph.size, 0.1) > 1.35 or max(glyph.size, 0.1) / max(last.size, 0.1) > 1.35:
        return False
    gap = glyph.x0 - last.x1
    if gap > GAP_EM * size or gap < -1.0 * size:
        return False
    if gap > 0.1 * size:
        return not any(last.x1 - 1 <= v.at <= glyph.x0 + 1 and v.start <= glyph.baseline <= v.end + 2 for v in uprights)
    return True


def _fragment(run: list[Glyph]) -> list[Fragment]:
    if not run:
        return []
    parts = [run[0].text]
    for last, glyph in itertools.pairwise(run):
        gap = (glyph.x0 - last.x1) / max(glyph.size, 1.0)
        if needs_space(last.text[-1], glyph.text[0], gap, glyph.space):
            parts.append(" ")
        parts.append(glyph.text)
    text = squeeze("".join(parts))
    if not text:
        return []
    sizes = sorted(g.size for g in run)
    size = sizes[len(sizes) // 2]
    baseline = sorted(g.baseline for g in run)[len(run) // 2]
    bold = sum(g.bold for g in run) * 2 > len(run)
    x0, x1 = min(g.x0 for g in run), max(g.x1 for g in run)
    return [Fragment(text, x0, baseline - ASCENT * size, x1, baseline + DESCENT * size, size, bold)]


def all_cjk(text: str) -> bool:
    """Return whether every character is written without spaces."""
    return all(is_cjk(char) for char in text)
