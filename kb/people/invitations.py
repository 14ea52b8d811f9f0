"""Invitations: a link that lets one person into a tenant, with a role and the collections to open on acceptance.

Only the hash of a link's token is stored. Anyone with the link can accept it, so it goes to one person, works for
``invitation_days`` and once, and no longer than its maker is an owner: it gives what only an owner can give. An
invitation to an e-mail address is for the account with this address; one to a name alone is for an account that whoever
accepts has or makes.
"""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

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

__all__ = [
    "InvitationState",
    "accept",
    "create",
    "find",
    "forget_collection",
    "label",
    "listing",
    "mark_opened",
    "of_email",
    "renew",
    "state_of",
    "used",
    "withdraw",
]

# Accepted invitations are listed for so many days.
_USED_DAYS = 30


class InvitationState(StrEnum):
    """What has become of an invitation's link."""

    WAITING = "waiting"  # nobody has opened it
    OPENED = "opened"
    USED = "used"
    EXPIRED = "expired"


def state_of(row: InvitationRow) -> InvitationState:
    """Return what has become of an invitation."""
    if row.accepted_at is not None:
        return InvitationState.USED
    if row.expires_at < now():
        return InvitationState.EXPIRED
    return InvitationState.WAITING if row.opened_at is None else InvitationState.OPENED


def label(row: InvitationRow) -> str:
    """Return how people tell whom an invitation is for: the name and the address, or what there is of them."""
    return f"{row.name} <{row.email}>" if row.name and row.email else row.name or row.email


def create(
    settings: Settings,
    library: Library,
    email: str,
    role: Role,
    collections: dict[str, GrantLevel],
    invited_by: int,
    name: str = "",
) -> tuple[InvitationRow, str]:
    """Invite somebody and return the invitation with its link's token; an earlier one to the same address ends.

    Args:
        email: "" where only the name is known.

    Raises:
        InputError: ``email_invalid``, ``invitee_missing`` without name and address, ``edit_needs_editor``.
        NotFound: ``collection_not_found``.
        Conflict: ``member_exists``.
    """
    if not email and not name.strip():
        raise InputError("invitee_missing")
    email, tenant = accounts.normalise_email(email) if email else "", library.tenant.slug
    known = accounts.by_email(settings, email) if email else None
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
        name=name.strip(),
        role=role.value,
        collections=dict(collections),
        invited_by=invited_by,
        expires_at=now() + timedelta(days=settings.invitation_days),
    )
    with platform(settings) as session:
        if email:
            session.execute(sa.delete(InvitationRow).where(*_open(tenant), InvitationRow.email == email))
        session.add(row)
        session.flush()
    return row, token


def _open(tenant: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (InvitationRow.tenant_slug == tenant, InvitationRow.accepted_at.is_(None))


def listing(settings: Settings, tenant: str, used: bool = False) -> list[InvitationRow]:
    """Return a tenant's open invitations, newest first; expired ones too.

    Args:
        used: also those that were accepted in the last 30 days.
    """
    wanted: sa.ColumnElement[bool] = InvitationRow.accepted_at.is_(None)
    if used:
        wanted |= InvitationRow.accepted_at > now() - timedelta(days=_USED_DAYS)
    query = sa.select(InvitationRow).where(InvitationRow.tenant_slug == tenant, wanted)
    query = query.order_by(InvitationRow.id.desc())
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
        row.opened_at = None
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


def used(settings: Settings, token: str) -> InvitationRow | None:
    """Return the invitation of a link by which somebody has become a member; None for any other link."""
    with platform(settings) as session:
        used_up = InvitationRow.accepted_at.is_not(None)
        return session.scalar(sa.select(InvitationRow).where(InvitationRow.token_hash == token_hash(token), used_up))


def mark_opened(settings: Settings, token: str) -> None:
    """Note that a person has opened the page of a link; the first time counts.

    Raises:
        NotFound: ``invitation_invalid``.
    """
    found = find(settings, token)
    query = sa.update(InvitationRow).where(InvitationRow.id == found.id, InvitationRow.opened_at.is_(None))
    with platform(settings) as session:
        session.execute(query.values(opened_at=now()))


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

    The tenant's other open invitations to the person end. A link to a name alone is not used up by a member, who may
    only have looked at it before passing it on.

    Raises:
        NotFound: ``invitation_invalid`` if the link does not hold any more (:func:`find`), or if the person is a member
            already: an old link changes nobody's role or rights.
        Conflict: ``member_exists`` for a member and a link to a name alone.
    """
    tenant = library.tenant.slug
    if not invitation.email and accounts.role_in(settings, user.id, tenant) is not None:
        raise Conflict("member_exists", email=user.email)
    with platform(settings) as session:
        lock_for_writing(session)
        row = session.scalar(_usable(InvitationRow.id == invitation.id))
        if row is None or session.get(MembershipRow, (user.id, tenant)) is not None:
            raise NotFound("invitation_invalid")
        row.accepted_at, row.accepted_by = now(), user.id
        session.add(MembershipRow(user_id=user.id, tenant_slug=tenant, role=row.role))
        session.flush()
        revocation.end_invitations_to(session, user.email, tenant)
    known = {one.slug: one for one in library.collections()}
    for slug, level in row.collections.items():
        if slug in known:
            access.grant(library, known[slug], access.subject_of(user.id), GrantLevel(level))
    audit.record(library, Actor(access.subject_of(user.id), user.name), "member.join", user.name, role=row.role)
