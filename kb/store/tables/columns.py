"""What the tables of both schemas share: constraint names and the clock."""

from __future__ import annotations

from datetime import UTC, datetime

__all__ = ["NAMING", "now"]

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


def now() -> datetime:
    """Return the time in UTC, without a zone, as the records keep it."""
    return datetime.now(UTC).replace(tzinfo=None)
