"""Passwords of accounts: checked, changed, taken away."""

from __future__ import annotations

from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.people import accounts, revocation
from kb.people.credentials import hash_password, verify_password
from kb.store.tables.platform_tables import UserRow
from kb.store.tenants import platform

__all__ = ["change", "owner_of", "remove_password", "store_hash"]


def owner_of(settings: Settings, email: str, password: str) -> UserRow | None:
    """Return the account if the password fits and it is not disabled; takes as long when there is none."""
    row = accounts.by_email(settings, email)
    fits = verify_password(password, row.password_hash if row else "")
    return row if fits and row is not None and row.disabled_at is None else None


def change(settings: Settings, user_id: int, password: str) -> None:
    """Set a new password; links to choose one (:mod:`kb.people.password_resets`) and all sessions end.

    Raises:
        InputError: ``password_too_short``.
        NotFound: ``user_not_found``.
    """
    hashed = hash_password(password)
    accounts.by_id(settings, user_id)
    with platform(settings) as session:
        store_hash(session, user_id, hashed)


def store_hash(session: Session, user_id: int, hashed: str) -> None:
    """Set a password by its hash, "" for none; links to choose one and all sessions of the person end."""
    session.get_one(UserRow, user_id).password_hash = hashed
    revocation.end_resets(session, user_id)
    revocation.end_sessions(session, user_id)


def remove_password(settings: Settings, user_id: int) -> None:
    """Leave a person only the sign-in of an OpenID Connect provider, until a new password is set.

    Raises:
        NotFound: ``user_not_found``.
    """
    accounts.by_id(settings, user_id)
    with platform(settings) as session:
        store_hash(session, user_id, "")
