"""Signed-in browsers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from kb.core.settings import Settings
from kb.people.credentials import new_token, token_hash
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import SessionRow, UserRow
from kb.store.tenants import platform

__all__ = ["SignedIn", "end", "find", "start"]

# How often the time of the last visit is written down.
_NOTED_EVERY = timedelta(minutes=5)


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
