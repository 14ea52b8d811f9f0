"""Questions in a conversation: answer as a stream, store the answer, take feedback."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response, StreamingResponse
from pydantic import BaseModel, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from assistant.answers.answer import Answer
from assistant.answers.answer_view import AnswerView
from assistant.answers.script_conversion import Script, ScriptConverter, in_script
from assistant.api.auth.dependencies import PersonDep, TenantPerson
from assistant.api.http.reader_gone import ReaderGoneDep
from assistant.api.http.server_events import sse
from assistant.api.schemas.bodies import Body, Id
from assistant.api.schemas.question_schemas import Question
from assistant.conversations import conversation_store
from assistant.conversations.conversation_store import HistoryQuestion, Reason
from assistant.conversations.stored_answer import view_of
from assistant.events import AnswerEvent, DiscardEvent, Event, final_answer
from assistant.llm.requester import ReaderGone
from assistant.service.asking import event_data, finish_answer, script_of, start_answer
from assistant.turn import Turn
from kb.core.errors import SinziError
from kb.store.tables.activity_tables import FeedbackRow, MessageRow
from kb.store.tables.states import FeedbackVerdict

__all__ = ["MessagePublic", "message_public", "router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["conversations"])
_STREAM_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def _check_number(value: object) -> object:
    if isinstance(value, bool):  # for Python, true is 1
        raise PydanticCustomError("int_type", "Input should be a valid integer")
    return value


class FeedbackUpdate(Body):
    """A person's feedback on an answer: 1 (helpful) or -1, with a reason."""

    verdict: Annotated[Literal[1, -1], BeforeValidator(_check_number)]
    reason: Reason = ""
    comment: str = Field(default="", max_length=2000)


class MessagePublic(BaseModel):
    """A question with its answer and the feedback of the person who asked."""

    id: int
    asked_at: datetime
    answer: AnswerView
    verdict: int | None = None
    reason: str = ""
    comment: str = ""


@router.post(
    "/conversations/{conversation}/messages",
    summary="Ask in a conversation",
    response_model=MessagePublic,
    responses={200: {"content": {"text/event-stream": {"schema": {"type": "string"}}}}},
)
def post(conversation: Id, body: Question, request: Request, person: PersonDep, gone: ReaderGoneDep) -> Response:
    """Answer as server-sent events, or as JSON if `Accept` names JSON and not `text/event-stream`.

    Events: `card` (where the question calls for the card of a high-stakes subject: at once, before any search),
    `searching` (the question as it is searched for), `evidence` (passages found), `delta` (text to append),
    `discard` (the text so far is not valid any more), then `done` with the stored message, or `error` with the usual
    error body. `collections` and `as_of`, if given, are
    valid for this question and the questions after it.
    """
    caller, script = person.caller, script_of(person.caller.library, person.id)
    row = conversation_store.get(caller.library, person.id, conversation)
    collections = body.collections if "collections" in body.model_fields_set else person.readable(row.collections)
    as_of = body.as_of if "as_of" in body.model_fields_set else row.as_of
    earlier = conversation_store.history(caller.library, row.id)
    of_crisis = _since_declined(earlier)
    turn = Turn(
        question=body.question,
        history=[one.question for one in earlier],
        history_collections=[one.collections for one in earlier],
        crisis_history=[one.question for one in of_crisis],
        chosen_card=_chosen_card(of_crisis),
        collections=caller.searchable_collections(collections),
        as_of=as_of,
        generate=body.generate,
        card=body.card,
    )
    conversation_store.change(caller.library, person.id, row.id, scope=(collections, as_of))
    events = start_answer(caller, turn, gone)
    accepted = request.headers.get("accept", "")
    if "application/json" in accepted and "text/event-stream" not in accepted:
        message = _finish(person, row.id, turn, final_answer(events), script)
        return JSONResponse(message.model_dump(mode="json"))
    return StreamingResponse(
        _stream(person, row.id, turn, events, script, request.state.locale),
        media_type="text/event-stream",
        headers=_STREAM_HEADERS,
    )


def _since_declined(earlier: list[HistoryQuestion]) -> list[HistoryQuestion]:
    """Return the questions after the last one of which the person said that it was no emergency."""
    last = max((at for at, one in enumerate(earlier) if one.card_declined), default=-1)
    return earlier[last + 1 :]


def _chosen_card(earlier: list[HistoryQuestion]) -> str:
    """Return the id of the card that the person chose, if no emergency of another card was told of since; or ""."""
    last = next((at for at, one in reversed([*enumerate(earlier)]) if one.card_chosen), None)
    if last is None:
        return ""
    since = {one.card for one in earlier[last:] if one.card}
    return earlier[last].card if since == {earlier[last].card} else ""


def _stream(
    person: TenantPerson, conversation: int, turn: Turn, events: Iterator[Event], script: Script, locale: str
) -> Iterator[str]:
    converter = ScriptConverter() if script == "hans" else None
    try:
        for event in events:
            if isinstance(event, AnswerEvent):
                yield sse(event.kind, _finish(person, conversation, turn, event.answer, script).model_dump(mode="json"))
            else:
                if isinstance(event, DiscardEvent) and converter is not None:
                    converter = ScriptConverter()
                yield sse(event.kind, event_data(event, converter))
    except ReaderGone:
        return
    except SinziError as error:  # the status was sent with the first event
        yield sse("error", {"error": error.as_dict(locale, plain=True)})


def _finish(person: TenantPerson, conversation: int, turn: Turn, answer: Answer, script: Script) -> MessagePublic:
    record = finish_answer(person.caller, turn, answer)
    message = conversation_store.record(person.caller.library, person.id, conversation, record)
    return message_public(message, in_script(view_of(record), script), None)


@router.put("/messages/{message}/feedback", summary="Give feedback on an answer", status_code=204)
def judge(message: Id, body: FeedbackUpdate, person: PersonDep) -> None:
    """`reason` says what is wrong: wrong, incomplete, outdated, not_found (but it exists), unclear, other."""
    verdict = FeedbackVerdict(body.verdict)
    conversation_store.judge(person.caller.library, person.id, message, verdict, body.reason, body.comment)


@router.delete("/messages/{message}/feedback", summary="Remove one's feedback on an answer", status_code=204)
def unjudge(message: Id, person: PersonDep) -> None:
    conversation_store.unjudge(person.caller.library, person.id, message)


def message_public(message: MessageRow, answer: AnswerView, feedback: FeedbackRow | None) -> MessagePublic:
    """Return a stored message as the person who asked sees it.

    Args:
        answer: the part of the stored answer that may be shown.
    """
    return MessagePublic(
        id=message.id,
        asked_at=message.asked_at.replace(tzinfo=UTC),
        answer=answer,
        verdict=feedback.verdict if feedback else None,
        reason=feedback.reason if feedback else "",
        comment=feedback.comment if feedback else "",
    )
