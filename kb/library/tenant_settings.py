"""A tenant's own choices, kept in its records as JSON by key; what may be chosen is checked by who reads it.

Choices of one person are in :mod:`kb.library.user_settings`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from kb.library.documents import Library
from kb.store.database import lock_for_writing
from kb.store.tables.activity_tables import SettingRow

__all__ = ["get", "put", "update"]


def get(library: Library, key: str, default: Any = None) -> Any:
    """Return the value kept under ``key``, or ``default``."""
    with library.session() as session:
        row = session.get(SettingRow, key)
    return default if row is None else row.value


def put(library: Library, key: str, value: Any) -> None:
    """Keep a JSON-serialisable value under ``key``; None forgets it."""
    update(library, key, lambda _: value)


def update(library: Library, key: str, change: Callable[[Any], Any]) -> None:
    """Keep ``change(value)`` in place of the value (None: none is kept); nobody else writes in between.

    An error that ``change`` raises leaves the value as it is.
    """
    with library.transaction() as session:
        lock_for_writing(session)
        row = session.get(SettingRow, key)
        value = change(None if row is None else row.value)
        if value is None:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(SettingRow(key=key, value=value))
        else:
            row.value = value
