"""An answer as it is stored. The JSON for clients (:class:`.AnswerView`) is made from this record.

Stored answers are read by later releases. The JSON for clients may change with a release. This record may change only
together with a new ``SCHEMA`` and code that reads the old one. Field names are the keys in the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from pydantic import TypeAdapter

from assistant.answers.answer import EMERGENCY, EMERGENCY_OVER, Answer, Refusal
from assistant.answers.answer_view import AnswerView
from assistant.answers.citations import Citation, shortened
from assistant.cards.card_text import card_text
from assistant.llm.egress_record import Egress
from assistant.sources.readable_versions import document_versions
from assistant.sources.source_refs import place_of, whole_chunks
from kb.core.errors import Misconfigured
from kb.library.documents import DocumentVersion, Library
from kb.personal_data.concealment import holds_marks
from kb.search.passage import Passage

__all__ = [
    "StoredAnswer",
    "StoredCitation",
    "StoredEgress",
    "StoredPlace",
    "emptied",
    "redacted",
    "stored_answer",
    "view_of",
]

# The version of the record. Older answers without a version are version 1.
SCHEMA = 1
# The number of characters stored of a passage that is similar to a refused question.
EXCERPT = 90


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlace:
    """A place in a document at the time of the answer: characters ``start``–``end`` of a chunk, and its version."""

    chunk_id: int
    start: int
    end: int
    document_id: int
    document: str
    title: str
    version: int
    version_id: int
    collection: str
    pages: tuple[int, ...]
    clause: str | None
    language: str
    effective_from: date | None
    effective_to: date | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredCitation(StoredPlace):
    """An exact quote.

    ``n`` is its marker in the text. ``twin`` (the key in stored answers) is the counterpart: the passage with the same
    content in the document's copy in the other language.
    """

    n: int
    quote: str
    twin: StoredPlace | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredNearest(StoredPlace):
    """A passage similar to a question that the documents do not answer."""

    excerpt: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEgress:
    """What was sent to a language model.

    ``left`` (the key in stored answers): whether it is an external service; ``version_ids``: the document versions
    whose text is in ``sent``. Answers stored before 0.2 have none.
    """

    left: bool = False
    host: str | None = None
    model: str | None = None
    collections: tuple[str, ...] = ()
    version_ids: tuple[int, ...] = ()
    sent: tuple[dict[str, str], ...] = ()
    masked: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredAnswer:
    """One answered (or refused) question, with all that is needed to open its sources.

    Attributes:
        answer: the whole text with markers ``[n]``, as it was shown to the asker.
        message: the same; for a refusal without the list of nearest passages.
        fallback: the code of why quotes replace a language model's answer, or "".
        collections: slugs that were searched.
        withheld: whether text and quotes were removed later.
        erased_collections: slugs of the collections of the sources that were removed, for who may see the question.
        card_declined: whether the asker said that it was no emergency.
        card_chosen: whether the asker chose the card.
    """

    schema: int = SCHEMA
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
    citations: tuple[StoredCitation, ...]
    nearest: tuple[StoredNearest, ...]
    contact: str
    egress: StoredEgress
    as_of: date | None
    collections: tuple[str, ...]
    ms: float
    withheld: bool = False
    erased_collections: tuple[str, ...] = ()
    card_declined: bool = False
    card_chosen: bool = False

    @property
    def procedure(self) -> tuple[StoredCitation, ...]:
        """In an emergency the quotes of the organisation's own procedure; otherwise none."""
        return self.citations if self.reason == EMERGENCY else ()

    @property
    def is_of_emergency(self) -> bool:
        """Whether the question is of somebody in an emergency: no language model gets its words later."""
        return self.reason in (EMERGENCY, EMERGENCY_OVER)

    @property
    def version_ids(self) -> set[int]:
        """The versions of which this record may have text: quoted, shown as nearest, or read by a language model."""
        return {one.version_id for one in self.places} | set(self.egress.version_ids)

    @property
    def used_collections(self) -> set[str]:
        """The slugs of the collections of all sources, also of removed ones."""
        return {one.collection for one in self.places} | {*self.egress.collections, *self.erased_collections}

    @property
    def hidden(self) -> bool:
        """Whether people's data is hidden in what is shown of the answer."""
        shown = [self.answer, *(one.quote for one in self.citations), *(one.excerpt for one in self.nearest)]
        return any(map(holds_marks, shown))

    @property
    def places(self) -> list[StoredPlace]:
        """The sources of the answer: its quotes, or the passages most similar to a refused question."""
        return [*self.citations, *self.nearest]

    def to_json(self) -> dict[str, Any]:
        """Return the record as JSON data for the database."""
        written: dict[str, Any] = _RECORD.dump_python(self, mode="json")
        return written

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> StoredAnswer:
        """Return the record for JSON data from the database; without ``schema`` it is of version 1.

        Raises:
            Misconfigured: ``answer_too_new`` if a newer program wrote it.
        """
        schema = kept.get("schema", 1)
        if schema != SCHEMA:
            raise Misconfigured("answer_too_new", schema=schema)
        return _RECORD.validate_python(kept)


