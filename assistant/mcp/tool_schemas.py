"""The results of the tools. The field descriptions are part of what the calling model reads."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, Field

__all__ = ["AskResult", "DocumentPiece", "DocumentText", "Heading", "Quote", "SearchHits", "SearchPassage"]


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
    score: Annotated[float, Field(description="Relevance; scores of different searches cannot be compared.")]


class SearchHits(BaseModel):
    """The passages found, best first."""

    passages: list[SearchPassage]


class Quote(BaseModel):
    n: Annotated[int, Field(description="The number of the marker [n] in the answer that refers to this quote.")]
    document_id: int
    document: str
    title: str
    version: int
    effective_from: date | None
    effective_to: date | None
    clause: str | None
    pages: list[int]
    quote: Annotated[str, Field(description="The exact words of the document.")]
    url: Annotated[str, Field(description="A link to the original; empty if the service's address is not known.")]


class AskResult(BaseModel):
    """An answer with quotes, or a refusal if the documents do not answer the question."""

    answer: str
    refused: Annotated[bool, Field(description="True: the documents do not answer. Say so; do not fill the gap.")]
    unsure: Annotated[bool, Field(description="True: the quotes may be related and still not be the answer. Say so.")]
    reason: str
    language: str
    confidence: float
    answerer: str
    contact: Annotated[str, Field(description="Whom to ask if the documents do not answer.")]
    citations: list[Quote]
    card: Annotated[
        dict[str, Any] | None,
        Field(
            description="Emergency contacts, to be shown before the answer; `is_emergency`: whether it is one; "
            "`others`: other cards that may be right."
        ),
    ]
    procedure: Annotated[
        list[Quote], Field(description="In an emergency, the organisation's own procedure: nothing else is shown.")
    ]


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
    """A document's outline and a part of its text."""

    document_id: int
    document: str
    title: str
    collection: str
    language: str
    version: int
    state: Annotated[str, Field(description="published: current; superseded or withdrawn: kept for the record.")]
    effective_from: date | None
    effective_to: date | None
    page_count: int | None
    outline: Annotated[list[Heading], Field(description="Only with the first part of the text.")]
    pieces: list[DocumentPiece]
    next_piece: Annotated[int | None, Field(description="For the next part: call again with first_piece = this.")]
