"""The first account of an installation, which owns its first organisations."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

from kb.core import data_files
from kb.core.errors import Conflict, InputError
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts
from kb.people.access import Role
from kb.people.credentials import check_password
from kb.people.initial_collections import make_first_collection
from kb.store import tenants
from kb.store.tables.platform_tables import UserRow

__all__ = ["NewTenant", "create_first_account"]

_ONE_AT_A_TIME = threading.Lock()


@dataclass(frozen=True, slots=True)
class NewTenant:
    """An organisation to make: its name, whom a refusal names, and its short name; "" makes one from the name."""

    name: str
    contact: str = ""
    slug: str = ""


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

    An organisation without collections gets a first one, open to all.

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
            owned.append(_create_tenant(settings, new, email))
        user = accounts.create(settings, email, name, password, locale)
        for slug in owned:
            accounts.add_member(settings, user.id, slug, Role.OWNER)
            library = Library(tenants.get(settings, slug))
            made = make_first_collection(library, locale)
            if made is not None:
                actor = Actor(access.subject_of(user.id), user.name)
                audit.record(library, actor, "collection.create", made.slug, open=True)
        return user


def _create_tenant(settings: Settings, new: NewTenant, email: str) -> str:
    """Create the organisation and return its slug; without Latin letters in its name, its e-mail domain is used."""
    if new.slug:
        return tenants.create(settings, new.slug, new.name, new.contact).slug
    domain = email.rpartition("@")[2].casefold()
    hint = "" if domain in data_files.lines("kb.people", "mail_providers.txt") else domain.partition(".")[0]
    return tenants.create_named(settings, new.name, new.contact, hint).slug
