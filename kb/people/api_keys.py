"""API keys: a program's way into one tenant, with chosen abilities and collections."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

import sqlalchemy as sa

from kb.core.errors import InputError, NotFound
from kb.core.settings import Settings
from kb.people.access import Ability, is_owner
from kb.people.credentials import new_token, token_hash
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import ApiKeyRow
from kb.store.tenants import platform

__all__ = ["ALLOWED", "create", "find", "forget_collection", "listing", "revoke", "state_of"]

PREFIX = "sinzi_"
# A program never looks after people or settings.
ALLOWED = frozenset({Ability.ASK, Ability.READ, Ability.EDIT, Ability.EVALUATE})
_NOTED_EVERY = timedelta(minutes=5)


class KeyState(StrEnum):
    """Whether a key opens anything, and if not, why."""

    ACTIVE = "active"
    EXPIRED = "expired"
    REVOKED = "revoked"


def state_of(row: ApiKeyRow) -> KeyState:
    """Return the state of a key now."""
    if row.revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if row.expires_at is not None and row.expires_at <= now() else KeyState.ACTIVE


def create(
    settings: Settings,
    tenant: str,
    name: str,
    abilities: Iterable[Ability],
    collections: list[str] | None,
    created_by: int,
    expires_at: datetime | None = None,
) -> tuple[ApiKeyRow, str]:
    """Make a key and return it with its token, which is never shown again.

    Raises:
        InputError: ``key_abilities_invalid``.
    """
    wanted = {Ability(one) for one in abilities}
    if not wanted or not wanted <= ALLOWED:
        raise InputError("key_abilities_invalid", allowed=", ".join(sorted(ALLOWED)))
    token = new_token(PREFIX)
    row = ApiKeyRow(
        tenant_slug=tenant,
        name=name,
        prefix=token[: len(PREFIX) + 4],
        token_hash=token_hash(token),
        collections=collections,
        abilities=sorted(wanted),
        created_by=created_by,
        expires_at=expires_at,
    )
    with platform(settings) as session:
        session.add(row)
        session.flush()
    return row, token


def find(settings: Settings, token: str) -> ApiKeyRow | None:
    """Return the key with this token; None for an unknown, expired or revoked one, and if its maker is no owner now."""
    query = sa.select(ApiKeyRow).where(
        ApiKeyRow.token_hash == token_hash(token),
        ApiKeyRow.revoked_at.is_(None),
        sa.or_(ApiKeyRow.expires_at.is_(None), ApiKeyRow.expires_at > now()),
        is_owner(ApiKeyRow.created_by, ApiKeyRow.tenant_slug),
    )
    with platform(settings) as session:
        row = session.scalar(query)
        if row is not None and (row.used_at is None or now() - row.used_at > _NOTED_EVERY):
            row.used_at = now()
        return row


def listing(settings: Settings, tenant: str) -> list[ApiKeyRow]:
    """Return a tenant's keys, newest first, revoked ones too."""
    query = sa.select(ApiKeyRow).where(ApiKeyRow.tenant_slug == tenant).order_by(ApiKeyRow.id.desc())
    with platform(settings) as session:
        return list(session.scalars(query))


def forget_collection(settings: Settings, tenant: str, slug: str) -> None:
    """Remove a deleted collection from the keys that name it: a later collection of the same name is another one."""
    query = sa.select(ApiKeyRow).where(ApiKeyRow.tenant_slug == tenant)
    with platform(settings) as session:
        for row in session.scalars(query):
            if slug in (row.collections or ()):
                row.collections = [one for one in row.collections or () if one != slug]


def revoke(settings: Settings, tenant: str, key_id: int) -> ApiKeyRow:
    """Revoke a key for good and return it.

    Raises:
        NotFound: ``key_not_found``.
    """
    with platform(settings) as session:
        row = session.get(ApiKeyRow, key_id)
        if row is None or row.tenant_slug != tenant:
            raise NotFound("key_not_found")
        row.revoked_at = row.revoked_at or now()
    return row
