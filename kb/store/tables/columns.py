"""What the tables of both schemas share: constraint names, the clock, and columns of enums."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import Dialect, String, TypeDecorator

__all__ = ["NAMING", "EnumText", "now"]

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
_E = TypeVar("_E", bound=StrEnum)


def now() -> datetime:
    """Return the time in UTC, without a zone, as the records keep it."""
    return datetime.now(UTC).replace(tzinfo=None)


class EnumText(TypeDecorator[_E]):
    """A text column whose values are those of an enum, and which is read as members of it.

    SQLAlchemy's own ``Enum`` would store the members' names, and limit the column's length.

    Raises:
        ValueError: for a text that is no value of the enum, when it is written or read.
    """

    impl = String
    cache_ok = True

    def __init__(self, kind: type[_E]) -> None:
        super().__init__()
        self.kind = kind

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else self.kind(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> _E | None:
        return None if value is None else self.kind(value)
