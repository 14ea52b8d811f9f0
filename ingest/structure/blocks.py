"""What an outline is made of: sections, and the blocks of text that stand in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ingest.structure.table_lines import TableBlock

__all__ = ["Block", "Box", "Kind", "Outline", "Part", "Section"]

Kind = Literal["heading", "text", "list", "table", "footnote", "toc"]
Box = tuple[float, float, float, float]


@dataclass(slots=True)
class Section:
    """A node of the outline. ``level`` is 1 at the top; ``parent`` is an ordinal; ``page`` counts from 1."""

    ordinal: int
    parent: int | None
    level: int
    clause: str | None
    heading: str
    page: int | None


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a block's text (character offsets) on one page; box in fractions of the page, top-left origin."""

    start: int
    end: int
    page: int | None
    box: Box | None


@dataclass(slots=True)
class Block:
    """A paragraph, list item, heading, table or footnote: exact text, where it stands and on which pages.

    ``depth`` is 0 for a clause or plain text and 1, 2, … for the items of a list inside it.
    """

    element: int
    text: str
    section: int
    clause: str | None
    kind: Kind
    depth: int = 0
    parts: list[Part] = field(default_factory=list)
    table: TableBlock | None = None

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(p.page for p in self.parts if p.page is not None))

    @property
    def box(self) -> Box | None:
        return self.parts[0].box if self.parts else None


@dataclass(slots=True)
class Outline:
    sections: list[Section]
    blocks: list[Block]

    def path(self, ordinal: int | None) -> list[Section]:
        """The sections from the top down to ``ordinal``."""
        found: list[Section] = []
        while ordinal is not None:
            found.insert(0, self.sections[ordinal])
            ordinal = self.sections[ordinal].parent
        return found
