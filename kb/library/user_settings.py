"""A person's own choices in one tenant, kept in its records as JSON by person and key.

Like the person's conversations, they are kept when the membership ends, and are valid again if the person rejoins.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from kb.library.documents import Library
from kb.store.tables.activity_tables import UserSettingRow

__all__ = ["get", "put"]


def get(library: Library, user_id: int, key: str, default: Any = None) -> Any:
    """Return the value that a person has chosen for ``key``, or ``default``."""
    with library.session() as session:
        row = session.get(UserSettingRow, (user_id, key))
    return default if row is None else row.value


def put(library: Library, user_id: int, key: str, value: Any) -> None:
    """Keep a JSON-serialisable value for a person under ``key``; None forgets it."""
    kept = sa.delete(UserSettingRow).where(UserSettingRow.user_id == user_id, UserSettingRow.key == key)
    with library.transaction() as session:
        if value is None:
            session.execute(kept)
        else:
            session.merge(UserSettingRow(user_id=user_id, key=key, value=value))
