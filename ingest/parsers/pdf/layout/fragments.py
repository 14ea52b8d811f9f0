"""Glyphs → fragments: text on one baseline, without a wide gap or a vertical ruling inside."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

from ingest.parsers.pdf.layout.glyphs import Glyph
from ingest.parsers.pdf.layout.rulings import Ruling
from ingest.parsers.pdf.layout.text_repair import needs_space, squeeze

__all__ = ["Fragment", "build_fragments"]

GAP_EM = 0.9  # a wider gap ends a fragment: a tab, a column, a cell, or a justified line (joined again later)
ASCENT, DESCENT = 0.86, 0.14


@dataclass(slots=True)
class Fragment:
    """Text with its box (points from the top left corner), type size and weight.

    ``horizontal`` is False for text that runs in another direction than the text of the page.
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    bold: bool
    horizontal: bool = True

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2

    @property
    def baseline(self) -> float:
        return self.bottom - DESCENT * self.size

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def build_fragments(glyphs: Sequence[Glyph], vertical_rulings: Sequence[Ruling] = ()) -> list[Fragment]:
    """Split the glyphs at new baselines, wide gaps and vertical rulings."""
    starts = [
        index
        for index, (last, glyph) in enumerate(itertools.pairwise(glyphs), 1)
        if not _continues(last, glyph, vertical_rulings)
    ]
    fragments = (_make_fragment(glyphs[a:b]) for a, b in itertools.pairwise([0, *starts, len(glyphs)]))
    return [fragment for fragment in fragments if fragment is not None]


def _continues(last: Glyph, glyph: Glyph, vertical_rulings: Sequence[Ruling]) -> bool:
    _, _, right, baseline, size, _, _, turn = last
    _, left, _, here, other, _, _, turned = glyph
    if size != other:
        small, size = (size, other) if size < other else (other, size)
        if max(size, 0.1) > 1.35 * max(small, 0.1):
            return False
    if not -0.25 * size <= here - baseline <= 0.25 * size or turned != turn:
        return False
    gap = left - right
    if gap > GAP_EM * size or gap < -1.0 * size:
        return False
    if gap > 0.1 * size and vertical_rulings:
        return not any(right - 1 <= v.at <= left + 1 and v.start <= here <= v.end + 2 for v in vertical_rulings)
    return True


def _make_fragment(run: Sequence[Glyph]) -> Fragment | None:
    if not run:
        return None
    texts, lefts, rights, baselines, sizes, bolds, spaces, _ = zip(*run, strict=True)
    parts = [texts[0]]
    for before, right, text, left, size, space in zip(
        texts, rights, texts[1:], lefts[1:], sizes[1:], spaces[1:], strict=False
    ):
        if needs_space(before[-1], text[0], (left - right) / (size if size > 1.0 else 1.0), space):
            parts.append(" ")
        parts.append(text)
    text = squeeze("".join(parts))
    if not text:
        return None
    size, baseline = sorted(sizes)[len(run) // 2], sorted(baselines)[len(run) // 2]
    top, bottom = baseline - ASCENT * size, baseline + DESCENT * size
    return Fragment(text, min(lefts), top, max(rights), bottom, size, sum(bolds) * 2 > len(run))
