"""An answer as pages and programs see it: with all that is needed to open what it stands on."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pydantic import BaseModel

from assistant.answers.citations import Citation
from assistant.answers.extractive import UNSURE
from assistant.answers.model import Answer
from assistant.messages import say
from assistant.sources.opened import holdings
from kb.access import Reach
from kb.language.detect import Language
from kb.library import Holding, Library
from kb.records.tables import READABLE
from kb.search.passage import Passage

__all__ = ["AnswerShown", "CitationShown", "EgressShown", "SourceRef", "cited", "shown", "withheld"]

NEAREST = 3
EXCERPT = 90


class SourceRef(BaseModel):
    """A place in a document: characters ``start``–``end`` of a chunk, and the version it is of."""

    chunk_id: int
    start: int
    end: int
    document_id: int
    document: str
    title: str
    version: int
    version_id: int
    collection: str
    pages: list[int]
    clause: str | None
    language: str
    effective_from: date | None
    effective_to: date | None


class CitationShown(SourceRef):
    """An exact quote; ``n`` is its marker in the text."""

    n: int
    quote: str


class NearestShown(SourceRef):
    """A passage near to a question that the documents do not answer."""

    excerpt: str


class EgressShown(BaseModel):
    """What was handed to a language model; ``left`` is whether it left the building."""

    left: bool
    host: str | None
    model: str | None
    collections: list[str]
    sent: list[dict[str, str]]
    masked: dict[str, int]


class AnswerShown(BaseModel):
    """One answered (or refused) question.

    ``answer`` is the whole text with markers ``[n]``; ``message`` the same without the list of nearest passages, which
    a refusal has in ``nearest``. ``fallback``: the code of why quotes stand in for a language model's answer, or "".
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
    card: dict[str, Any] | None
    citations: list[CitationShown]
    nearest: list[NearestShown]
    contact: str
    egress: EgressShown
    as_of: date | None
    collections: list[str]
    ms: float
    withheld: bool = False


def shown(library: Library, answer: Answer, collections: list[str], as_of: date | None) -> AnswerShown:
    """Return what is shown (and kept) of an answer that was sought in ``collections``."""
    language = Language(answer.language)
    nearest = answer.contexts[:NEAREST] if answer.refused else []
    quoted = {one.version_id for one in answer.citations}
    known = holdings(library, quoted | {one.version_id for one in nearest})
    return AnswerShown(
        question=answer.question,
        searched=answer.searched,
        language=answer.language,
        answer=answer.answer,
        message=answer.answer.split(say("nearest", language))[0].rstrip() if answer.refused else answer.answer,
        refused=answer.refused,
        reason=answer.reason,
        unsure=not answer.refused and answer.confidence < UNSURE,
        answerer=answer.answerer,
        fallback=answer.fallback,
        confidence=round(answer.confidence, 4),
        card=answer.card,
        citations=[_citation(one, known[one.version_id]) for one in answer.citations if one.version_id in known],
        nearest=[_nearest(one, known[one.version_id]) for one in nearest if one.version_id in known],
        contact=library.tenant.contact,
        egress=EgressShown(**answer.egress.as_dict()),
        as_of=as_of,
        collections=collections,
        ms=round(answer.ms, 1),
    )


def cited(library: Library, citations: Iterable[Citation]) -> list[CitationShown]:
    """Return citations with all that is needed to open them; those of a version that is gone are left out."""
    wanted = list(citations)
    known = holdings(library, {one.version_id for one in wanted})
    return [_citation(one, known[one.version_id]) for one in wanted if one.version_id in known]


def _place(holding: Holding) -> dict[str, Any]:
    return {
        "document_id": holding.document.id,
        "document": holding.document.name,
        "title": holding.version.title or holding.document.name,
        "version": holding.version.number,
        "version_id": holding.version.id,
        "collection": holding.collection.slug,
        "effective_from": holding.version.effective_from,
        "effective_to": holding.version.effective_to,
    }


def _citation(one: Citation, holding: Holding) -> CitationShown:
    return CitationShown(
        n=one.n,
        quote=one.quote,
        chunk_id=one.chunk_id,
        start=one.start,
        end=one.end,
        pages=one.pages,
        clause=one.clause,
        language=one.language,
        **_place(holding),
    )


def _nearest(one: Passage, holding: Holding) -> NearestShown:
    excerpt = " ".join(one.text.split())
    return NearestShown(
        chunk_id=one.chunk_id,
        start=0,
        end=len(one.text),
        pages=one.pages,
        clause=one.clause,
        language=one.language,
        excerpt=excerpt if len(excerpt) <= EXCERPT else excerpt[:EXCERPT].rstrip() + "…",
        **_place(holding),
    )


def withheld(library: Library, reach: Reach, answers: Iterable[tuple[AnswerShown, datetime]]) -> list[AnswerShown]:
    """Return kept answers, each with the time it was given (UTC without a zone), as their asker may see them now.

    An answer stands on documents, those that it quotes and those that a language model read for it; where one of
    them is gone for good, was withdrawn, or lies out of the asker's reach today, the answer's text and quotes are
    left out and ``withheld`` is set.
    """
    kept = list(answers)
    wanted = {ref.version_id for one, _ in kept for ref in (*one.citations, *one.nearest)}
    known = holdings(library, wanted)
    return [one if _open(one, at, known, reach) else _emptied(one) for one, at in kept]


def _open(answer: AnswerShown, at: datetime, known: dict[int, Holding], reach: Reach) -> bool:
    found = (known.get(ref.version_id) for ref in (*answer.citations, *answer.nearest))
    return reach.read.issuperset(answer.egress.collections) and all(
        one is not None
        and one.version.created_at <= at  # SQLite gives the id of a deleted version to a later one
        and one.collection.slug in reach.read
        and (one.version.state in READABLE or one.collection.slug in reach.edit)
        for one in found
    )


def _emptied(answer: AnswerShown) -> AnswerShown:
    nothing = EgressShown(left=answer.egress.left, host=None, model=None, collections=[], sent=[], masked={})
    gone = {"answer": "", "message": "", "citations": [], "nearest": [], "egress": nothing, "withheld": True}
    return answer.model_copy(update=gone)
