"""What all routes for questions share: start an answer, and finish it."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import Any

from assistant.answers.answer import EMERGENCY, Answer
from assistant.answers.script_conversion import Script, ScriptConverter, simplified_card
from assistant.cards.card_choice import card_chooser
from assistant.conversations.stored_answer import StoredAnswer, stored_answer
from assistant.events import CardEvent, DeltaEvent, Event, ProgressEvent
from assistant.llm.requester import Requester
from assistant.personal_requests import declined
from assistant.service.callers import Caller, check_still_allowed, limit_questions
from assistant.turn import Turn, stream
from kb.core.errors import TooMany
from kb.library import audit, user_settings
from kb.library.documents import Library
from kb.people.access import Ability

__all__ = ["event_data", "finish_answer", "save_script", "script_of", "start_answer"]

_LOG = logging.getLogger("sinzi.question")
_SCRIPT = "script"
# Seconds from one check of the caller's rights to the next while lines are sent: each takes four queries.
_LINES_CHECKED_EVERY = 0.1


def start_answer(caller: Caller, turn: Turn, gone: threading.Event | None = None) -> Generator[Event]:
    """Count the question and start to answer it. When this returns, the first event is available.

    The generator ends with an error before the first event that the caller may not have any more
    (:func:`.callers.check_still_allowed`). Lines of text that come within a tenth of a second are checked together.

    Args:
        gone: is set when the reader has disconnected. Then a language model is stopped, and the next event raises
            :class:`~assistant.llm.requester.ReaderGone`.

    Raises:
        TooMany: ``too_many_requests``; not where the question tells of an emergency: that gets its card.
        InputError: ``question_empty``, ``question_too_long``.
    """
    try:
        limit_questions(caller)
        refusal = None
    except TooMany as error:
        if not (turn.card and card_chooser(caller.retriever()).may_call_for_card(turn.question)):
            raise
        refusal = error
    requester = Requester(caller.actor, gone or threading.Event())
    events = stream(caller.retriever(), replace(turn, requester=requester))
    first = next(events)
    if refusal is not None and not (isinstance(first, CardEvent) and first.card["is_emergency"]):
        events.close()
        raise refusal
    if caller.service.settings.log_questions:
        _log_question(caller, turn, first)

    def all_events() -> Generator[Event]:
        with closing(events):
            yield first
            line_checked_at = -_LINES_CHECKED_EVERY
            for event in events:
                is_line = isinstance(event, DeltaEvent)
                if not is_line or time.monotonic() - line_checked_at >= _LINES_CHECKED_EVERY:
                    check_still_allowed(caller, Ability.ASK, read=turn.collections or ())
                    line_checked_at = time.monotonic() if is_line else -_LINES_CHECKED_EVERY
                yield event

    return all_events()


def _log_question(caller: Caller, turn: Turn, first: Event) -> None:
    """Write the question to the operator's log. In an emergency its words are left out: they are about a person."""
    is_emergency = isinstance(first, CardEvent) and first.card["stage"]
    text = "" if is_emergency else turn.question
    _LOG.info("question", extra={"actor": caller.actor.id, "tenant": caller.tenant.slug, "text": text})


def finish_answer(caller: Caller, turn: Turn, answer: Answer) -> StoredAnswer:
    """Return the record of a turn's answer, and record the question in the metrics and the audit trail."""
    caller.service.metrics.answered(caller.tenant.slug, answer)
    as_of = None if answer.reason == EMERGENCY else turn.as_of
    result = stored_answer(caller.library, answer, turn.collections or [], as_of, card=turn.card)
    is_declined = answer.reason == declined.REASON
    audit.record(
        caller.library,
        caller.actor,
        "question.ask",
        ", ".join(turn.collections or []),
        refused=result.refused and not is_declined,
        declined=is_declined,
        answerer=result.answerer,
        left=result.egress.left,
    )
    return result


def event_data(event: ProgressEvent, converter: ScriptConverter | None) -> dict[str, Any]:
    """Return the JSON data of an event before the last one, in the reader's script (``converter`` for Simplified)."""
    if converter is None:
        return event.as_dict()
    if isinstance(event, DeltaEvent):
        return {"text": converter.feed(event.text)}
    data = event.as_dict()
    return {**data, "card": simplified_card(data["card"])} if data.get("card") else data


def script_of(library: Library, user_id: int) -> Script:
    """Return the script in which this person reads answers."""
    script: Script = user_settings.get(library, user_id, _SCRIPT, "hant")
    return script


def save_script(library: Library, user_id: int, script: Script) -> None:
    """Store the script in which this person reads answers. Traditional is the default and needs no row."""
    user_settings.put(library, user_id, _SCRIPT, None if script == "hant" else script)
