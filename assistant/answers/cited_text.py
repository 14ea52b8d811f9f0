"""A text with citations in it. The citation object is at the place of its marker, so no code searches for markers.

A quoted document may contain "[1]" itself. So a marker is known by its type, not by its characters.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answers.citations import Citation

__all__ = ["CitedText"]


@dataclass(frozen=True, slots=True)
class CitedText:
    """Pieces of a text in reading order: strings and citations. ``str`` gives a citation as its marker ``[n]``."""

    parts: tuple[str | Citation, ...] = ()

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"[{part.n}]" for part in self.parts)

    def __add__(self, other: CitedText) -> CitedText:
        return CitedText(self.parts + other.parts)

    @property
    def citations(self) -> list[Citation]:
        """The citations, each once, in reading order."""
        return list({part.n: part for part in self.parts if isinstance(part, Citation)}.values())

    def lines(self) -> Iterator[CitedText]:
        """Yield the text line by line, each line with its line break."""
        line: list[str | Citation] = []
        for part in self.parts:
            for piece in part.splitlines(keepends=True) if isinstance(part, str) else (part,):
                line.append(piece)
                if isinstance(piece, str) and piece.splitlines() != [piece]:
                    yield CitedText(tuple(line))
                    line = []
        if line:
            yield CitedText(tuple(line))
