"""Changes of a tenant's people. A tenant always keeps an owner who can sign in."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.core.errors import Conflict, NotFound
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts, personal_data_rights, revocation
from kb.people.access import ROLES, Ability, Role
from kb.people.accounts import Membership
from kb.people.revocation import Revoked
from kb.store import tenants
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import MembershipRow, UserRow
from kb.store.tenants import platform

__all__ = ["add", "change_role", "disable", "get", "remove"]


def get(settings: Settings, tenant: str, user_id: int) -> Membership:
    """Return a member.

    Raises:
        NotFound: ``member_not_found``.
    """
    for one in accounts.members(settings, tenant):
        if one.user.id == user_id:
            return one
    raise NotFound("member_not_found")


def add(settings: Settings, library: Library, user_id: int, role: Role, by: Actor) -> Membership:
    """Make a person a member, or change the role of one. Open invitations to the person end.

    Raises:
        NotFound: ``user_not_found``.
        Conflict: ``last_owner``.
    """
    tenant = library.tenant.slug
    user = accounts.by_id(settings, user_id)
    if accounts.role_in(settings, user_id, tenant) is not None:
        return change_role(settings, library, user_id, role, by)
    with platform(settings) as session:
        session.merge(MembershipRow(user_id=user_id, tenant_slug=tenant, role=role.value))
        revocation.end_invitations_to(session, user.email, tenant)
    audit.record(library, by, "member.join", user.name, role=role.value, user=user_id)
    return get(settings, tenant, user_id)


def change_role(settings: Settings, library: Library, user_id: int, role: Role, by: Actor) -> Membership:
    """Change a member's role. The API keys and open invitations that a former owner made end.

    Raises:
        NotFound: ``member_not_found``.
        Conflict: ``last_owner``.
    """
    tenant = library.tenant.slug
    ended = Revoked()
    with platform(settings) as session:
        row = _row(session, tenant, user_id)
        was, row.role = row.role, role.value
        _check_owner_left(session, tenant, was)
        if Ability.MANAGE not in ROLES[role]:
            ended = revocation.end_given(session, session.get_one(UserRow, user_id), tenant)
    found = get(settings, tenant, user_id)
    audit.record(library, by, "member.role", found.user.name, role=role.value, before=str(was), user=user_id)
    _record_ended(library, by, ended)
    return found


def remove(settings: Settings, library: Library, user_id: int, by: Actor) -> Membership:
    """End a membership, and with it all that could bring the person back.

    The person's rights on collections end, the API keys and invitations that the person made, and invitations to the
    person; the links for a new password and the sessions of somebody who is in no other tenant. The account stays, and
    its conversations and settings.

    Raises:
        NotFound: ``member_not_found``.
        Conflict: ``last_owner``.
    """
    tenant = library.tenant.slug
    found = get(settings, tenant, user_id)
    with platform(settings) as session:
        row = _row(session, tenant, user_id)
        session.delete(row)
        _check_owner_left(session, tenant, row.role)
        ended = revocation.end_given(session, found.user, tenant)
        ended.invitations.extend(revocation.end_invitations_to(session, found.user.email, tenant))
        revocation.end_without_membership(session, user_id)
    access.revoke_all(library, access.subject_of(user_id))
    personal_data_rights.revoke_all(library, user_id)
    audit.record(library, by, "member.remove", found.user.name, user=user_id)
    _record_ended(library, by, ended)
    return found


def disable(settings: Settings, user_id: int, by: Actor) -> None:
    """Shut an account: nobody can sign in with it, and in every tenant the same ends as in :func:`remove`.

    The memberships and the rights on collections stay for :func:`kb.people.accounts.enable`.

    Raises:
        NotFound: ``user_not_found``.
        Conflict: ``last_owner``.
    """
    user = accounts.by_id(settings, user_id)
    roles = {one.tenant: one.role for one in accounts.memberships(settings, user_id)}
    ended: dict[str, Revoked] = {}
    with platform(settings) as session:
        session.get_one(UserRow, user_id).disabled_at = now()
        for tenant, role in roles.items():
            _check_owner_left(session, tenant, role)
            ended[tenant] = revocation.end_given(session, user, tenant)
        revocation.end_resets(session, user_id)
        revocation.end_sessions(session, user_id)
    for tenant in roles:
        library = Library(tenants.get(settings, tenant))
        audit.record(library, by, "member.disable", user.name, user=user_id)
        _record_ended(library, by, ended[tenant])


def _record_ended(library: Library, by: Actor, ended: Revoked) -> None:
    for key in ended.keys:
        audit.record(library, by, "key.revoke", key.name, prefix=key.prefix)
    for invitation in ended.invitations:
        audit.record(library, by, "member.uninvite", invitation.email or invitation.name)


def _row(session: Session, tenant: str, user_id: int) -> MembershipRow:
    row = session.get(MembershipRow, (user_id, tenant))
    if row is None:
        raise NotFound("member_not_found")
    return row


def _check_owner_left(session: Session, tenant: str, was: str) -> None:
    """Check that a tenant still has an owner, after a person whose role ``was`` this lost it.

    It is inside the transaction of the change, so that two owners cannot demote each other at one moment.
    """
    session.flush()
    if was != Role.OWNER:
        return
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
