"""A one-time link for a new password, given by an owner or by ``kb person reset``; no mail server is needed.

An owner may give one only to a person all of whose organisations are the owner's own, and it is asked again when the
link is used: otherwise the owner of one organisation could take over an account that opens another's documents. The
link of a person who is in no organisation any more does not work, whoever gave it.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa

from kb.core.errors import Conflict, NotFound
from kb.core.settings import Settings
from kb.people import accounts, passwords
from kb.people.access import Role
from kb.people.credentials import hash_password, new_token, token_hash
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import MembershipRow, PasswordResetRow, UserRow
from kb.store.tenants import platform

__all__ = ["COMMAND_LINE", "create", "find", "use"]

HOURS = 24
# "Who gave it" of a link made on the computer itself, whose user could read the data folder anyway.
COMMAND_LINE = 0


def create(settings: Settings, user_id: int, tenant: str, given_by: int) -> tuple[str, datetime]:
    """Return the token of a link with which a member of ``tenant`` chooses a new password, and its end (UTC).

    Links given before no longer work.

    Raises:
        NotFound: ``member_not_found``.
        Conflict: ``reset_elsewhere``.
    """
    if accounts.role_in(settings, user_id, tenant) is None:
        raise NotFound("member_not_found")
    _check_reach(settings, user_id, given_by)
    token, ends = new_token(), now() + timedelta(hours=HOURS)
    row = PasswordResetRow(token_hash=token_hash(token), user_id=user_id, created_by=given_by, expires_at=ends)
    with platform(settings) as session:
        session.execute(sa.delete(PasswordResetRow).where(PasswordResetRow.user_id == user_id))
        session.add(row)
    return token, ends


def _check_reach(settings: Settings, user_id: int, given_by: int) -> None:
    if given_by == COMMAND_LINE:
        return
    owned = [
        accounts.role_in(settings, given_by, one.tenant) is Role.OWNER
        for one in accounts.memberships(settings, user_id)
    ]
    if not any(owned):
        raise NotFound("reset_invalid")
    if not all(owned):
        raise Conflict("reset_elsewhere")


def find(settings: Settings, token: str) -> UserRow:
    """Return whose link this is.

    Raises:
        NotFound: ``reset_invalid`` for an unknown, expired or used one, if the account is disabled or in no tenant, and
            if whoever gave it is no owner any more.
        Conflict: ``reset_elsewhere``.
    """
    query = (
        sa.select(PasswordResetRow, UserRow)
        .join(UserRow, UserRow.id == PasswordResetRow.user_id)
        .where(
            *_open(token),
            UserRow.disabled_at.is_(None),
            sa.exists().where(MembershipRow.user_id == UserRow.id),
        )
    )
    with platform(settings) as session:
        found = session.execute(query).first()
    if found is None:
        raise NotFound("reset_invalid")
    row, user = found
    _check_reach(settings, user.id, row.created_by)
    return user


def _open(token: str) -> tuple[sa.ColumnElement[bool], ...]:
    return (
        PasswordResetRow.token_hash == token_hash(token),
        PasswordResetRow.used_at.is_(None),
        PasswordResetRow.expires_at > now(),
    )


def use(settings: Settings, token: str, password: str) -> UserRow:
    """Set the new password, which ends every such link and every session of the person.

    Raises:
        InputError: ``password_too_short``; the link is not spent then.
        NotFound: ``reset_invalid``.
        Conflict: ``reset_elsewhere``.
    """
    user = find(settings, token)
    hashed = hash_password(password)
    spend = sa.update(PasswordResetRow).where(*_open(token)).values(used_at=now()).returning(PasswordResetRow.id)
    with platform(settings) as session:
        if session.scalar(spend) is None:
            raise NotFound("reset_invalid")
        passwords.store_hash(session, user.id, hashed)
    return user
