"""Models of the people's data that was found in documents, and of what is decided about it."""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, Field

from assistant.api.schemas.bodies import Body, Choice, UtcTime
from assistant.service.callers import Caller
from kb.personal_data.personal_span import PersonalKind
from kb.publishing import personal_data_decisions
from kb.store.tables.library_tables import PersonalDataRow
from kb.store.tables.states import PersonalDataDecision

__all__ = ["DataDecision", "DecisionUpdate", "PersonalDataPublic", "personal_data_of"]


class DataDecision(StrEnum):
    """What can be decided."""

    KEEP = "keep"
    MASK = "mask"
    PUBLISH = "publish"


class DecisionUpdate(Body):
    """keep: only owners read it. mask: the stored text has marks in its place. publish: as it is."""

    decision: Choice[DataDecision]


class PersonalDataPublic(BaseModel):
    """The people's data that was found in a version."""

    version_id: int
    counts: dict[PersonalKind, int] = Field(description="Different pieces by kind; kinds without any are absent.")
    is_list: bool = Field(description="Whether it lists several persons.")
    decision: PersonalDataDecision = Field(
        description="Empty: nobody has decided. waiting: it is a draft until somebody decides."
    )
    decided_by: str
    decided_at: UtcTime | None


def personal_data_of(caller: Caller, version_ids: list[int]) -> dict[int, PersonalDataPublic]:
    """Return what was found in versions, by version id; absent where nothing was, or nobody has looked yet."""
    rows = personal_data_decisions.of_versions(caller.library, version_ids)
    return {version_id: _public(row) for version_id, row in rows.items() if row.counts}


def _public(row: PersonalDataRow) -> PersonalDataPublic:
    return PersonalDataPublic(
        version_id=row.version_id,
        counts={PersonalKind(kind): count for kind, count in row.counts.items()},
        is_list=row.is_list,
        decision=row.decision,
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
