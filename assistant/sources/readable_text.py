"""The text of a version for reading, chunk by chunk, with the quoted characters marked."""

from __future__ import annotations

from dataclasses import dataclass

from kb.library.documents import Library
from kb.prompt_injection.chunk_orders import withheld
from kb.store.tables.library_tables import ChunkRow

__all__ = ["TextBlock", "around", "blocks"]

# The number of blocks shown before and after the block of a quote.
BEFORE, AFTER = 2, 3


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A chunk for reading.

    Attributes:
        ordinal: its position in the version.
        kind: "text", "list", "table" or "footnote". The cells of a table row are separated by tabs.
        start, end: the quoted characters of ``text``; None if nothing is quoted.
        left_out: the characters that speak to an assistant and are never quoted.
    """

    chunk_id: int
    ordinal: int
    heading_path: list[str]
    clause: str | None
    pages: list[int]
    kind: str
    text: str
    start: int | None = None
    end: int | None = None
    left_out: tuple[tuple[int, int], ...] = ()


def blocks(library: Library, version_id: int, first: int, count: int) -> list[TextBlock]:
    """Return at most ``count`` blocks of a version, from ordinal ``first`` on."""
    return [_block(row) for row in library.chunks_of(version_id, first, count)]


def around(library: Library, chunk: ChunkRow, start: int, end: int) -> list[TextBlock]:
    """Return the block of a quote with the blocks before and after it, in reading order."""
    first = max(0, chunk.ordinal - BEFORE)
    found = blocks(library, chunk.version_id, first, chunk.ordinal - first + 1 + AFTER)
    return [_block(chunk, start, end) if one.chunk_id == chunk.id else one for one in found]


def _block(row: ChunkRow, start: int | None = None, end: int | None = None) -> TextBlock:
    place = (row.id, row.ordinal, list(row.heading_path), row.clause, list(row.pages), row.kind)
    return TextBlock(*place, row.text, start, end, tuple(withheld(row.orders)))
