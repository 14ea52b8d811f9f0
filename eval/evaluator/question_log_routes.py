"""REST route of the question log: groups of refused and disliked questions, without the people who asked."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from assistant.api.auth.dependencies import Evaluator, ServiceDep
from eval.evaluator.question_log import groups, visible_to

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}/logged-questions", tags=["measure"])


class LoggedPublic(BaseModel):
    """A question; ``trouble`` is "refused", or "disliked" with the reason of the feedback."""

    message_id: int
    question: str
    language: str
    asked_at: datetime
    trouble: str
    reason: str
    comment: str


class GroupPublic(BaseModel):
    """Questions with the same meaning, newest first."""

    refused: int
    disliked: int
    questions: list[LoggedPublic]


@router.get("", summary="Questions that went wrong, grouped", operation_id="list_logged_questions")
def listing(
    caller: Evaluator,
    service: ServiceDep,
    days: Annotated[int, Query(ge=1, le=3650, description="How many days back.")] = 90,
) -> list[GroupPublic]:
    return [
        GroupPublic(
            refused=group.refused,
            disliked=group.disliked,
            questions=[
                LoggedPublic(
                    message_id=one.message_id,
                    question=one.question,
                    language=one.language,
                    asked_at=one.asked_at,
                    trouble=one.trouble,
                    reason=one.reason,
                    comment=one.comment,
                )
                for one in group.questions
            ],
        )
        for group in groups(service.settings, caller.library, visible_to(caller), days)
    ]
