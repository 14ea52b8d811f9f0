"""Days: today in Hong Kong, and the dates people type."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

from kb.core.errors import InputError

__all__ = ["HONG_KONG", "parse_date", "today"]

HONG_KONG = ZoneInfo("Asia/Hong_Kong")


def today() -> date:
    """Return today's date in Hong Kong."""
    return datetime.now(HONG_KONG).date()


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
