"""Erase the text of stored answers that quote a deleted document."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlalchemy.orm import Session

from assistant.conversations.stored_answer import StoredAnswer, redacted
from kb.store.tables.activity_tables import MessageRow

__all__ = ["erase_answers"]

_AT_ONCE = 500


def erase_answers(session: Session, version_ids: Collection[int]) -> None:
    """Empty the stored answers that quote these versions, or show them as nearest (:mod:`kb.publishing.erasure`).

    The question stays, because its asker wrote it.
    """
    for row in session.scalars(sa.select(MessageRow).execution_options(yield_per=_AT_ONCE)):
        answer = StoredAnswer.from_json(row.answer)
        if any(place.version_id in version_ids for place in answer.places):
            row.answer = redacted(answer).to_json()
