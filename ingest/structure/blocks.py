"""What an outline consists of: sections, and the blocks of text in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from ingest.structure.table_lines import TableBlock

__all__ = ["Block", "BlockPart", "Box", "Kind", "Outline", "Section"]

Kind = Literal["heading", "text", "list", "table", "footnote", "toc"]
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 as fractions of the page, origin top left


@dataclass(slots=True)
class Section:
    """A node of the outline.

    Attributes:
        ordinal: its index in the list of sections; ``parent`` is the ordinal of the section around it.
        level: 1 at the top.
        clause: its clause path, None without a number.
        heading: "" for the text before the first heading.
        page: where it starts, counted from 1.
    """

    ordinal: int
    parent: int | None
    level: int
    clause: str | None
    heading: str
    page: int | None


@dataclass(frozen=True, slots=True)
class BlockPart:
    """The part of a block's text that is on one page: character offsets, page from 1, box."""

    start: int
    end: int
    page: int | None
    box: Box | None


@dataclass(slots=True)
class Block:
    """A paragraph, list item, heading, table or footnote.

    Attributes:
        element: index of the element it starts with.
        text: exact text of the document.
        section: ordinal of its section.
        clause: path of the clause it belongs to ("3.2.1(a)").
        depth: 0 for a clause or plain text; 1, 2, … for the items of a list inside it.
        parts: its text by page.
    """

    element: int
    text: str
    section: int
    clause: str | None
    kind: Kind
    depth: int = 0
    parts: list[BlockPart] = field(default_factory=list)
    table: TableBlock | None = None

    @property
    def pages(self) -> tuple[int, ...]:
        return tuple(dict.fromkeys(p.page for p in self.parts if p.page is not None))


@dataclass(slots=True)
class Outline:
    """The structure of one document; sections and blocks are in reading order."""

    sections: list[Section]
    blocks: list[Block]

    def path(self, ordinal: int | None) -> list[Section]:
        """Return the sections from the top level down to ``ordinal``."""
        found: list[Section] = []
        while ordinal is not None:
            found.insert(0, self.sections[ordinal])
            ordinal = self.sections[ordinal].parent
        return found
