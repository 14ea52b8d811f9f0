"""Fixtures of the library's tests: an organisation, and a key that may edit its collection."""

from __future__ import annotations

import pytest

from kb.core.settings import Settings
from kb.library import collections
from kb.library.documents import Library
from kb.people import accounts, api_keys
from kb.people.access import Ability, Role
from kb.store import tenants
from kb.store.tenants import Tenant


@pytest.fixture
def tenant(settings: Settings) -> Tenant:
    """An organisation with one collection."""
    made = tenants.create(settings, "harmony", "Harmony")
    collections.create(Library(made), "main", "Main")
    return made


@pytest.fixture
def token(settings: Settings, tenant: Tenant) -> str:
    """An API key that may edit ``main``."""
    owner = accounts.create(settings, "owner@harmony.example", "Owner", "correct horse battery")
    accounts.add_member(settings, owner.id, "harmony", Role.OWNER)
    return api_keys.create(settings, "harmony", "test", [Ability.READ, Ability.EDIT], ["main"], owner.id)[1]
