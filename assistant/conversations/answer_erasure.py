"""Stored answers when a document is deleted: those that quote it lose their text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.activity_tables import MessageRow

__all__ = ["erase_answers"]

_AT_ONCE = 500


def erase_answers(session: Session, version_ids: Collection[int]) -> None:
    """Empty the stored answers that quote these versions, or show them as nearest (:mod:`kb.publishing.erasure`).

    The question stays, for its asker wrote it.
    """
    for row in session.scalars(sa.select(MessageRow).execution_options(yield_per=_AT_ONCE)):
        if _stands_on(row.answer, version_ids):
            row.answer = _redacted(row.answer)


def _stands_on(answer: dict[str, Any], version_ids: Collection[int]) -> bool:
    references = [*(answer.get("citations") or []), *(answer.get("nearest") or [])]
    return any(one.get("version_id") in version_ids for one in references)


def _redacted(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer in its shape (:class:`assistant.answers.answer_view.AnswerView`), without what it said."""
    nothing: dict[str, Any] = {"answer": "", "message": "", "citations": [], "nearest": []}
    return answer | nothing | {"egress": {**answer.get("egress", {}), "sent": []}, "withheld": True}
