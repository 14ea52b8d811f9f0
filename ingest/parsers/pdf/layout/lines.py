"""Fragments of one column → lines, from top to bottom."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.text_repair import SECTION_MARKS, needs_space, squeeze
from kb.language.script import is_cjk, raised_digits

__all__ = ["Line", "build_lines"]


@dataclass(slots=True)
class Line:
    """One line of a column; ``parts`` are its fragments from left to right."""

    parts: list[Fragment]
    text: str = field(init=False)
    x0: float = field(init=False)
    x1: float = field(init=False)
    top: float = field(init=False)
    bottom: float = field(init=False)
    size: float = field(init=False)
    bold: bool = field(init=False)

    def __post_init__(self) -> None:
        self.parts.sort(key=lambda p: p.x0)
        main = max(self.parts, key=lambda p: len(p.text) * p.size)
        self.x0, self.x1 = self.parts[0].x0, max(p.x1 for p in self.parts)
        self.top, self.bottom = main.top, main.bottom
        self.size = main.size
        letters = sum(len(p.text) for p in self.parts)
        self.bold = sum(len(p.text) for p in self.parts if p.bold) > 0.8 * letters
        self.text = _join_parts(self.parts)

    @property
    def body_x(self) -> float:
        """Left edge of the text after a label (the second fragment); without one the left edge of the line."""
        return self.parts[1].x0 if len(self.parts) > 1 else self.x0

    @property
    def first_gap(self) -> float:
        """Width of the gap after the first fragment in units of the font size; 0 without one."""
        return (self.parts[1].x0 - self.parts[0].x1) / self.size if len(self.parts) > 1 else 0.0


def build_lines(fragments: Sequence[Fragment]) -> list[Line]:
    """Group fragments that overlap in height by at least half (raised marks too) into lines."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: f.middle):
        row_of_fragment = next((row for row in reversed(rows[-6:]) if _same_line(row, fragment)), None)
        if row_of_fragment is None:
            rows.append([fragment])
        else:
            row_of_fragment.append(fragment)
    lines = [Line(row) for row in rows]
    lines.sort(key=lambda line: (line.top + line.bottom) / 2)
    return lines


def _same_line(row: list[Fragment], fragment: Fragment) -> bool:
    main = max(row, key=lambda f: f.size * len(f.text))
    overlap = min(main.bottom, fragment.bottom) - max(main.top, fragment.top)
    if overlap < 0.5 * min(main.bottom - main.top, fragment.bottom - fragment.top):
        return False
    return all(f.x1 <= fragment.x0 + 0.3 * f.size or fragment.x1 <= f.x0 + 0.3 * f.size for f in row)


def _join_parts(parts: Sequence[Fragment]) -> str:
    """Join the fragments of one line. A wide gap becomes one space, except in a Chinese title with wide spacing."""
    main = max(parts, key=lambda part: len(part.text) * part.size)
    text = _with_raised_digits(parts[0], main)
    for last, part in itertools.pairwise(parts):
        gap = (part.x0 - last.x1) / max(part.size, 1.0)
        single_character = len(part.text) == 1 or len(last.text) == 1
        if is_cjk(text[-1]) and is_cjk(part.text[0]):
            spaced_out = text[-1] not in SECTION_MARKS and ((single_character and gap < 4) or gap < 1.2)
            text += part.text if spaced_out else "\u2003" + part.text
        elif (raised := _with_raised_digits(part, main)) != part.text:
            text += raised
        elif needs_space(text[-1], part.text[0], gap, False):
            text += " " + part.text
        else:
            text += part.text
    return _squeeze_keeping_gaps(text)


def _with_raised_digits(part: Fragment, main: Fragment) -> str:
    """Return the text of a part of a line; raised small digits, as of a footnote's mark, in Unicode's raised form."""
    is_raised = part.size < 0.8 * main.size and part.bottom < main.bottom - 0.15 * main.size
    return raised_digits(part.text) if is_raised and part.text.isdigit() and len(part.text) <= 3 else part.text


def _squeeze_keeping_gaps(text: str) -> str:
    """Collapse spaces; an em space, which marks a wide gap between Chinese fragments, becomes one space."""
    return " ".join(squeeze(piece) for piece in text.split("\u2003"))
