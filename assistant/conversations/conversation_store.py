"""A person's conversations. Nobody else can see them, not even the organisation's owners."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, get_args

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from assistant.answers.answer import EMERGENCY
from assistant.conversations.stored_answer import StoredAnswer, redacted
from kb.core.errors import Misconfigured, NotFound
from kb.library.documents import Library
from kb.store.database import lock_for_writing
from kb.store.tables.activity_tables import ConversationRow, FeedbackRow, MessageRow
from kb.store.tables.columns import now
from kb.store.tables.library_tables import VersionRow
from kb.store.tables.states import FeedbackVerdict

__all__ = [
    "REASONS",
    "HistoryQuestion",
    "Reason",
    "change",
    "get",
    "history",
    "judge",
    "listing",
    "message",
    "messages",
    "record",
    "remove",
    "start",
    "unjudge",
]

Reason = Literal["", "wrong", "incomplete", "outdated", "not_found", "unclear", "other"]
REASONS: tuple[str, ...] = get_args(Reason)
TITLE_CHARS = 60
# The number of earlier questions that are read: a little more than a chain of follow-ups needs.
_HISTORY = 6


def start(
    library: Library, person: int, title: str = "", collections: list[str] | None = None, as_of: date | None = None
) -> ConversationRow:
    """Create a conversation. Without a title, its title becomes the first question."""
    row = ConversationRow(user_id=person, title=title, collections=collections, as_of=as_of)
    with library.transaction() as session:
        session.add(row)
    return row


def get(library: Library, person: int, conversation_id: int) -> ConversationRow:
    """Return a conversation.

    Raises:
        NotFound: ``conversation_not_found``, also for another person's conversation.
    """
    with library.session() as session:
        return _own(session, person, conversation_id)


def _own(session: Session, person: int, conversation_id: int) -> ConversationRow:
    row = session.get(ConversationRow, conversation_id)
    if row is None or row.user_id != person:
        raise NotFound("conversation_not_found")
    return row


def listing(library: Library, person: int, search: str = "", limit: int = 50, offset: int = 0) -> list[ConversationRow]:
    """Return conversations with at least one question, latest first; ``search`` filters by title and question."""
    asked = sa.select(MessageRow.conversation_id)
    query = sa.select(ConversationRow).where(ConversationRow.user_id == person, ConversationRow.id.in_(asked))
    if search.strip():
        wanted = search.strip()
        within = asked.where(MessageRow.question.icontains(wanted, autoescape=True))
        query = query.where(ConversationRow.title.icontains(wanted, autoescape=True) | ConversationRow.id.in_(within))
    query = query.order_by(ConversationRow.updated_at.desc(), ConversationRow.id.desc()).limit(limit).offset(offset)
    with library.session() as session:
        return list(session.scalars(query))


def change(
    library: Library,
    person: int,
    conversation_id: int,
    *,
    title: str | None = None,
    scope: tuple[list[str] | None, date | None] | None = None,
) -> ConversationRow:
    """Rename a conversation, or set its ``scope``: the collections (None: all) and the day its answers are valid for.

    Raises:
        NotFound: ``conversation_not_found``.
    """
    with library.transaction() as session:
        row = _own(session, person, conversation_id)
        if title is not None:
            row.title = title
        if scope is not None:
            row.collections, row.as_of = scope
        return row


def remove(library: Library, person: int, conversation_id: int) -> None:
    """Delete a conversation with its questions, answers and feedback.

    Raises:
        NotFound: ``conversation_not_found``.
    """
    with library.transaction() as session:
        session.delete(_own(session, person, conversation_id))


def messages(library: Library, conversation_id: int) -> list[tuple[MessageRow, FeedbackRow | None]]:
    """Return a conversation's questions and answers, oldest first, with the asker's feedback (None: none)."""
    query = (
        sa.select(MessageRow, FeedbackRow)
        .outerjoin(FeedbackRow, FeedbackRow.message_id == MessageRow.id)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.id)
    )
    with library.session() as session:
        return [(message, feedback) for message, feedback in session.execute(query)]


@dataclass(frozen=True, slots=True)
class HistoryQuestion:
    """An earlier question of a conversation.

    Attributes:
        collections: slugs of the collections that its answer was taken from; where it was from none, of those that were
            searched; empty if the answer cannot be read, and for an emergency: no language model gets its words later.
        card_declined: whether the person said that it was no emergency.
        card: the id of the card where it was one, or "".
        card_chosen: whether the person chose that card.
    """

    question: str
    collections: tuple[str, ...]
    card_declined: bool = False
    card: str = ""
    card_chosen: bool = False


def history(library: Library, conversation_id: int) -> list[HistoryQuestion]:
    """Return the last questions of a conversation, oldest first. A follow-up refers to them."""
    query = (
        sa.select(MessageRow.question, MessageRow.answer)
        .where(MessageRow.conversation_id == conversation_id)
        .order_by(MessageRow.id.desc())
        .limit(_HISTORY)
    )
    with library.session() as session:
        rows = session.execute(query).all()
    return [_history_question(question, answer) for question, answer in reversed(rows)]


def _history_question(question: str, answer: dict[str, Any]) -> HistoryQuestion:
    try:
        stored = StoredAnswer.from_json(answer)
    except (Misconfigured, ValidationError):
        return HistoryQuestion(question, ())
    card = str((stored.card or {}).get("id", "")) if stored.reason == EMERGENCY else ""
    return HistoryQuestion(question, _collections_of(stored), stored.card_declined, card, stored.card_chosen)


def _collections_of(stored: StoredAnswer) -> tuple[str, ...]:
    if stored.is_of_emergency:
        return ()
    used = {*stored.egress.collections, *(place.collection for place in stored.places)}
    return tuple(sorted(used or stored.collections))


def record(library: Library, person: int, conversation_id: int, answer: StoredAnswer) -> MessageRow:
    """Store a question with its answer.

    If a version that the answer uses was deleted while it was made, the stored answer is a redacted one.

    Raises:
        NotFound: ``conversation_not_found`` if it was deleted in the meantime.
    """
    with library.transaction() as session:
        lock_for_writing(session)  # no version is deleted between the check and the end of the transaction
        used = answer.version_ids
        there = set(session.scalars(sa.select(VersionRow.id).where(VersionRow.id.in_(used))))
        message = MessageRow(
            conversation_id=conversation_id,
            question=answer.question,
            answer=(answer if used <= there else redacted(answer)).to_json(),
            refused=answer.refused,
            reason=answer.reason,
            language=answer.language,
            ms=answer.ms,
        )
        conversation = _own(session, person, conversation_id)
        conversation.title = conversation.title or _title(answer.question)
        conversation.updated_at = now()
        session.add(message)
    return message


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= TITLE_CHARS else line[: TITLE_CHARS - 1].rstrip() + "…"


def _message(session: Session, person: int, message_id: int) -> MessageRow:
    row = session.get(MessageRow, message_id)
    conversation = session.get(ConversationRow, row.conversation_id) if row else None
    if row is None or conversation is None or conversation.user_id != person:
        raise NotFound("message_not_found")
    return row


def message(library: Library, person: int, message_id: int) -> MessageRow:
    """Return a person's own question with its answer.

    Raises:
        NotFound: ``message_not_found``, also for another person's question.
    """
    with library.session() as session:
        return _message(session, person, message_id)


def judge(
    library: Library, person: int, message_id: int, verdict: FeedbackVerdict, reason: Reason, comment: str
) -> None:
    """Store the asker's feedback on an answer; it replaces earlier feedback.

    Raises:
        NotFound: ``message_not_found``, also for another person's question.
    """
    with library.transaction() as session:
        _message(session, person, message_id)
        session.merge(
            FeedbackRow(message_id=message_id, verdict=verdict, reason=reason, comment=comment, given_at=now())
        )


def unjudge(library: Library, person: int, message_id: int) -> None:
    """Delete the feedback on an answer.

    Raises:
        NotFound: ``message_not_found``.
    """
    with library.transaction() as session:
        _message(session, person, message_id)
        session.execute(sa.delete(FeedbackRow).where(FeedbackRow.message_id == message_id))
