"""What the routes that take questions share: the question as it comes in, the answer's way out."""

from __future__ import annotations

import logging
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import Depends
from pydantic import Field

from assistant.answers.answer_view import AnswerView, view_of
from assistant.answers.events import Event
from assistant.answers.script_conversion import Script, ScriptConverter
from assistant.api.auth.callers import Asker, Caller, limit_questions
from assistant.api.schemas.bodies import Body
from assistant.turn import Turn, stream
from kb.core.errors import Forbidden
from kb.library import audit, tenant_settings

__all__ = [
    "PersonDep",
    "Question",
    "QuestionText",
    "Slugs",
    "TenantPerson",
    "event_data",
    "finish_answer",
    "keep_script",
    "script_of",
    "start_answer",
]

_LOG = logging.getLogger("sinzi.question")
QuestionText = Annotated[str, Field(min_length=1, max_length=20_000, examples=["病假要唔要醫生紙？"])]
Slugs = Annotated[list[Annotated[str, Field(min_length=1, max_length=40)]], Field(max_length=200, examples=[["main"]])]


class Question(Body):
    """A question. Without ``collections`` all that the caller may read are searched; without ``as_of`` today counts."""

    question: QuestionText
    collections: Slugs | None = None
    as_of: date | None = None
    generate: bool = True


@dataclass(frozen=True, slots=True)
class TenantPerson:
    """A signed-in person in an organisation: programs with an API key have no conversations."""

    caller: Caller
    id: int

    def readable(self, collections: list[str] | None) -> list[str] | None:
        """Return those of ``collections`` that may still be read; None, which is all, where none is left."""
        return [slug for slug in collections or [] if slug in self.caller.reach.read] or None


def _own(caller: Asker) -> TenantPerson:
    if caller.user is None:
        raise Forbidden("not_allowed")
    return TenantPerson(caller=caller, id=caller.user.id)


PersonDep = Annotated[TenantPerson, Depends(_own)]


def start_answer(caller: Caller, turn: Turn) -> Iterator[Event]:
    """Count the question and start to answer it; the first event is there when this returns.

    Raises:
        TooMany: ``too_many_requests``.
        InputError: ``question_empty``, ``question_too_long``.
    """
    limit_questions(caller)
    if caller.service.settings.log_questions:
        _LOG.info("question", extra={"actor": caller.actor.id, "tenant": caller.tenant.slug, "text": turn.question})
    events = stream(caller.service.retriever(caller.tenant), turn)
    first = next(events)

    def all_of_them() -> Iterator[Event]:
        try:
            yield first
            yield from events
        finally:
            if isinstance(events, Generator):
                events.close()

    return all_of_them()


def finish_answer(caller: Caller, turn: Turn, event: Event) -> AnswerView:
    """Return what is shown of the answer in the last event; the audit trail learns that a question was asked."""
    assert event.answer is not None
    caller.service.metrics.answered(caller.tenant.slug, event.answer)
    result = view_of(caller.library, event.answer, turn.collections or [], turn.as_of)
    audit.record(
        caller.library,
        caller.actor,
        "question.ask",
        ", ".join(turn.collections or []),
        refused=result.refused,
        answerer=result.answerer,
        left=result.egress.left,
    )
    return result


def event_data(event: Event, converter: ScriptConverter | None) -> dict[str, Any]:
    """Return the data of a step on the way to an answer, in the reader's script."""
    data = event.as_dict()
    if converter is not None and event.kind == "delta":
        data["text"] = converter.feed(event.text)
    return data


def script_of(own: TenantPerson) -> Script:
    """Return the characters this person reads answers in."""
    kept: Script = tenant_settings.get(own.caller.library, _key(own), "hant")
    return kept


def keep_script(own: TenantPerson, script: Script) -> None:
    tenant_settings.put(own.caller.library, _key(own), None if script == "hant" else script)


def _key(own: TenantPerson) -> str:
    return f"script.user:{own.id}"
