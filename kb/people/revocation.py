"""What ends together with a person's rights: keys, invitations, links for a new password, sessions.

The functions work inside the transaction that takes the rights away, so there is no moment between the two. What they
end is also looked at again whenever it is used (:func:`kb.people.api_keys.find`, :func:`kb.people.invitations.find`,
:func:`kb.people.password_resets.find`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.columns import now
from kb.store.tables.platform_tables import (
    ApiKeyRow,
    DeviceRow,
    InvitationRow,
    MembershipRow,
    PasswordResetRow,
    SessionRow,
    UserRow,
)

__all__ = ["Revoked", "end_given", "end_invitations_to", "end_resets", "end_sessions", "end_without_membership"]


@dataclass(frozen=True, slots=True)
class Revoked:
    """What ended: API keys, and open invitations (which are deleted)."""

    keys: list[ApiKeyRow] = field(default_factory=list)
    invitations: list[InvitationRow] = field(default_factory=list)


def end_given(session: Session, user: UserRow, tenant: str) -> Revoked:
    """End what a person made as an owner of a tenant, who may have kept the tokens: API keys and open invitations."""
    made = ApiKeyRow.tenant_slug == tenant, ApiKeyRow.created_by == user.id, ApiKeyRow.revoked_at.is_(None)
    keys = list(session.scalars(sa.select(ApiKeyRow).where(*made)))
    for row in keys:
        row.revoked_at = now()
    return Revoked(keys, _delete_open(session, tenant, InvitationRow.invited_by == user.id))


def end_invitations_to(session: Session, email: str, tenant: str) -> list[InvitationRow]:
    """Delete a tenant's open invitations to an address."""
    return _delete_open(session, tenant, InvitationRow.email == email)


def _delete_open(session: Session, tenant: str, condition: sa.ColumnElement[bool]) -> list[InvitationRow]:
    query = sa.select(InvitationRow).where(
        InvitationRow.tenant_slug == tenant, InvitationRow.accepted_at.is_(None), condition
    )
    rows = list(session.scalars(query))
    for row in rows:
        session.delete(row)
    return rows


def end_resets(session: Session, user_id: int) -> None:
    """Delete the unused links with which a person may choose a new password."""
    unused = PasswordResetRow.user_id == user_id, PasswordResetRow.used_at.is_(None)
    session.execute(sa.delete(PasswordResetRow).where(*unused))


def end_sessions(session: Session, user_id: int) -> None:
    """Sign a person out everywhere. The browsers in which the person signed in count as unknown again."""
    session.execute(sa.delete(SessionRow).where(SessionRow.user_id == user_id))
    session.execute(sa.delete(DeviceRow).where(DeviceRow.user_id == user_id))


def end_without_membership(session: Session, user_id: int) -> None:
    """End the sessions and links of a person who is in no tenant any more."""
    session.flush()
    if not session.scalar(sa.select(sa.exists().where(MembershipRow.user_id == user_id))):
        end_sessions(session, user_id)
        end_resets(session, user_id)
