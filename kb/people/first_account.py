"""The first account of an installation, which owns its first organisations."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from kb.core.errors import Conflict, InputError
from kb.core.settings import Settings
from kb.people import accounts
from kb.people.access import Role
from kb.people.credentials import check_password
from kb.store import tenants
from kb.store.tables.platform_tables import UserRow

__all__ = ["NewTenant", "create_first_account"]

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class NewTenant:
    """An organisation to make: its short name, its name, and whom a refusal names."""

    slug: str
    name: str
    contact: str = ""


def create_first_account(
    settings: Settings,
    email: str,
    name: str,
    password: str,
    new: NewTenant | None,
    take_over: Sequence[str] = (),
    locale: str = "zh-HK",
) -> UserRow:
    """Make the first account, owner of a new organisation and of those in ``take_over``, which exist already.

    Raises:
        Conflict: ``setup_done`` once there is an account; ``tenant_exists``.
        InputError: ``setup_no_tenant``, ``tenant_slug_invalid``, ``email_invalid``, ``password_too_short``.
        NotFound: ``tenant_not_found``.
    """
    with _ONE_AT_A_TIME:
        if accounts.count(settings):
            raise Conflict("setup_done")
        owned = [tenants.get(settings, slug).slug for slug in take_over]
        if new is None and not owned:
            raise InputError("setup_no_tenant")
        # Everything that can be wrong is looked at before anything is made.
        accounts.normalise_email(email)
        check_password(password)
        if new is not None:
            owned.append(tenants.create(settings, new.slug, new.name, new.contact).slug)
        user = accounts.create(settings, email, name, password, locale)
        for slug in owned:
            accounts.add_member(settings, user.id, slug, Role.OWNER)
        return user
