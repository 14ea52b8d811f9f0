"""A stored answer as the source of a task: its question and its quotes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from assistant.answers.citations import Citation
from assistant.conversations import conversation_store
from assistant.conversations.redaction import redact_unreadable
from assistant.conversations.stored_answer import StoredAnswer, StoredCitation
from kb.core.errors import NotFound
from kb.language.detect import Language
from kb.library.documents import Library
from kb.people.access import Reach
from kb.personal_data.concealment import holds_marks

__all__ = ["load_answer_source"]


@dataclass(frozen=True, slots=True)
class AnswerSource:
    """A question with the quotes of its answer; no quotes for a refusal."""

    question: str
    language: Language
    as_of: date | None
    citations: list[Citation]
    unsure: bool


def load_answer_source(library: Library, person: int, reach: Reach, message_id: int) -> AnswerSource:
    """Return an answer to this person's own question.

    Raises:
        NotFound: ``message_not_found``, also for another person's question, and if the answer uses documents that the
            person may not read any more.
        Misconfigured: ``answer_too_new`` if a newer program wrote the answer.
    """
    row = conversation_store.message(library, person, message_id)
    [answer] = redact_unreadable(library, reach, [(StoredAnswer.from_json(row.answer), row.asked_at)])
    if answer.withheld:
        raise NotFound("message_not_found")
    citations = list(_citations(library, answer.citations))
    return AnswerSource(answer.question, Language(answer.language), answer.as_of, citations, answer.unsure)


def _citations(library: Library, quoted: Iterable[StoredCitation]) -> Iterable[Citation]:
    """Yield the stored quotes as citations. The heading of a citation is taken from its chunk."""
    wanted = list(quoted)
    chunks = library.chunks({one.chunk_id for one in wanted})
    for one in wanted:
        chunk = chunks.get(one.chunk_id)
        path = chunk.heading_path if chunk else []
        yield Citation(
            n=one.n,
            document=one.document,
            title=one.title,
            version=one.version,
            version_id=one.version_id,
            pages=list(one.pages),
            clause=one.clause,
            # What was hidden from the asker then may be shown now.
            quote=chunk.text[one.start : one.end] if chunk and holds_marks(one.quote) else one.quote,
            chunk_id=one.chunk_id,
            start=one.start,
            end=one.end,
            language=one.language,
            heading=path[-1] if path else "",
        )
