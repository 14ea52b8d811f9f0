"""Readable text of a version, chunk by chunk, with the quoted characters marked."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import defer

from kb.library.documents import Library
from kb.store.tables.library_tables import ChunkRow

__all__ = ["TextBlock", "around", "blocks"]

BEFORE, AFTER = 2, 3


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A chunk to read; ``start``/``end`` are the quoted characters of ``text``, None where nothing is quoted.

    ``kind``: text, list, table or footnote; cells of a table's rows are parted by tabs.
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


def blocks(library: Library, version_id: int, first: int, count: int) -> list[TextBlock]:
    """Return ``count`` blocks of a version from ordinal ``first``."""
    query = (
        sa.select(ChunkRow)
        .options(defer(ChunkRow.vector))
        .where(ChunkRow.version_id == version_id, ChunkRow.ordinal >= first)
        .order_by(ChunkRow.ordinal)
        .limit(count)
    )
    with library.session() as session:
        return [_block(row) for row in session.scalars(query)]


def around(library: Library, chunk: ChunkRow, start: int, end: int) -> list[TextBlock]:
    """Return the block of a quote with its neighbours, in reading order."""
    first = max(0, chunk.ordinal - BEFORE)
    found = blocks(library, chunk.version_id, first, chunk.ordinal - first + 1 + AFTER)
    return [_block(chunk, start, end) if one.chunk_id == chunk.id else one for one in found]


def _block(row: ChunkRow, start: int | None = None, end: int | None = None) -> TextBlock:
    return TextBlock(
        row.id, row.ordinal, list(row.heading_path), row.clause, list(row.pages), row.kind, row.text, start, end
    )
