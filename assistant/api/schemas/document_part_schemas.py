"""Models of the parts of a version: the sections of its outline, and the chunks that search uses."""

from __future__ import annotations

from pydantic import BaseModel, Field

from kb.store.tables.library_tables import ChunkRow, SectionRow

__all__ = ["ChunkPublic", "SectionPublic", "chunk_public", "section_public"]


class SectionPublic(BaseModel):
    """A heading of the outline."""

    level: int
    clause: str | None
    heading: str
    page: int | None


class Box(BaseModel):
    """A rectangle on a page. Coordinates are fractions of the page's width and height; the origin is top left."""

    page: int
    x0: float
    y0: float
    x1: float
    y1: float


class ChunkPublic(BaseModel):
    """A chunk of a document: the unit that search finds."""

    id: int
    ordinal: int
    kind: str = Field(description="text, table, …")
    language: str
    clause: str | None
    heading_path: list[str]
    text: str
    pages: list[int]
    tokens: int
    boxes: list[Box]


def section_public(row: SectionRow) -> SectionPublic:
    return SectionPublic(level=row.level, clause=row.clause, heading=row.heading, page=row.page)


def chunk_public(row: ChunkRow) -> ChunkPublic:
    return ChunkPublic(
        id=row.id,
        ordinal=row.ordinal,
        kind=row.kind,
        language=row.language,
        clause=row.clause,
        heading_path=list(row.heading_path),
        text=row.text,
        pages=list(row.pages),
        tokens=row.tokens,
        boxes=[Box(page=box[0], x0=box[1], y0=box[2], x1=box[3], y1=box[4]) for box in row.boxes],
    )
