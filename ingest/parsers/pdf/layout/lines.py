"""Fragments of one column → lines, top to bottom."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.text_repair import SECTION_MARKS, needs_space, squeeze
from kb.language.script import is_cjk

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
        self.text = join_parts(self.parts)

    @property
    def body_x(self) -> float:
        """Where the text after a leading label begins (the second fragment), else the line's own start."""
        return self.parts[1].x0 if len(self.parts) > 1 else self.x0

    @property
    def first_gap(self) -> float:
        """Width of the gap after the first fragment in units of the font size; 0 without one."""
        return (self.parts[1].x0 - self.parts[0].x1) / self.size if len(self.parts) > 1 else 0.0


def build_lines(fragments: Sequence[Fragment]) -> list[Line]:
    """Gather fragments that share a baseline (or, for raised marks, lie within the line's height)."""
    rows: list[list[Fragment]] = []
    for fragment in sorted(fragments, key=lambda f: f.middle):
        home = next((row for row in reversed(rows[-6:]) if _same_line(row, fragment)), None)
        if home is None:
            rows.append([fragment])
        else:
            home.append(fragment)
    lines = [Line(row) for row in rows]
    lines.sort(key=lambda line: (line.top + line.bottom) / 2)
    return lines


def _same_line(row: list[Fragment], fragment: Fragment) -> bool:
    main = max(row, key=lambda f: f.size * len(f.text))
    overlap = min(main.bottom, fragment.bottom) - max(main.top, fragment.top)
    if overlap < 0.5 * min(main.bottom - main.top, fragment.bottom - fragment.top):
        return False
    return all(f.x1 <= fragment.x0 + 0.3 * f.size or fragment.x1 <= f.x0 + 0.3 * f.size for f in row)


def join_parts(parts: Sequence[Fragment]) -> str:
    """Join fragments of one line; wide gaps become one space, but not inside spaced-out Chinese titles."""
    text = parts[0].text
    for last, part in itertools.pairwise(parts):
        gap = (part.x0 - last.x1) / max(part.size, 1.0)
        lone = len(part.text) == 1 or len(last.text) == 1
        if is_cjk(text[-1]) and is_cjk(part.text[0]):
            spaced_out = text[-1] not in SECTION_MARKS and ((lone and gap < 4) or gap < 1.2)
            text += part.text if spaced_out else "\u2003" + part.text
        elif needs_space(text[-1], part.text[0], gap, False):
            text += " " + part.text
        else:
            text += part.text
    return squeeze_keeping_tabs(text)


def squeeze_keeping_tabs(text: str) -> str:
    """Collapse spaces; a wide gap between two Chinese fragments stays one plain space."""
    return " ".join(squeeze(piece) for piece in text.split("\u2003"))
