"""Tables of the platform (``platform.sqlite``): tenants, people, and how they prove who they are.

No secret is stored: passwords as Argon2 hashes, tokens of sessions, invitations and API keys as SHA-256.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kb.store.tables.columns import NAMING, now

__all__ = [
    "ApiKeyRow",
    "DeviceRow",
    "IdentityRow",
    "InvitationRow",
    "MembershipRow",
    "PasswordResetRow",
    "SessionRow",
    "TenantRow",
    "UserRow",
]


class PlatformBase(DeclarativeBase):
    """Tables of ``platform.sqlite``."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {dict[str, Any]: JSON, list[Any]: JSON}  # noqa: RUF012 - SQLAlchemy's own protocol


class TenantRow(PlatformBase):
    __tablename__ = "tenants"
    slug: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    contact: Mapped[str] = mapped_column(default="")
    created_at: Mapped[datetime] = mapped_column(default=now)


class UserRow(PlatformBase):
    """A person. ``email`` is case-folded; ``password_hash`` is empty for who signs in elsewhere (OpenID Connect)."""

    __tablename__ = "users"
    id: Mapped[int] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    password_hash: Mapped[str] = mapped_column(default="")
    locale: Mapped[str] = mapped_column(default="zh-HK")
    created_at: Mapped[datetime] = mapped_column(default=now)
    disabled_at: Mapped[datetime | None]


class IdentityRow(PlatformBase):
    """Who a person is at an OpenID Connect provider."""

    __tablename__ = "identities"
    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)


class MembershipRow(PlatformBase):
    """A person's role in a tenant: owner, editor, member or evaluator."""

    __tablename__ = "memberships"
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True)
    tenant_slug: Mapped[str] = mapped_column(ForeignKey("tenants.slug"), primary_key=True)
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)


class InvitationRow(PlatformBase):
    """A link that lets one person in; ``collections`` is ``{slug: level}`` to grant on acceptance.

    ``email`` is "" where only a name is known: then the person who accepts chooses the address of the new account.
    """

    __tablename__ = "invitations"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    tenant_slug: Mapped[str] = mapped_column(ForeignKey("tenants.slug"), index=True)
    email: Mapped[str]
    role: Mapped[str]
    collections: Mapped[dict[str, Any]]
    invited_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    name: Mapped[str] = mapped_column(default="")
    expires_at: Mapped[datetime]
    opened_at: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by: Mapped[int | None]


class PasswordResetRow(PlatformBase):
    """A link with which a person chooses a new password, once; ``created_by`` 0 means ``kb person reset``."""

    __tablename__ = "password_resets"
    id: Mapped[int] = mapped_column(primary_key=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    created_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class SessionRow(PlatformBase):
    """A signed-in browser. ``csrf`` must come back with every change it asks for."""

    __tablename__ = "sessions"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), index=True)
    csrf: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(default=now)
    seen_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]


class DeviceRow(PlatformBase):
    """A browser in which a person has signed in: its cookie's token, one row for each person who used it."""

    __tablename__ = "devices"
    token_hash: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("users.id"), primary_key=True, index=True)
    seen_at: Mapped[datetime] = mapped_column(default=now)


class ApiKeyRow(PlatformBase):
    """A program's key to one tenant; ``collections`` None means all that are open to everyone in the tenant."""

    __tablename__ = "api_keys"
    id: Mapped[int] = mapped_column(primary_key=True)
    tenant_slug: Mapped[str] = mapped_column(ForeignKey("tenants.slug"), index=True)
    name: Mapped[str]
    prefix: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    collections: Mapped[list[Any] | None]
    abilities: Mapped[list[Any]]
    created_by: Mapped[int]
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
