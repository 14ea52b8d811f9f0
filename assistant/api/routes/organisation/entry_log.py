"""What the audit trail and the list of what was sent share: days and person to filter by, and the export."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Annotated

from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field

from assistant.service.callers import Caller, check_still_allowed
from kb.core.errors import SinziError
from kb.core.local_date import HONG_KONG, IsoDate
from kb.people.access import Ability

__all__ = ["EntryFilter", "EntryId", "export_response"]

# After so many lines of an export the caller's rights are looked at again.
_LINES = 100
EntryId = Annotated[int, Field(ge=1, le=2**31 - 1)]


class EntryFilter(BaseModel):
    """Which entries to return. Days are those of Hong Kong; ``until`` is included."""

    model_config = ConfigDict(extra="forbid")
    since: IsoDate | None = None
    until: IsoDate | None = None
    actor: Annotated[str, Field(max_length=40)] = Field(default="", examples=["user:3"])

    def times(self) -> tuple[datetime | None, datetime | None]:
        """Return the first moment and the one after the last, as the database keeps times: UTC without a zone."""
        last = self.until + timedelta(days=1) if self.until and self.until.year <= 9000 else None
        return _midnight(self.since), _midnight(last)

    def values(self) -> dict[str, str]:
        """Return the fields that are set, as text; without page and format."""
        fields = self.model_dump(exclude={"format", "before"})
        return {name: str(value) for name, value in fields.items() if value not in (None, "")}


def export_response(caller: Caller, kind: str, file_format: str, lines: Iterator[str]) -> StreamingResponse:
    """Return a download of ``lines``. It ends early if the caller is no owner any more.

    Args:
        kind: "audit" or "egress", the beginning of the file's name.
        file_format: "csv" or "jsonl".
    """
    media_type = "text/csv" if file_format == "csv" else "application/jsonl"
    name = f"{kind}-{caller.tenant.slug}-{datetime.now(UTC):%Y%m%d}.{file_format}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return StreamingResponse(_while_owner(caller, lines), media_type=f"{media_type}; charset=utf-8", headers=headers)


def _while_owner(caller: Caller, lines: Iterator[str]) -> Iterator[str]:
    for number, line in enumerate(lines, 1):
        yield line
        if number % _LINES == 0:
            try:
                check_still_allowed(caller, Ability.MANAGE)
            except SinziError:
                return


def _midnight(day: date | None) -> datetime | None:
    """Return the start of a day in Hong Kong, in UTC without a zone."""
    if day is None or not 1971 <= day.year <= 9000:  # some systems cannot convert times outside this range
        return None
    return datetime(day.year, day.month, day.day, tzinfo=HONG_KONG).astimezone(UTC).replace(tzinfo=None)
