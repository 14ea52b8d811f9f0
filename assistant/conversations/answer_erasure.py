"""Erase the text of a deleted document from conversations: answers, what a model was sent, comments, pasted text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from assistant.conversations.stored_answer import StoredAnswer, emptied, redacted
from assistant.messages import say
from kb.core.errors import Misconfigured
from kb.erasure.certificates import Sent
from kb.erasure.deleted_content import DeletedContent, strings_in
from kb.language.detect import Language
from kb.store.tables.activity_tables import ConversationRow, FeedbackRow, MessageRow

__all__ = ["erase_answers"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class _Request:
    """Text of a deleted document that was sent for one answer."""

    host: str
    model: str
    external: bool
    at: datetime


def erase_answers(session: Session, deleted: DeletedContent) -> list[Sent]:
    """Empty the stored answers that use the deleted versions (:mod:`kb.publishing.erasure`).

    An answer uses a version if it quotes it, shows it as nearest, or if text of it was sent to a language model.
    Answers of older releases do not say what was sent, so all texts are also searched for runs of the deleted text.
    The comment on an emptied answer goes with it. The question stays, because its asker wrote it, unless it repeats a
    run of the deleted text, or the file's name.

    An answer that this program cannot read (a newer one wrote it) is emptied too: what it quotes is unknown here, and
    it must not keep a document from being deleted.
    """
    sent: list[_Request] = []
    rows = session.scalars(sa.select(MessageRow).execution_options(yield_per=_AT_ONCE))
    for batch in rows.partitions(_AT_ONCE):
        sent += _erase_batch(session, batch, deleted)
    conversations = session.scalars(sa.select(ConversationRow)).all()
    for row, found in zip(conversations, deleted.occurs_in([one.title for one in conversations]), strict=True):
        if found:
            row.title = say("words_removed", Language.TRADITIONAL)
    return _totals(sent)


def _erase_batch(session: Session, rows: Sequence[MessageRow], deleted: DeletedContent) -> Iterable[_Request]:
    texts = ["\n".join(strings_in({**row.answer, "question": "", "searched": ""})) for row in rows]
    has_text, in_question = deleted.occurs_in(texts), deleted.occurs_in([row.question for row in rows])
    empty: set[int] = set()
    for row, repeats, asked in zip(rows, has_text, in_question, strict=True):
        try:
            answer = StoredAnswer.from_json(row.answer)
        except (Misconfigured, ValidationError):
            answer, changed = emptied(row.question, row.language), True
        else:
            uses = not answer.version_ids.isdisjoint(deleted.version_ids)
            if (uses or repeats) and answer.egress.sent and not answer.egress.version_ids:
                egress = answer.egress
                yield _Request(egress.host or "", egress.model or "", egress.left, row.asked_at)
            changed = uses or repeats
            kept = _without_counterparts(answer, deleted)
            if kept != answer and not changed:
                row.answer = kept.to_json()
        if asked:
            row.question = say("words_removed", Language(row.language))
            answer = replace(answer, question=row.question, searched=row.question)
        if changed or asked:
            row.answer = (redacted(answer) if changed else answer).to_json()
            empty.add(row.id)
    _erase_comments(session, [row.id for row in rows], empty, deleted)


def _without_counterparts(answer: StoredAnswer, deleted: DeletedContent) -> StoredAnswer:
    """Return an answer without the places of deleted versions beside its quotes: they have names and titles."""
    citations = tuple(
        replace(one, twin=None) if one.twin is not None and one.twin.version_id in deleted.version_ids else one
        for one in answer.citations
    )
    return replace(answer, citations=citations)


def _erase_comments(session: Session, messages: Sequence[int], empty: set[int], deleted: DeletedContent) -> None:
    query = sa.select(FeedbackRow).where(FeedbackRow.message_id.in_(messages), FeedbackRow.comment != "")
    rows = session.scalars(query).all()
    for row, found in zip(rows, deleted.occurs_in([one.comment for one in rows]), strict=True):
        if found or row.message_id in empty:
            row.comment = ""


def _totals(sent: Iterable[_Request]) -> list[Sent]:
    """Return one entry for each model."""
    times: dict[tuple[str, str, bool], list[datetime]] = {}
    for one in sent:
        times.setdefault((one.host, one.model, one.external), []).append(one.at)
    return [Sent(*key, len(found), min(found), max(found)) for key, found in sorted(times.items())]
