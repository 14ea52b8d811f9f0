"""Models of the parts of a version: the sections of its outline, the chunks that search uses, and places found."""

from __future__ import annotations

from collections.abc import Iterable

from pydantic import BaseModel, Field

from assistant.answers.whom_to_ask import organisation_contact
from assistant.library_admin.text_places import FoundText
from assistant.service.callers import Caller
from assistant.sources import originals
from kb.language.detect import Language
from kb.library.documents import DocumentVersion
from kb.people.access import Ability
from kb.store.tables.library_tables import ChunkRow, SectionRow

__all__ = [
    "ChunkPublic",
    "FoundPublic",
    "HiddenPublic",
    "SectionPublic",
    "chunk_public",
    "found_public",
    "hidden_public",
    "sections_public",
]


class SectionPublic(BaseModel):
    """A heading of the outline."""

    level: int
    clause: str | None
    heading: str
    page: int | None
    block: int | None = Field(description="Ordinal of the first block of its text; null if it has none of its own.")


class FoundPublic(BaseModel):
    """A place in a document where the words stand, with some text around them."""

    chunk_id: int
    ordinal: int
    clause: str | None
    heading: str
    page: int | None
    start: int
    end: int
    before: str
    words: str
    after: str


class HiddenPublic(BaseModel):
    """People's data is hidden from the caller in this version: its text has marks, its original is not handed out.

    ``pages``, from 1, are not shown as images. ``contact``: whom to ask, "" for one's supervisor.
    """

    pages: list[int]
    contact: str


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


def sections_public(sections: Iterable[SectionRow], chunks: Iterable[ChunkRow]) -> list[SectionPublic]:
    """Return the sections of a version, each with the first of ``chunks`` (in reading order) that belongs to it."""
    first: dict[int | None, int] = {}
    for chunk in chunks:
        first.setdefault(chunk.section, chunk.ordinal)
    return [
        SectionPublic(
            level=row.level, clause=row.clause, heading=row.heading, page=row.page, block=first.get(row.ordinal)
        )
        for row in sections
    ]


def found_public(found: FoundText) -> FoundPublic:
    return FoundPublic.model_validate(found, from_attributes=True)


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


def hidden_public(caller: Caller, opened: DocumentVersion) -> HiddenPublic | None:
    """Return what is hidden from the caller in a version that the caller may read; None for nothing."""
    pages = caller.library.private_pages(opened.version.id)
    if originals.is_withheld(caller.library, opened, owner=caller.may(Ability.MANAGE)):
        pages = frozenset(range(1, (opened.version.page_count or 0) + 1))
    if pages is None:
        return None
    contact = organisation_contact(caller.service.settings, caller.tenant, Language.TRADITIONAL)
    return HiddenPublic(pages=sorted(pages), contact=contact)
