"""Browsers in which a person has signed in before, known by a cookie of their own that outlives the session.

Failed sign-ins by strangers slow down strangers only: a known browser has a count of its own. See OWASP, "Slow Down
Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from kb.core.settings import Settings
from kb.people.credentials import new_token, token_hash
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import DeviceRow, UserRow
from kb.store.tenants import platform

__all__ = ["LIFETIME", "is_known", "remember"]

# Browsers keep no cookie for longer than 400 days.
LIFETIME = timedelta(days=400)


def remember(settings: Settings, user_id: int, token: str | None) -> str:
    """Record that a person has signed in with a browser, and return the token for its cookie.

    The token is always a new one: nobody who has put a token into somebody else's browser is known with it.

    Args:
        token: what the browser's cookie held; the other people who use this browser stay known.
    """
    fresh = new_token()
    with platform(settings) as session:
        session.execute(sa.delete(DeviceRow).where(DeviceRow.seen_at < now() - LIFETIME))
        if token is not None:
            mine = DeviceRow.token_hash == token_hash(token)
            session.execute(sa.delete(DeviceRow).where(mine, DeviceRow.user_id == user_id))
            session.execute(sa.update(DeviceRow).where(mine).values(token_hash=token_hash(fresh)))
        session.add(DeviceRow(token_hash=token_hash(fresh), user_id=user_id))
    return fresh


def is_known(settings: Settings, token: str, email: str) -> bool:
    """Return whether the person with this address has signed in with the browser that holds ``token``."""
    query = sa.select(
        sa.exists().where(
            DeviceRow.token_hash == token_hash(token),
            DeviceRow.seen_at >= now() - LIFETIME,
            UserRow.id == DeviceRow.user_id,
            UserRow.email == email.strip().casefold(),
        )
    )
    with platform(settings) as session:
        return bool(session.scalar(query))
