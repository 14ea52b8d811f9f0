"""Tenants: one NGO each, with a folder of its own that holds everything that is theirs.

    <data>/platform.sqlite               tenants, people, sessions, keys
    <data>/tenants/<slug>/records.sqlite documents, versions, chunks, words
    <data>/tenants/<slug>/vectors/       Chroma
    <data>/tenants/<slug>/files/         the originals

Everything that reads or writes a tenant's things starts from a :class:`Tenant`; there is no call that
takes two. Copying the folder is a backup; removing it is an erasure.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from kb.core import short_names
from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.core.short_names import SLUG
from kb.store.blobs import private_folder
from kb.store.database import open_engine
from kb.store.tables.platform_tables import PlatformBase, TenantRow

__all__ = ["Tenant", "change", "create", "create_named", "get", "listing", "platform", "remove"]


@dataclass(frozen=True, slots=True)
class Tenant:
    """One NGO: ``slug`` names its folder, ``contact`` is whom a refusal names."""

    slug: str
    name: str
    contact: str
    home: Path

    @property
    def records_path(self) -> Path:
        return self.home / "records.sqlite"

    @property
    def vectors_path(self) -> Path:
        return self.home / "vectors"

    @property
    def files_path(self) -> Path:
        return self.home / "files"


@contextmanager
def platform(settings: Settings) -> Iterator[Session]:
    """Open a transaction on the platform's records; rows survive its end."""
    private_folder(settings.data)
    with Session(_engine(settings.data / "platform.sqlite"), expire_on_commit=False) as session, session.begin():
        yield session


@lru_cache(maxsize=64)
def _engine(path: Path) -> sa.Engine:
    return open_engine(path, "platform")


def _tenant(row: TenantRow, settings: Settings) -> Tenant:
    home = settings.data / "tenants" / row.slug
    return Tenant(row.slug, row.name, row.contact or settings.contact, home)


def create(settings: Settings, slug: str, name: str, contact: str = "") -> Tenant:
    """Create a tenant and its folder. Other processes see the tenant when its records are there.

    Raises:
        InputError: ``tenant_slug_invalid``.
        Conflict: ``tenant_exists``.
    """
    if not SLUG.fullmatch(slug):
        raise InputError("tenant_slug_invalid", tenant=slug)
    try:
        with platform(settings) as session:
            row = TenantRow(slug=slug, name=name, contact=contact)
            session.add(row)
            session.flush()
            tenant = _tenant(row, settings)
            tenant.files_path.mkdir(parents=True, exist_ok=True)
            open_engine(tenant.records_path, "tenant").dispose()
    except IntegrityError as error:
        raise Conflict("tenant_exists", tenant=slug) from error
    return tenant


def create_named(settings: Settings, name: str, contact: str = "", hint: str = "") -> Tenant:
    """Create a tenant whose slug is made from its name.

    Args:
        hint: what the slug is made from where the name has no Latin letters, for example a domain.
    """
    otherwise = short_names.from_name(hint, (), "org")
    while True:
        # A folder without a tenant is what is left of a removed one: nobody gets it back under another name.
        folders = settings.data / "tenants"
        taken = {one.slug for one in listing(settings)}
        taken |= {one.name for one in folders.iterdir()} if folders.is_dir() else set()
        try:
            return create(settings, short_names.from_name(name, taken, otherwise), name, contact)
        except Conflict:
            continue  # another process took it a moment ago


def change(settings: Settings, slug: str, *, name: str | None = None, contact: str | None = None) -> Tenant:
    """Change the name people read, or whom a refusal names; None leaves it.

    Raises:
        NotFound: ``tenant_not_found``.
    """
    get(settings, slug)
    with platform(settings) as session:
        row = session.get_one(TenantRow, slug)
        row.name = row.name if name is None else name
        row.contact = row.contact if contact is None else contact
        return _tenant(row, settings)


def remove(settings: Settings, tenant: Tenant) -> None:
    """Remove a tenant for good: its folder, and everything the platform's records say of it.

    Accounts of people stay, because a person may be in several organisations. Nothing may have the tenant's files open.
    """
    with platform(settings) as session:
        for table in reversed(PlatformBase.metadata.sorted_tables):
            if "tenant_slug" in table.c:
                session.execute(sa.delete(table).where(table.c.tenant_slug == tenant.slug))
        session.execute(sa.delete(TenantRow).where(TenantRow.slug == tenant.slug))
    shutil.rmtree(tenant.home)


def get(settings: Settings, slug: str) -> Tenant:
    """Return the tenant ``slug``.

    Raises:
        NotFound: ``tenant_not_found``.
    """
    if not SLUG.fullmatch(slug) or not (settings.data / "platform.sqlite").is_file():
        raise NotFound("tenant_not_found", tenant=slug)
    with platform(settings) as session:
        row = session.get(TenantRow, slug)
        if row is None:
            raise NotFound("tenant_not_found", tenant=slug)
        return _tenant(row, settings)


def listing(settings: Settings) -> list[Tenant]:
    """Return all tenants by slug."""
    if not (settings.data / "platform.sqlite").is_file():
        return []
    with platform(settings) as session:
        return [_tenant(row, settings) for row in session.scalars(sa.select(TenantRow).order_by(TenantRow.slug))]
