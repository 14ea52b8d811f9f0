"""The two copies of a document on the wire: which they are, and their passages side by side."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from assistant.api.schemas.bodies import Body
from assistant.bilingual_view.side_by_side import PairRow, PassageView
from kb.library.documents import DocumentVersion

__all__ = [
    "CopyPublic",
    "StretchPublic",
    "TwinPassagePublic",
    "TwinPublic",
    "TwinRowPublic",
    "TwinRowsPublic",
    "TwinUpdate",
    "copy_public",
    "row_public",
]


class TwinUpdate(Body):
    """The document that is the copy in the other language."""

    document_id: int = Field(ge=1, le=2**31 - 1, examples=[12])


class CopyPublic(BaseModel):
    """A copy, in its published version."""

    id: int
    name: str
    title: str
    collection: str
    language: str
    version: int
    version_id: int


class TwinPublic(BaseModel):
    """A document's twin, as its published version stands beside it; all null and 0 where there is none to see."""

    twin: CopyPublic | None
    state: Literal["found", "set"] | None = Field(description="Found by itself, or set by a person.")
    matched: bool = Field(description="Whether the passages of the two have been matched yet.")
    rows: int
    differing: int = Field(description="Rows with a figure that one copy has and the other lacks: to be looked at.")
    alone: int = Field(description="Rows of a passage that only one copy has.")


class StretchPublic(BaseModel):
    """Characters ``start``–``end`` of a passage."""

    start: int
    end: int


class TwinPassagePublic(BaseModel):
    """A passage of a copy; ``figures`` are those that the other copy lacks around it."""

    chunk_id: int
    clause: str | None
    heading_path: list[str]
    pages: list[int]
    text: str
    figures: list[StretchPublic]


class TwinRowPublic(BaseModel):
    """Passages that say the same, ``number`` from 1; one side is empty where the other copy has no such passage."""

    number: int
    differs: bool
    chinese: list[TwinPassagePublic]
    english: list[TwinPassagePublic]


class TwinRowsPublic(BaseModel):
    """Both copies in the order of the Chinese one; ``total`` counts the rows asked for."""

    chinese: CopyPublic
    english: CopyPublic
    total: int
    items: list[TwinRowPublic]


def copy_public(holding: DocumentVersion) -> CopyPublic:
    return CopyPublic(
        id=holding.document.id,
        name=holding.document.name,
        title=holding.version.title or holding.document.name,
        collection=holding.collection.slug,
        language=holding.version.language,
        version=holding.version.number,
        version_id=holding.version.id,
    )


def row_public(number: int, row: PairRow) -> TwinRowPublic:
    return TwinRowPublic(
        number=number,
        differs=row.differs,
        chinese=[_passage(one) for one in row.chinese],
        english=[_passage(one) for one in row.english],
    )


def _passage(side: PassageView) -> TwinPassagePublic:
    return TwinPassagePublic(
        chunk_id=side.chunk.id,
        clause=side.chunk.clause,
        heading_path=list(side.chunk.heading_path),
        pages=list(side.chunk.pages),
        text=side.chunk.text,
        figures=[StretchPublic(start=start, end=end) for start, end in side.marks],
    )
