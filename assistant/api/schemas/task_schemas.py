"""Models of summaries, changes between versions, drafts and translations."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from assistant.answers.answer_view import CitationView, EgressView, citation_views
from assistant.answers.citations import Citation
from assistant.api.schemas.bodies import Body, Choice
from assistant.api.schemas.question_schemas import Slugs
from assistant.tasks.drafting import Kind
from assistant.tasks.translation import Translation
from assistant.tasks.version_changes import Change, Changes
from assistant.tasks.word_diff import diff_words
from assistant.tasks.written_text import WrittenText
from kb.core.local_date import IsoDate
from kb.language.detect import Language
from kb.library.documents import Library

__all__ = [
    "ChangesPublic",
    "ChangesRequest",
    "DraftRequest",
    "SummaryRequest",
    "TranslationPublic",
    "TranslationRequest",
    "WrittenTextPublic",
    "changes_public",
    "translation_public",
    "written_text_public",
]

Number = Annotated[int, Field(ge=1, le=2**31 - 1)]
Offset = Annotated[int, Field(ge=0, le=2**31 - 1)]


class SummaryRequest(Body):
    """The number of the version to summarise (default: the newest) and the language (default: the reader's)."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"version": 2, "language": "en"}]})

    version: Number | None = None
    language: Choice[Language] | None = None
    generate: bool = Field(default=True, description="Whether a language model may write, if the organisation has one.")


class ChangesRequest(Body):
    """The numbers of the two versions to compare. By default: the newest version and the one before it."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"earlier": 1, "later": 2}]})

    earlier: Number | None = None
    later: Number | None = None


class DraftRequest(Body):
    """What to draft, and from what: either a question or a stored answer (``message``), exactly one of the two.

    ``collections`` and ``as_of`` limit the search for a question. They have no effect on a stored answer.
    """

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"kind": "email", "question": "年假結轉"}, {"kind": "notice", "message": 12}],
            "oneOf": [
                {"required": ["question"], "properties": {"question": {"type": "string"}, "message": {"type": "null"}}},
                {"required": ["message"], "properties": {"message": {"type": "integer"}, "question": {"type": "null"}}},
            ],
        }
    )

    kind: Kind
    question: Annotated[str, Field(min_length=1, max_length=2000)] | None = None
    message: Number | None = None
    collections: Slugs | None = None
    as_of: IsoDate | None = None
    language: Choice[Language] | None = Field(default=None, description="By default the language of the question.")
    generate: bool = True

    @model_validator(mode="after")
    def _has_one_source(self) -> Self:
        if (self.question is None) == (self.message is None):
            raise ValueError("give either question or message")
        return self


class TranslationRequest(Body):
    """Translate characters ``start``–``end`` of the passage (default: all), by default into the other language."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"start": 0, "end": 120, "language": "en"}]})

    start: Offset = 0
    end: Offset = 2**31 - 1
    language: Choice[Language] | None = None


class PointPublic(BaseModel):
    """A key line of a document, word for word, with the heading of its section."""

    heading: str
    citation: CitationView


class WrittenTextPublic(BaseModel):
    """A text with its sources. A marker ``[n]`` in ``text`` refers to the citation with this ``n``."""

    kind: Literal["summary", "email", "notice", "minutes"]
    language: str
    text: str
    answerer: Literal["llm", "extractive"]
    fallback: str = Field(description='The code of why quotes replace a language model\'s text; "" otherwise.')
    unsure: bool = Field(description="Whether the quotes may not answer what was asked.")
    citations: list[CitationView]
    points: list[PointPublic]
    egress: EgressView


class DiffPiecePublic(BaseModel):
    """A piece of one wording. ``changed`` is true if the other wording does not have it."""

    text: str
    changed: bool


class ChangePublic(BaseModel):
    """A clause in both wordings. The pieces of a side, joined, are the whole text of that side."""

    kind: Literal["changed", "added", "removed", "renumbered"]
    clause: str = Field(description="The number of the clause, or its heading if it has no number.")
    before: list[CitationView]
    after: list[CitationView]
    before_pieces: list[DiffPiecePublic]
    after_pieces: list[DiffPiecePublic]


class ChangesPublic(BaseModel):
    """What changed from version ``earlier`` to version ``later``, in reading order."""

    document: str
    earlier: int
    later: int
    changes: list[ChangePublic]
    unchanged: int = Field(description="The number of clauses that did not change.")


class TranslationPublic(BaseModel):
    """A passage and its translation. ``verified``: every sentence was checked against the original."""

    original: CitationView
    language: str
    text: str
    verified: bool
    egress: EgressView


def written_text_public(library: Library, written: WrittenText) -> WrittenTextPublic:
    points = [(one.heading, citation_views(library, [one.citation])) for one in written.points]
    return WrittenTextPublic.model_validate(
        {
            "kind": written.kind,
            "language": written.language,
            "text": written.text,
            "answerer": written.answerer,
            "fallback": written.fallback,
            "unsure": written.unsure,
            "citations": citation_views(library, written.citations),
            "points": [PointPublic(heading=heading, citation=one) for heading, found in points for one in found],
            "egress": EgressView(**written.egress.as_dict()),
        }
    )


def changes_public(library: Library, found: Changes) -> ChangesPublic:
    return ChangesPublic(
        document=found.document,
        earlier=found.earlier,
        later=found.later,
        changes=[_change_public(library, one) for one in found.changes],
        unchanged=found.unchanged,
    )


def _change_public(library: Library, change: Change) -> ChangePublic:
    old, new = diff_words(_quoted_text(change.before), _quoted_text(change.after))
    return ChangePublic(
        kind=change.kind,
        clause=change.clause,
        before=citation_views(library, change.before),
        after=citation_views(library, change.after),
        before_pieces=[DiffPiecePublic(text=one.text, changed=one.changed) for one in old],
        after_pieces=[DiffPiecePublic(text=one.text, changed=one.changed) for one in new],
    )


def _quoted_text(citations: list[Citation]) -> str:
    return "\n".join(one.quote for one in citations)


def translation_public(library: Library, written: Translation) -> TranslationPublic:
    [original] = citation_views(library, [written.original])
    return TranslationPublic(
        original=original,
        language=written.language,
        text=written.text,
        verified=written.verified,
        egress=EgressView(**written.egress.as_dict()),
    )
