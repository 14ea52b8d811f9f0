"""A text with citations in it. The citation itself stands where its marker will be; nobody looks for markers in words.

A quoted document may hold "[1]" of its own. A marker is therefore known by what it is and not by how it looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from assistant.answers.citations import Citation

__all__ = ["CitedText"]


@dataclass(frozen=True, slots=True)
class CitedText:
    """Pieces of a text in reading order; a citation among them reads as its marker ``[n]``."""

    parts: tuple[str | Citation, ...] = ()

    def __str__(self) -> str:
        return "".join(part if isinstance(part, str) else f"[{part.n}]" for part in self.parts)

    def __add__(self, other: CitedText) -> CitedText:
        return CitedText(self.parts + other.parts)

    @property
    def citations(self) -> list[Citation]:
        """The citations, each once, in the order in which they come."""
        return list({part.n: part for part in self.parts if isinstance(part, Citation)}.values())

    def lines(self) -> Iterator[CitedText]:
        """Yield the text line by line, each with the line break that ends it."""
        line: list[str | Citation] = []
        for part in self.parts:
            for piece in part.splitlines(keepends=True) if isinstance(part, str) else (part,):
                line.append(piece)
                if isinstance(piece, str) and piece.splitlines() != [piece]:
                    yield CitedText(tuple(line))
                    line = []
        if line:
            yield CitedText(tuple(line))
