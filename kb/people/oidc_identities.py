"""People as an OpenID Connect provider knows them, matched with accounts and invitations.

A provider never creates a tenant, and only admits people who have an account or an invitation here.
Only an e-mail address that the provider has verified counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from kb.core.errors import Forbidden
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import accounts, invitations, passwords
from kb.store import tenants
from kb.store.tables.platform_tables import IdentityRow, UserRow
from kb.store.tenants import platform

__all__ = ["IdentityClaims", "find_user"]


@dataclass(frozen=True, slots=True)
class IdentityClaims:
    """What a provider says of a person; ``email`` is empty unless verified."""

    issuer: str
    subject: str
    email: str
    name: str

    @classmethod
    def of(cls, issuer: str, claims: Mapping[str, Any]) -> IdentityClaims:
        """Read the claims of an ID token.

        Microsoft sends ``xms_edov`` ("the domain's owner is verified") in place of ``email_verified``.
        """
        verified = any(str(claims.get(name, "")).lower() in ("true", "1") for name in ("email_verified", "xms_edov"))
        email = str(claims.get("email") or "") if verified else ""
        return cls(issuer, str(claims["sub"]), email, str(claims.get("name") or email)[:120])


def find_user(settings: Settings, claimed: IdentityClaims) -> UserRow:
    """Return the account of the person who signed in at a provider, found by identity, by e-mail or by invitation.

    Raises:
        Forbidden: ``oidc_unverified``, ``oidc_unknown``.
    """
    user = _by_identity(settings, claimed)
    if user is None:
        if not claimed.email:
            raise Forbidden("oidc_unverified")
        user = _by_email(settings, claimed) or _by_invitation(settings, claimed)
    if user is None or user.disabled_at is not None:
        raise Forbidden("oidc_unknown", email=claimed.email)
    return user


def _by_identity(settings: Settings, claimed: IdentityClaims) -> UserRow | None:
    query = (
        sa.select(UserRow)
        .join(IdentityRow, IdentityRow.user_id == UserRow.id)
        .where(IdentityRow.issuer == claimed.issuer, IdentityRow.subject == claimed.subject)
    )
    with platform(settings) as session:
        return session.scalar(query)


def _by_email(settings: Settings, claimed: IdentityClaims) -> UserRow | None:
    """Link the identity to the account with the same address, and remove that account's password.

    The creator of the account need not own the address; the provider knows its owner. An account that is linked to
    another person of this provider is not reused: the address may now belong to a new colleague.
    """
    user = accounts.by_email(settings, claimed.email)
    if user is None or user.disabled_at is not None:
        return None
    query = sa.select(IdentityRow).where(IdentityRow.issuer == claimed.issuer, IdentityRow.user_id == user.id)
    with platform(settings) as session:
        if session.scalar(query) is not None:
            return None
    passwords.remove_password(settings, user.id)
    _link(settings, claimed, user)
    return user


def _by_invitation(settings: Settings, claimed: IdentityClaims) -> UserRow | None:
    """Make the account of somebody invited, and accept every invitation to the address.

    An account with this address, disabled or another person's, is not replaced.
    """
    invited = invitations.of_email(settings, claimed.email)
    if not invited or accounts.by_email(settings, claimed.email) is not None:
        return None
    user = accounts.create(settings, claimed.email, claimed.name, None)
    _link(settings, claimed, user)
    for row in invited:
        invitations.accept(settings, Library(tenants.get(settings, row.tenant_slug)), row, user)
    return user


def _link(settings: Settings, claimed: IdentityClaims, user: UserRow) -> None:
    with platform(settings) as session:
        session.add(IdentityRow(issuer=claimed.issuer, subject=claimed.subject, user_id=user.id))
