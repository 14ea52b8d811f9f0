"""Accounts and memberships."""

from __future__ import annotations

import re
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.people.access import Role
from kb.people.credentials import hash_password
from kb.store.tables.platform_tables import MembershipRow, UserRow
from kb.store.tenants import platform

__all__ = [
    "Membership",
    "add_member",
    "by_email",
    "by_id",
    "change",
    "count",
    "create",
    "enable",
    "listing",
    "members",
    "memberships",
    "normalise_email",
    "role_in",
]

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}\.[^@\s.]{2,}")


@dataclass(frozen=True, slots=True)
class Membership:
    """A person in a tenant."""

    user: UserRow
    tenant: str
    role: Role


def normalise_email(email: str) -> str:
    """Return an e-mail address as it is stored.

    Raises:
        InputError: ``email_invalid``.
    """
    folded = email.strip().casefold()
    if not _EMAIL.fullmatch(folded):
        raise InputError("email_invalid", email=email)
    return folded


def create(settings: Settings, email: str, name: str, password: str | None, locale: str = "zh-HK") -> UserRow:
    """Create an account; without a password the person signs in elsewhere.

    Raises:
        InputError: ``email_invalid``, ``password_too_short``.
        Conflict: ``user_exists``.
    """
    hashed = hash_password(password) if password is not None else ""
    row = UserRow(email=normalise_email(email), name=name.strip() or email, password_hash=hashed, locale=locale)
    try:
        with platform(settings) as session:
            session.add(row)
            session.flush()
    except IntegrityError as error:
        raise Conflict("user_exists", email=row.email) from error
    return row


def count(settings: Settings) -> int:
    """Return the number of accounts: with none the service shows its set-up page."""
    with platform(settings) as session:
        return session.scalar(sa.select(sa.func.count()).select_from(UserRow)) or 0


def listing(settings: Settings) -> list[UserRow]:
    """Return all accounts by e-mail address."""
    with platform(settings) as session:
        return list(session.scalars(sa.select(UserRow).order_by(UserRow.email)))


def by_id(settings: Settings, user_id: int) -> UserRow:
    """Return an account.

    Raises:
        NotFound: ``user_not_found``.
    """
    with platform(settings) as session:
        row = session.get(UserRow, user_id)
    if row is None:
        raise NotFound("user_not_found")
    return row


def by_email(settings: Settings, email: str) -> UserRow | None:
    """Return the account with this address, if there is one."""
    with platform(settings) as session:
        return session.scalar(sa.select(UserRow).where(UserRow.email == email.strip().casefold()))


def change(settings: Settings, user_id: int, *, name: str | None = None, locale: str | None = None) -> UserRow:
    """Change a person's name or interface language; None leaves it.

    Raises:
        NotFound: ``user_not_found``.
    """
    by_id(settings, user_id)
    with platform(settings) as session:
        row = session.get_one(UserRow, user_id)
        row.name = name or row.name
        row.locale = locale or row.locale
        return row


def enable(settings: Settings, user_id: int) -> None:
    """Open a disabled account again. What ended with it (:func:`kb.people.members.disable`) does not come back.

    Raises:
        NotFound: ``user_not_found``.
    """
    by_id(settings, user_id)
    with platform(settings) as session:
        session.get_one(UserRow, user_id).disabled_at = None


def add_member(settings: Settings, user_id: int, tenant: str, role: Role) -> None:
    """Make a person a member of a tenant. For who may be one already: :func:`kb.people.members.add`."""
    with platform(settings) as session:
        session.merge(MembershipRow(user_id=user_id, tenant_slug=tenant, role=role.value))


def role_in(settings: Settings, user_id: int, tenant: str) -> Role | None:
    """Return a person's role in a tenant; None where there is no such tenant or membership, or the account is off."""
    query = (
        sa.select(MembershipRow.role)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(MembershipRow.user_id == user_id, MembershipRow.tenant_slug == tenant, UserRow.disabled_at.is_(None))
    )
    with platform(settings) as session:
        role = session.scalar(query)
    return Role(role) if role else None


def members(settings: Settings, tenant: str) -> list[Membership]:
    """Return a tenant's people by name."""
    return _memberships(settings, MembershipRow.tenant_slug == tenant)


def memberships(settings: Settings, user_id: int) -> list[Membership]:
    """Return the tenants a person belongs to."""
    return _memberships(settings, MembershipRow.user_id == user_id)


def _memberships(settings: Settings, condition: sa.ColumnElement[bool]) -> list[Membership]:
    query = (
        sa.select(UserRow, MembershipRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(condition)
        .order_by(UserRow.name, MembershipRow.tenant_slug)
    )
    with platform(settings) as session:
        return [Membership(user, row.tenant_slug, Role(row.role)) for user, row in session.execute(query)]
