"""Usage statistics: only numbers, no texts or names."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Manager
from assistant.library_admin.usage_statistics import usage

__all__ = ["router"]

router = APIRouter(prefix="/api/v1/tenants/{tenant}", tags=["usage"])


class DayPublic(BaseModel):
    """The questions of one day, in Hong Kong time."""

    day: date
    questions: int
    refused: int


class StoragePublic(BaseModel):
    """Sizes on disk, in bytes."""

    originals: int
    vectors: int
    records: int
    images: int = Field(description="Page images; they are made again when needed.")


class UsagePublic(BaseModel):
    """Counts. ``days`` has every day of the requested period, oldest first."""

    days: list[DayPublic]
    helpful: int
    unhelpful: int
    documents: int
    drafts: int
    versions: int
    passages: int
    storage: StoragePublic


@router.get("/usage", summary="Show usage in numbers")
def show(caller: Manager, days: Annotated[int, Query(ge=1, le=366)] = 30) -> UsagePublic:
    return UsagePublic.model_validate(usage(caller.library, days), from_attributes=True)
