"""The people of an organisation whom others may ask: who looks after people and rights, and who brings documents in."""

from __future__ import annotations

from kb.core.settings import Settings
from kb.people import accounts
from kb.people.access import ROLES, Ability, Role
from kb.store.tables.platform_tables import UserRow

__all__ = ["editors", "first_owner", "owners"]


def owners(settings: Settings, tenant: str) -> list[UserRow]:
    """Return the owners who can sign in, the earliest account first."""
    return [user for user, role in _people(settings, tenant) if role is Role.OWNER]


def first_owner(settings: Settings, tenant: str) -> str:
    """Return the name of the earliest owner; "" where there is none, as in an organisation used from a terminal."""
    return next((user.name for user in owners(settings, tenant)), "")


def editors(settings: Settings, tenant: str) -> list[UserRow]:
    """Return the people who may bring documents in, editors before owners, the earliest account first."""
    people = [(user, role) for user, role in _people(settings, tenant) if Ability.EDIT in ROLES[role]]
    return [user for user, _ in sorted(people, key=lambda one: one[1] is Role.OWNER)]


def _people(settings: Settings, tenant: str) -> list[tuple[UserRow, Role]]:
    able = [one for one in accounts.members(settings, tenant) if one.user.disabled_at is None]
    return [(one.user, one.role) for one in sorted(able, key=lambda one: one.user.id)]
