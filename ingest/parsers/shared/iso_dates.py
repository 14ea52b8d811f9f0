"""Dates in the metadata of files."""

from __future__ import annotations

import re
from datetime import date

__all__ = ["iso_date"]


def iso_date(text: str) -> date | None:
    """Return the ISO 8601 date (YYYY-MM-DD) that the text starts with; None without a valid one."""
    match = re.match(r"(\d{4})-(\d{2})-(\d{2})", text)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
