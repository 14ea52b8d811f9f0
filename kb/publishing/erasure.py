"""What has been said with a document's words goes when the document goes: kept answers lose their text."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.activity_tables import MessageRow

__all__ = ["redact_answers"]

_AT_ONCE = 500


def redact_answers(session: Session, version_ids: Collection[int]) -> int:
    """Empty the kept answers that quote these versions, or show them as nearest; return how many.

    The question stays, for its asker wrote it; the answer keeps its shape
    (``assistant.answers.answer_view.AnswerView``), with ``withheld`` set.
    """
    number = 0
    for row in session.scalars(sa.select(MessageRow).execution_options(yield_per=_AT_ONCE)):
        if _stands_on(row.answer, version_ids):
            row.answer = row.answer | {
                "answer": "",
                "message": "",
                "citations": [],
                "nearest": [],
                "egress": {**row.answer.get("egress", {}), "sent": []},
                "withheld": True,
            }
            number += 1
    return number


def _stands_on(answer: dict[str, Any], version_ids: Collection[int]) -> bool:
    references = [*(answer.get("citations") or []), *(answer.get("nearest") or [])]
    return any(one.get("version_id") in version_ids for one in references)
