"""Invitations: a link that lets one person into a tenant, with a role and the collections to open on acceptance.

Only the hash of a link's token is stored. Anyone with the link can accept it, so it goes to one person, works for
``invitation_days`` and once, and no longer than its maker is an owner: it gives what only an owner can give.
"""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts, revocation
from kb.people.access import Ability, Role
from kb.people.credentials import new_token, token_hash
from kb.store.database import lock_for_writing
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import InvitationRow, MembershipRow, UserRow
from kb.store.tables.states import GrantLevel
from kb.store.tenants import platform

__all__ = ["accept", "create", "find", "forget_collection", "listing", "of_email", "renew", "withdraw"]


def create(
    settings: Settings,
    library: Library,
    email: str,
    role: Role,
    collections: dict[str, GrantLevel],
    invited_by: int,
) -> tuple[InvitationRow, str]:
    """Invite somebody and return the invitation with its link's token; an earlier one to the same address ends.

    Raises:
        InputError: ``email_invalid``, ``edit_needs_editor``.
        NotFound: ``collection_not_found``.
        Conflict: ``member_exists``.
    """
    email, tenant = accounts.normalise_email(email), library.tenant.slug
    known = accounts.by_email(settings, email)
    if known is not None and accounts.role_in(settings, known.id, tenant) is not None:
        raise Conflict("member_exists", email=email)
    for slug, level in collections.items():
        library.collection(slug)
        if level == GrantLevel.EDIT and Ability.EDIT not in access.ROLES[role]:
            raise InputError("edit_needs_editor", collection=slug)
    token = new_token()
    row = InvitationRow(
        token_hash=token_hash(token),
        tenant_slug=tenant,
        email=email,
        role=role.value,
        collections=dict(collections),
        invited_by=invited_by,
        expires_at=now() + timedelta(days=settings.invitation_days),
    )
    with platform(settings) as session:
        session.execute(sa.delete(InvitationRow).where(*_open(tenant), InvitationRow.email == email))
        session.add(row)
        session.flush()
    return row, token


def _open(tenant: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (InvitationRow.tenant_slug == tenant, InvitationRow.accepted_at.is_(None))


def listing(settings: Settings, tenant: str) -> list[InvitationRow]:
    """Return a tenant's open invitations, newest first; expired ones too."""
    query = sa.select(InvitationRow).where(*_open(tenant)).order_by(InvitationRow.id.desc())
    with platform(settings) as session:
        return list(session.scalars(query))


def renew(settings: Settings, tenant: str, invitation_id: int, invited_by: int) -> tuple[InvitationRow, str]:
    """Give an invitation a new link and its full time again; the link before no longer works.

    Whoever renews it answers for it from now on.

    Raises:
        NotFound: ``invitation_not_found``.
    """
    token = new_token()
    with platform(settings) as session:
        row = session.scalar(sa.select(InvitationRow).where(*_open(tenant), InvitationRow.id == invitation_id))
        if row is None:
            raise NotFound("invitation_not_found")
        row.token_hash = token_hash(token)
        row.expires_at = now() + timedelta(days=settings.invitation_days)
        row.invited_by = invited_by
    return row, token


def withdraw(settings: Settings, tenant: str, invitation_id: int) -> InvitationRow:
    """Take an invitation back: its link no longer works.

    Raises:
        NotFound: ``invitation_not_found``.
    """
    with platform(settings) as session:
        row = session.scalar(sa.select(InvitationRow).where(*_open(tenant), InvitationRow.id == invitation_id))
        if row is None:
            raise NotFound("invitation_not_found")
        session.delete(row)
    return row


def forget_collection(settings: Settings, tenant: str, slug: str) -> None:
    """Remove a deleted collection from open invitations: a later collection of the same name is another one."""
    with platform(settings) as session:
        for row in session.scalars(sa.select(InvitationRow).where(*_open(tenant))):
            row.collections = {one: level for one, level in row.collections.items() if one != slug}


def find(settings: Settings, token: str) -> InvitationRow:
    """Return the invitation of a link.

    Raises:
        NotFound: ``invitation_invalid`` for an unknown, expired, withdrawn or used one, and if its maker is no owner
            any more.
    """
    with platform(settings) as session:
        row = session.scalar(_usable(InvitationRow.token_hash == token_hash(token)))
    if row is None:
        raise NotFound("invitation_invalid")
    return row


def _usable(condition: sa.ColumnElement[bool]) -> sa.Select[InvitationRow]:
    return sa.select(InvitationRow).where(
        condition,
        InvitationRow.accepted_at.is_(None),
        InvitationRow.expires_at > now(),
        access.is_owner(InvitationRow.invited_by, InvitationRow.tenant_slug),
    )


def of_email(settings: Settings, email: str) -> list[InvitationRow]:
    """Return the invitations to an address that still hold."""
    with platform(settings) as session:
        return list(session.scalars(_usable(InvitationRow.email == email.strip().casefold())))


def accept(settings: Settings, library: Library, invitation: InvitationRow, user: UserRow) -> None:
    """Make a person a member as invited, open the collections, and note it in the audit trail.

    The tenant's other open invitations to the person end.

    Raises:
        NotFound: ``invitation_invalid`` if the link does not hold any more (:func:`find`), or if the person is a member
            already: an old link changes nobody's role or rights.
    """
    tenant = library.tenant.slug
    with platform(settings) as session:
        lock_for_writing(session)
        row = session.scalar(_usable(InvitationRow.id == invitation.id))
        if row is None or session.get(MembershipRow, (user.id, tenant)) is not None:
            raise NotFound("invitation_invalid")
        row.accepted_at = now()
        session.add(MembershipRow(user_id=user.id, tenant_slug=tenant, role=row.role))
        session.flush()
        revocation.end_invitations_to(session, user.email, tenant)
    known = {one.slug: one for one in library.collections()}
    for slug, level in row.collections.items():
        if slug in known:
            access.grant(library, known[slug], access.subject_of(user.id), GrantLevel(level))
    audit.record(library, Actor(access.subject_of(user.id), user.name), "member.join", user.name, role=row.role)
