"""Changes of a tenant's people. A tenant always keeps an owner who can sign in."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.core.errors import Conflict, NotFound
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts
from kb.people.access import Role
from kb.people.accounts import Membership
from kb.store.tables.platform_tables import MembershipRow, UserRow
from kb.store.tenants import platform

__all__ = ["change_role", "get", "remove"]


def get(settings: Settings, tenant: str, user_id: int) -> Membership:
    """Return a member.

    Raises:
        NotFound: ``member_not_found``.
    """
    for one in accounts.members(settings, tenant):
        if one.user.id == user_id:
            return one
    raise NotFound("member_not_found")


def change_role(settings: Settings, tenant: str, user_id: int, role: Role) -> Membership:
    """Change a member's role.

    Raises:
        NotFound: ``member_not_found``.
        Conflict: ``last_owner``.
    """
    with platform(settings) as session:
        _row(session, tenant, user_id).role = role.value
        _keeps_an_owner(session, tenant)
    return get(settings, tenant, user_id)


def remove(settings: Settings, library: Library, user_id: int) -> Membership:
    """End a membership and take the person's grants back; the account stays, and its conversations and settings.

    Raises:
        NotFound: ``member_not_found``.
        Conflict: ``last_owner``.
    """
    tenant = library.tenant.slug
    found = get(settings, tenant, user_id)
    with platform(settings) as session:
        session.delete(_row(session, tenant, user_id))
        _keeps_an_owner(session, tenant)
    access.revoke_all(library, access.subject_of(user_id))
    return found


def _row(session: Session, tenant: str, user_id: int) -> MembershipRow:
    row = session.get(MembershipRow, (user_id, tenant))
    if row is None:
        raise NotFound("member_not_found")
    return row


def _keeps_an_owner(session: Session, tenant: str) -> None:
    """Look after the change, inside its transaction, so that two owners cannot demote each other at one moment."""
    session.flush()
    query = (
        sa.select(sa.func.count())
        .select_from(MembershipRow)
        .join(UserRow, UserRow.id == MembershipRow.user_id)
        .where(
            MembershipRow.tenant_slug == tenant,
            MembershipRow.role == Role.OWNER.value,
            UserRow.disabled_at.is_(None),
        )
    )
    if not session.scalar(query):
        raise Conflict("last_owner")
