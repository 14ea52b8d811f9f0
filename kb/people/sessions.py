"""Signed-in browsers, and those in which a person has signed in before.

A cookie of its own, which outlives the session, makes a browser known. Failed sign-ins by strangers slow down strangers
only: a known browser has a count of its own. See OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from kb.core.settings import Settings
from kb.people.credentials import new_token, token_hash
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import DeviceRow, SessionRow, UserRow
from kb.store.tenants import platform

__all__ = ["DEVICE_LIFETIME", "SignedIn", "end", "find", "is_known_device", "remember_device", "start"]

# How often the time of the last visit is written down.
_NOTED_EVERY = timedelta(minutes=5)
# Browsers keep no cookie for longer than 400 days.
DEVICE_LIFETIME = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class SignedIn:
    """Who a browser's session belongs to, and the token its changes must carry."""

    user: UserRow
    csrf: str


def start(settings: Settings, user_id: int) -> str:
    """Open a session and return its token for the cookie; expired ones are swept on the way."""
    token = new_token()
    with platform(settings) as session:
        session.execute(sa.delete(SessionRow).where(SessionRow.expires_at < now()))
        session.add(
            SessionRow(
                token_hash=token_hash(token),
                user_id=user_id,
                csrf=secrets.token_urlsafe(24),
                expires_at=now() + timedelta(hours=settings.session_hours),
            )
        )
    return token


def find(settings: Settings, token: str) -> SignedIn | None:
    """Return whose session this is; None for an unknown, expired or disabled one. Each use makes it last longer."""
    query = (
        sa.select(SessionRow, UserRow)
        .join(UserRow, UserRow.id == SessionRow.user_id)
        .where(
            SessionRow.token_hash == token_hash(token),
            SessionRow.expires_at > now(),
            UserRow.disabled_at.is_(None),
        )
    )
    with platform(settings) as session:
        found = session.execute(query).first()
        if found is None:
            return None
        row, user = found
        if now() - row.seen_at > _NOTED_EVERY:
            row.seen_at = now()
            row.expires_at = now() + timedelta(hours=settings.session_hours)
        return SignedIn(user, row.csrf)


def end(settings: Settings, token: str) -> None:
    """Sign a browser out."""
    with platform(settings) as session:
        session.execute(sa.delete(SessionRow).where(SessionRow.token_hash == token_hash(token)))


def remember_device(settings: Settings, user_id: int, token: str | None) -> str:
    """Record that a person has signed in with a browser, and return the token for its cookie.

    The token is always a new one: nobody who has put a token into somebody else's browser is known with it.

    Args:
        token: what the browser's cookie held; the other people who use this browser stay known.
    """
    fresh = new_token()
    with platform(settings) as session:
        session.execute(sa.delete(DeviceRow).where(DeviceRow.seen_at < now() - DEVICE_LIFETIME))
        if token is not None:
            mine = DeviceRow.token_hash == token_hash(token)
            session.execute(sa.delete(DeviceRow).where(mine, DeviceRow.user_id == user_id))
            session.execute(sa.update(DeviceRow).where(mine).values(token_hash=token_hash(fresh)))
        session.add(DeviceRow(token_hash=token_hash(fresh), user_id=user_id))
    return fresh


def is_known_device(settings: Settings, token: str, email: str) -> bool:
    """Return whether the person with this address has signed in with the browser that holds ``token``."""
    query = sa.select(
        sa.exists().where(
            DeviceRow.token_hash == token_hash(token),
            DeviceRow.seen_at >= now() - DEVICE_LIFETIME,
            UserRow.id == DeviceRow.user_id,
            UserRow.email == email.strip().casefold(),
        )
    )
    with platform(settings) as session:
        return bool(session.scalar(query))
