"""A tenant's own choices, kept in its records as JSON by key; what may be chosen is checked by who reads it.

Choices of one person are in :mod:`kb.library.user_settings`.
"""

from __future__ import annotations

from typing import Any

from kb.library.documents import Library
from kb.store.tables.activity_tables import SettingRow

__all__ = ["get", "put"]


def get(library: Library, key: str, default: Any = None) -> Any:
    """Return the value kept under ``key``, or ``default``."""
    with library.session() as session:
        row = session.get(SettingRow, key)
    return default if row is None else row.value


def put(library: Library, key: str, value: Any) -> None:
    """Keep a JSON-serialisable value under ``key``; None forgets it."""
    with library.transaction() as session:
        row = session.get(SettingRow, key)
        if value is None:
            if row is not None:
                session.delete(row)
        elif row is None:
            session.add(SettingRow(key=key, value=value))
        else:
            row.value = value
