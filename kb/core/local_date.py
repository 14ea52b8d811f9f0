"""Days: today in Hong Kong, the dates people type, and those that programs send."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from kb.core.errors import InputError

__all__ = ["HONG_KONG", "IsoDate", "in_hong_kong", "parse_date", "today"]

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def today() -> date:
    """Return today's date in Hong Kong."""
    return datetime.now(HONG_KONG).date()


def in_hong_kong(at: datetime) -> datetime:
    """Return a time in Hong Kong; one without a zone is UTC, as the records keep times."""
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(HONG_KONG)


def parse_date(value: str | None) -> date | None:
    """Read ``YYYY-MM-DD``; nothing given is ``None``.

    Raises:
        InputError: ``date_invalid``.
    """
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except (ValueError, TypeError) as error:
        raise InputError("date_invalid", value=str(value)) from error


def _check_written_out(value: object) -> object:
    if isinstance(value, date) or (isinstance(value, str) and re.fullmatch(r"\d{4}-\d{2}-\d{2}", value, re.ASCII)):
        return value
    raise PydanticCustomError("date_format", "Input should be a date as YYYY-MM-DD")


# A date in a request. Pydantic alone also takes numbers for dates: seconds since 1970, as text too.
IsoDate = Annotated[date, Field(strict=False), BeforeValidator(_check_written_out)]
