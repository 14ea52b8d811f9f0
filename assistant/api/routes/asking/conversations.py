"""List, search, create, rename and delete a person's conversations. Their questions are in :mod:`.messages`."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from assistant.answers.script_conversion import in_script
from assistant.api.auth.dependencies import PersonDep, TenantPerson
from assistant.api.routes.asking.messages import MessagePublic, message_public
from assistant.api.schemas.bodies import Body, Id
from assistant.api.schemas.question_schemas import Slugs
from assistant.conversations import conversation_store
from assistant.conversations.redaction import redact_unreadable
from assistant.conversations.stored_answer import StoredAnswer, view_of
from assistant.service.asking import script_of
from kb.core.local_date import IsoDate
from kb.store.tables.activity_tables import ConversationRow

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["conversations"])
Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), Field(examples=["病假"])]


class ConversationCreate(Body):
    """A new conversation. By default its title comes from the first question."""

    title: Title | None = None
    collections: Slugs | None = None
    as_of: IsoDate | None = None


class ConversationUpdate(Body):
    """The new title of a conversation."""

    title: Title


class ConversationPublic(BaseModel):
    """A conversation in a list. ``collections`` is null for all collections that the person may read."""

    id: int
    title: str
    collections: list[str] | None
    as_of: date | None
    updated_at: datetime


class ConversationDetail(ConversationPublic):
    """A conversation with its questions and answers, oldest first."""

    messages: list[MessagePublic]


@router.get("/conversations", summary="List one's own conversations, latest first")
def listing(
    person: PersonDep,
    search: Annotated[str, Query(max_length=200, description="Words of titles or questions.")] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    offset: Annotated[int, Query(ge=0, le=1_000_000)] = 0,
) -> list[ConversationPublic]:
    found = conversation_store.listing(person.caller.library, person.id, search, limit, offset)
    return [_public(person, row) for row in found]


@router.post("/conversations", summary="Open a conversation", status_code=201)
def create(body: ConversationCreate, person: PersonDep) -> ConversationPublic:
    if body.collections is not None:
        person.caller.searchable_collections(body.collections)
    row = conversation_store.start(person.caller.library, person.id, body.title or "", body.collections, body.as_of)
    return _public(person, row)


@router.get("/conversations/{conversation}", summary="Show a conversation with its answers")
def whole(conversation: Id, person: PersonDep) -> ConversationDetail:
    """An answer that quotes a document which the person may no longer read has no text (`withheld`)."""
    library = person.caller.library
    row = conversation_store.get(library, person.id, conversation)
    rows = conversation_store.messages(library, row.id)
    answers = [(StoredAnswer.from_json(message.answer), message.asked_at) for message, _ in rows]
    script = script_of(person.caller.library, person.id)
    views = [in_script(view_of(one), script) for one in redact_unreadable(library, person.caller.reach, answers)]
    messages = [
        message_public(message, answer, feedback) for (message, feedback), answer in zip(rows, views, strict=True)
    ]
    return ConversationDetail(**_public(person, row).model_dump(), messages=messages)


@router.patch("/conversations/{conversation}", summary="Rename a conversation")
def rename(conversation: Id, body: ConversationUpdate, person: PersonDep) -> ConversationPublic:
    return _public(person, conversation_store.change(person.caller.library, person.id, conversation, title=body.title))


@router.delete("/conversations/{conversation}", summary="Delete a conversation for good", status_code=204)
def delete(conversation: Id, person: PersonDep) -> None:
    conversation_store.remove(person.caller.library, person.id, conversation)


def _public(person: TenantPerson, row: ConversationRow) -> ConversationPublic:
    return ConversationPublic(
        id=row.id,
        title=row.title,
        collections=person.readable(row.collections),
        as_of=row.as_of,
        updated_at=row.updated_at.replace(tzinfo=UTC),
    )
