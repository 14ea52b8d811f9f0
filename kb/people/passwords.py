"""Passwords of accounts: checked, changed, taken away."""

from __future__ import annotations

import sqlalchemy as sa

from kb.core.settings import Settings
from kb.people import accounts
from kb.people.credentials import hash_password, verify_password
from kb.store.tables.platform_tables import PasswordResetRow, UserRow
from kb.store.tenants import platform

__all__ = ["change", "owner_of", "remove_password"]


def owner_of(settings: Settings, email: str, password: str) -> UserRow | None:
    """Return the account if the password fits and it is not disabled; takes as long when there is none."""
    row = accounts.by_email(settings, email)
    fits = verify_password(password, row.password_hash if row else "")
    return row if fits and row is not None and row.disabled_at is None else None


def change(settings: Settings, user_id: int, password: str) -> None:
    """Set a new password; links to choose one (:mod:`kb.people.password_resets`) end.

    Raises:
        InputError: ``password_too_short``.
        NotFound: ``user_not_found``.
    """
    hashed = hash_password(password)
    accounts.by_id(settings, user_id)
    unused = sa.delete(PasswordResetRow).where(PasswordResetRow.user_id == user_id, PasswordResetRow.used_at.is_(None))
    with platform(settings) as session:
        session.get_one(UserRow, user_id).password_hash = hashed
        session.execute(unused)


def remove_password(settings: Settings, user_id: int) -> None:
    """Leave a person only the sign-in of an OpenID Connect provider, until a new password is set.

    Raises:
        NotFound: ``user_not_found``.
    """
    accounts.by_id(settings, user_id)
    with platform(settings) as session:
        session.get_one(UserRow, user_id).password_hash = ""
