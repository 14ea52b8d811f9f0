"""Who may do what: roles give abilities, grants open collections; what is not given is denied.

==========  ===  ====  ====  ========  ======
role        ask  read  edit  evaluate  manage
==========  ===  ====  ====  ========  ======
member       x    x
evaluator    x    x           x
editor       x    x     x
owner        x    x     x     x         x
==========  ===  ====  ====  ========  ======

``edit`` holds only in collections granted for editing; ``read`` only in collections granted for reading. An owner
has every collection of the tenant. A collection that is open to all grants "everyone" editing: whoever is an editor
edits it, others read it. Where "everyone" may only read, an editor needs a grant by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from kb.library.documents import Library
from kb.store.tables.activity_tables import EVERYONE, GrantRow
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.platform_tables import MembershipRow, UserRow
from kb.store.tables.states import GrantLevel

__all__ = [
    "ROLES",
    "Ability",
    "Reach",
    "Role",
    "grant",
    "grants",
    "is_open_to_all",
    "is_owner",
    "key_reach",
    "reach",
    "revoke",
    "revoke_all",
    "subject_of",
]


class Ability(StrEnum):
    """What a caller may do at all; collections narrow it."""

    ASK = "ask"
    READ = "read"
    EDIT = "edit"
    EVALUATE = "evaluate"
    MANAGE = "manage"


class Role(StrEnum):
    """A person's part in a tenant."""

    OWNER = "owner"
    EDITOR = "editor"
    MEMBER = "member"
    EVALUATOR = "evaluator"


_ASKS = frozenset({Ability.ASK, Ability.READ})
ROLES: dict[Role, frozenset[Ability]] = {
    Role.MEMBER: _ASKS,
    Role.EVALUATOR: _ASKS | {Ability.EVALUATE},
    Role.EDITOR: _ASKS | {Ability.EDIT},
    Role.OWNER: frozenset(Ability),
}


@dataclass(frozen=True, slots=True)
class Reach:
    """The collections, by slug, that somebody may read and edit."""

    read: frozenset[str]
    edit: frozenset[str]


def subject_of(user_id: int) -> str:
    """Return how a grant names a person."""
    return f"user:{user_id}"


def is_owner(user_id: InstrumentedAttribute[int], tenant: InstrumentedAttribute[str]) -> sa.ColumnElement[bool]:
    """Return the SQL condition that a row's person owns the row's tenant now, with an account that is not disabled."""
    return sa.exists().where(
        MembershipRow.user_id == user_id,
        MembershipRow.tenant_slug == tenant,
        MembershipRow.role == Role.OWNER.value,
        UserRow.id == user_id,
        UserRow.disabled_at.is_(None),
    )


def reach(library: Library, role: Role, user_id: int) -> Reach:
    """Return the collections a person of ``role`` reaches."""
    if role is Role.OWNER:
        every = frozenset(row.slug for row in library.collections())
        return Reach(every, every)
    found = _granted(library, [EVERYONE, subject_of(user_id)])
    editable = frozenset(slug for slug, level in found if level is GrantLevel.EDIT)
    return Reach(frozenset(slug for slug, _ in found), editable if Ability.EDIT in ROLES[role] else frozenset())


def key_reach(library: Library, collections: Iterable[str] | None, edits: bool) -> Reach:
    """Return the collections an API key reaches: those it names, or those open to everyone."""
    if collections is None:
        named = frozenset(slug for slug, _ in _granted(library, [EVERYONE]))
    else:
        named = frozenset(collections) & {row.slug for row in library.collections()}
    return Reach(named, named if edits else frozenset())


def _granted(library: Library, subjects: list[str]) -> list[tuple[str, GrantLevel]]:
    query = (
        sa.select(CollectionRow.slug, GrantRow.level)
        .join(GrantRow, GrantRow.collection_id == CollectionRow.id)
        .where(GrantRow.subject.in_(subjects))
    )
    with library.session() as session:
        return [(slug, level) for slug, level in session.execute(query)]


def grants(library: Library, collection: CollectionRow) -> dict[str, GrantLevel]:
    """Return ``{subject: level}`` of a collection."""
    query = sa.select(GrantRow).where(GrantRow.collection_id == collection.id).order_by(GrantRow.subject)
    with library.session() as session:
        return {row.subject: row.level for row in session.scalars(query)}


def is_open_to_all(library: Library, collection: CollectionRow) -> bool:
    """Whether everyone in the organisation may read a collection."""
    return EVERYONE in grants(library, collection)


def grant(library: Library, collection: CollectionRow, subject: str, level: GrantLevel) -> None:
    """Open a collection to ``subject`` ("everyone" or "user:<id>"), in place of what was granted before."""
    with library.transaction() as session:
        query = sa.select(GrantRow).where(GrantRow.collection_id == collection.id, GrantRow.subject == subject)
        row = session.scalar(query)
        if row is None:
            session.add(GrantRow(collection_id=collection.id, subject=subject, level=level))
        else:
            row.level = level


def revoke(library: Library, collection: CollectionRow, subject: str) -> None:
    """Take a grant back; nothing happens when there is none."""
    with library.transaction() as session:
        session.execute(sa.delete(GrantRow).where(GrantRow.collection_id == collection.id, GrantRow.subject == subject))


def revoke_all(library: Library, subject: str) -> None:
    """Take every grant of ``subject`` back."""
    with library.transaction() as session:
        session.execute(sa.delete(GrantRow).where(GrantRow.subject == subject))