def emptied(question: str, language: str) -> StoredAnswer:
    """Return the redacted record of an answer that this program cannot read."""
    return StoredAnswer(
        question=question,
        searched=question,
        language=language,
        answer="",
        message="",
        refused=False,
        reason="",
        unsure=False,
        answerer="extractive",
        confidence=0.0,
        card=None,
        citations=(),
        nearest=(),
        contact="",
        egress=StoredEgress(),
        as_of=None,
        collections=(),
        ms=0.0,
        withheld=True,
    )


_RECORD, _PLACE = TypeAdapter(StoredAnswer), TypeAdapter(StoredPlace)


def stored_answer(
    library: Library, answer: Answer, collections: list[str], as_of: date | None, *, card: bool | str = True
) -> StoredAnswer:
    """Return the record of an answer for which ``collections`` were searched. ``card`` is that of the turn.

    If a version that it quotes, or shows as nearest, was deleted in the meantime, the record is a redacted one: its
    text has the words of that version too.
    """
    refusal = answer.content if isinstance(answer.content, Refusal) else None
    nearest = [span.passage for span in refusal.nearest] if refusal else []
    citations = answer.citations
    shown = {one.version_id for one in citations} | {one.version_id for one in nearest}
    used = shown | set(answer.egress.version_ids)
    known = document_versions(library, used)
    counterparts = _counterparts(library, citations)
    record = StoredAnswer(
        question=answer.question,
        searched=answer.searched,
        language=answer.language,
        answer=answer.answer,
        message=answer.message,
        refused=answer.refused,
        reason=answer.reason,
        unsure=answer.unsure,
        answerer=answer.answerer,
        fallback=answer.fallback,
        confidence=round(answer.confidence, 4),
        card=answer.card,
        citations=tuple(
            _citation(one, known[one.version_id], counterparts) for one in citations if one.version_id in known
        ),
        nearest=tuple(_nearest(one, known[one.version_id]) for one in nearest if one.version_id in known),
        contact=answer.contact,
        egress=_egress(answer.egress),
        as_of=as_of,
        collections=tuple(collections),
        ms=round(answer.ms, 1),
        card_declined=card is False,
        card_chosen=isinstance(card, str),
    )
    return record if used <= known.keys() else redacted(record)


def _counterparts(library: Library, citations: list[Citation]) -> dict[int, StoredPlace]:
    """Return the counterparts of the citations, by chunk id. Deleted ones are not in the result."""
    places = whole_chunks(library, {one.counterpart for one in citations if one.counterpart is not None})
    return {chunk: _PLACE.validate_python(place.model_dump()) for chunk, place in places.items()}


def _citation(one: Citation, document_version: DocumentVersion, counterparts: dict[int, StoredPlace]) -> StoredCitation:
    return StoredCitation(
        n=one.n,
        quote=one.quote,
        twin=None if one.counterpart is None else counterparts.get(one.counterpart),
        **place_of(document_version, one, one.start, one.end),
    )


def _nearest(one: Passage, document_version: DocumentVersion) -> StoredNearest:
    return StoredNearest(
        excerpt=shortened(" ".join(one.text.split()), EXCERPT),
        **place_of(document_version, one, 0, len(one.text)),
    )


def _egress(sent: Egress) -> StoredEgress:
    return StoredEgress(
        left=sent.sent_externally,
        host=sent.host or None,
        model=sent.model or None,
        collections=tuple(sent.collections),
        version_ids=tuple(sent.version_ids),
        sent=tuple(sent.sent),
        masked=dict(sent.masked),
    )


def view_of(stored: StoredAnswer) -> AnswerView:
    """Return the JSON view of an answer. Each field of the view has the value of the record's field of that name."""
    return AnswerView.model_validate(stored, from_attributes=True)


def redacted(stored: StoredAnswer) -> StoredAnswer:
    """Return an answer without its text, its quotes, and the messages that were sent to a language model.

    The question stays, because its asker wrote it; what was searched for instead of it does not. The card stays, which
    is no document's: of the answer to an emergency its text too. The host, the model and the collections of the egress
    stay.
    """
    card = card_text(stored.card) if stored.reason == EMERGENCY and stored.card is not None else ""
    return replace(
        stored,
        searched=stored.question,
        answer=card,
        message=card,
        citations=(),
        nearest=(),
        egress=replace(stored.egress, sent=(), version_ids=()),
        withheld=True,
        erased_collections=tuple(sorted(stored.used_collections)),
    )
