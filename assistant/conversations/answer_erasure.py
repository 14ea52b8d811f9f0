"""Erase the text of stored answers that quote a deleted document."""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from pydantic import ValidationError
from sqlalchemy.orm import Session

from assistant.conversations.stored_answer import StoredAnswer, emptied, redacted
from kb.core.errors import Misconfigured
from kb.store.tables.activity_tables import MessageRow

__all__ = ["erase_answers"]

_AT_ONCE = 500


def erase_answers(session: Session, version_ids: Collection[int]) -> None:
    """Empty the stored answers that quote these versions, or show them as nearest (:mod:`kb.publishing.erasure`).

    The question stays, because its asker wrote it. An answer that this program cannot read (a newer one wrote it) is
    emptied too: what it quotes is unknown here, and it must not keep a document from being deleted.
    """
    for row in session.scalars(sa.select(MessageRow).execution_options(yield_per=_AT_ONCE)):
        try:
            answer = StoredAnswer.from_json(row.answer)
        except (Misconfigured, ValidationError):
            row.answer = emptied(row.question, row.language).to_json()
            continue
        if any(place.version_id in version_ids for place in answer.places):
            row.answer = redacted(answer).to_json()
