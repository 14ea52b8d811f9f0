"""Models of a bilingual pair: its two documents, and their passages side by side.

The API calls a counterpart ``twin``: in the paths, in the field :attr:`BilingualPairPublic.twin`, in
``citations[].twin`` and in the error codes. Programs rely on these names, so they stay.
"""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, Field

from assistant.api.schemas.bodies import Body
from assistant.bilingual_view.side_by_side import AlignedRow, PassageView
from kb.library.documents import DocumentVersion
from kb.store.tables.states import PairState

__all__ = ["AlignedRowsPublic", "BilingualPairPublic", "CounterpartUpdate", "paired_document", "row_public"]


class CounterpartUpdate(Body):
    """The document that is the counterpart in the other language."""

    document_id: int = Field(ge=1, le=2**31 - 1, examples=[12])


class PairedDocumentPublic(BaseModel):
    """The published version of a document of a bilingual pair."""

    id: int
    name: str
    title: str
    collection: str
    language: str
    version: int
    version_id: int


class BilingualPairPublic(BaseModel):
    """A document's counterpart in the other language. If there is none to see, all fields are null, false or 0."""

    twin: PairedDocumentPublic | None
    state: Literal[PairState.FOUND, PairState.SET] | None = Field(description="Found by itself, or set by a person.")
    matched: bool = Field(description="Whether the passages of the two have been matched yet.")
    rows: int
    differing: int = Field(description="Rows with a figure that one copy has and the other lacks: to be looked at.")
    alone: int = Field(description="Rows of a passage that only one copy has.")


class TextRangePublic(BaseModel):
    """Characters ``start``–``end`` of a passage."""

    start: int
    end: int


class PairedPassagePublic(BaseModel):
    """A passage of a bilingual pair. ``figures`` marks the figures that the other document lacks near this passage."""

    chunk_id: int
    clause: str | None
    heading_path: list[str]
    pages: list[int]
    text: str
    figures: list[TextRangePublic]


class AlignedRowPublic(BaseModel):
    """Passages that say the same. ``number`` counts from 1. A side is empty if that document has no such passage."""

    number: int
    differs: bool
    chinese: list[PairedPassagePublic]
    english: list[PairedPassagePublic]


class AlignedRowsPublic(BaseModel):
    """Rows in the order of the Chinese document. ``total`` counts all rows that match ``only``."""

    chinese: PairedDocumentPublic
    english: PairedDocumentPublic
    total: int
    items: list[AlignedRowPublic]


def paired_document(version: DocumentVersion) -> PairedDocumentPublic:
    return PairedDocumentPublic(
        id=version.document.id,
        name=version.document.name,
        title=version.version.title or version.document.name,
        collection=version.collection.slug,
        language=version.version.language,
        version=version.version.number,
        version_id=version.version.id,
    )


def row_public(number: int, row: AlignedRow) -> AlignedRowPublic:
    return AlignedRowPublic(
        number=number,
        differs=row.differs,
        chinese=[_passage_public(one) for one in row.chinese],
        english=[_passage_public(one) for one in row.english],
    )


def _passage_public(passage: PassageView) -> PairedPassagePublic:
    return PairedPassagePublic(
        chunk_id=passage.chunk.id,
        clause=passage.chunk.clause,
        heading_path=list(passage.chunk.heading_path),
        pages=list(passage.chunk.pages),
        text=passage.chunk.text,
        figures=[TextRangePublic(start=start, end=end) for start, end in passage.marks],
    )
