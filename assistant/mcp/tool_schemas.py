"""What the tools give back; the field descriptions are what an assistant reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

__all__ = ["AskResult", "DocumentPiece", "DocumentText", "Heading", "Quote", "SearchPassage", "SearchResult"]


class SearchPassage(BaseModel):
    document_id: Annotated[int, Field(description="For get_document.")]
    document: Annotated[str, Field(description="File name.")]
    title: str
    collection: str
    version: int
    clause: str | None
    headings: list[str]
    pages: list[int]
    effective_from: date | None
    effective_to: date | None
    text: str
    score: Annotated[float, Field(description="Relevance; comparable within one search only.")]


class SearchResult(BaseModel):
    """Passages, best first."""

    passages: list[SearchPassage]


class Quote(BaseModel):
    n: Annotated[int, Field(description="The marker [n] of the answer that this quote stands behind.")]
    document_id: int
    document: str
    title: str
    version: int
    effective_from: date | None
    effective_to: date | None
    clause: str | None
    pages: list[int]
    quote: Annotated[str, Field(description="Letter for letter from the document.")]
    url: Annotated[str, Field(description="The place in the original; empty where no service's address is known.")]


class AskResult(BaseModel):
    """An answer that stands on quotes, or a refusal where the documents are silent."""

    answer: str
    refused: Annotated[bool, Field(description="True: the documents do not answer. Say so; do not fill the gap.")]
    unsure: Annotated[bool, Field(description="True: the quotes may be related and still not be the answer. Say so.")]
    reason: str
    language: str
    confidence: float
    answerer: str
    contact: Annotated[str, Field(description="Whom to ask where the documents are silent.")]
    citations: list[Quote]
    card: Annotated[dict[str, Any] | None, Field(description="Emergency contacts, to be shown before the answer.")]


class Heading(BaseModel):
    level: int
    clause: str | None
    heading: str
    page: int | None


class DocumentPiece(BaseModel):
    clause: str | None
    headings: list[str]
    pages: list[int]
    text: str


class DocumentText(BaseModel):
    """A document's outline and a run of its text."""

    document_id: int
    document: str
    title: str
    collection: str
    language: str
    version: int
    state: Annotated[str, Field(description="published: in force; superseded or withdrawn: kept for the record.")]
    effective_from: date | None
    effective_to: date | None
    page_count: int | None
    outline: Annotated[list[Heading], Field(description="With the first run of text only.")]
    pieces: list[DocumentPiece]
    next_piece: Annotated[int | None, Field(description="Ask again with first_piece = this for the text that follows.")]
