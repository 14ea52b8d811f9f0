"""The JSON shape of an answer for pages and programs, with all that is needed to open its sources."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Literal

from pydantic import BaseModel, Field

from assistant.answers.citations import Citation
from assistant.sources.readable_versions import document_versions
from assistant.sources.source_refs import SourceRef, place_of, whole_chunks
from kb.library.documents import DocumentVersion, Library

__all__ = ["AnswerView", "CardView", "CitationView", "EgressView", "SourceRef", "citation_views"]


class CitationView(SourceRef):
    """An exact quote; ``n`` is its marker in the text.

    ``twin`` is the counterpart in the other language. In JSON and in stored answers it keeps this name.
    """

    n: int
    quote: str
    twin: SourceRef | None = Field(
        default=None, description="The passage that says the same in the document's copy in the other language."
    )


class NearestView(SourceRef):
    """A passage similar to a question that the documents do not answer."""

    excerpt: str


class EgressView(BaseModel):
    """What was sent to a language model; ``left``: whether it is an external service."""

    left: bool
    host: str | None
    model: str | None
    collections: list[str]
    sent: list[dict[str, str]]
    masked: dict[str, int]


class CardContactView(BaseModel):
    """Whom to call; ``number`` is "" where the organisation named somebody without one."""

    name: str
    number: str


class CardContentView(BaseModel):
    """What is on a card of a high-stakes subject, in one language: "zh-HK" or "en"."""

    id: str = ""
    language: str = Field(default="", description="Empty on a card that an earlier version stored.")
    title: str
    text: str = Field(default="", description="What to do, a step in each line.")
    contacts: list[CardContactView] = []


class CardView(CardContentView):
    """The fixed card of a high-stakes subject, in the language of the question."""

    stage: Literal["", "first", "later", "over"] = Field(
        default="",
        description="Of an emergency: the card is shown for the first time; the conversation has shown it, and its "
        "steps are left out of the text; the emergency is over. Empty for any other question.",
    )
    others: list[CardContentView] = Field(default=[], description="Other cards that may be right, at most two.")
    others_line: str = Field(default="", description="These in a sentence; empty for none.")
    is_emergency: bool | None = Field(
        default=None,
        description="False: the question is about the procedure. Null on a card that an earlier version stored.",
    )


class AnswerView(BaseModel):
    """One answered (or refused) question.

    ``answer`` is the whole text with markers ``[n]``. ``message`` is the same without the list of nearest passages,
    which a refusal has in ``nearest``. In an emergency (``reason`` "emergency") both begin with the card's text, and
    ``procedure`` has the quotes of the organisation's own procedure, which are the citations. ``fallback``: the code of
    why quotes replace a language model's answer, or "".
    """

    question: str
    searched: str
    language: str
    answer: str
    message: str
    refused: bool
    reason: str
    unsure: bool
    answerer: str
    fallback: str = ""
    confidence: float
    card: CardView | None
    procedure: list[CitationView] = []
    citations: list[CitationView]
    nearest: list[NearestView]
    contact: str
    egress: EgressView
    as_of: date | None
    collections: list[str]
    ms: float
    withheld: bool = False
    hidden: bool = Field(default=False, description="Whether people's data is hidden: marks stand in its place.")


def citation_views(library: Library, citations: Iterable[Citation]) -> list[CitationView]:
    """Return citations with all that is needed to open them. Citations of a deleted version are left out."""
    wanted = list(citations)
    known = document_versions(library, {one.version_id for one in wanted})
    others = whole_chunks(library, {one.counterpart for one in wanted if one.counterpart is not None})
    return [
        _citation(one, known[one.version_id], others.get(one.counterpart or 0))
        for one in wanted
        if one.version_id in known
    ]


def _citation(one: Citation, document_version: DocumentVersion, counterpart: SourceRef | None) -> CitationView:
    return CitationView(
        n=one.n, quote=one.quote, twin=counterpart, **place_of(document_version, one, one.start, one.end)
    )
