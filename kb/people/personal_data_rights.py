"""The right to see people's data in a collection: HKID numbers, homes, salaries and the like of others.

Owners have it everywhere, nobody else has it unless an owner gives it to that person for that collection. It opens no
collection: who may not read one sees nothing of it. A role and the rights to read and edit do not bring it, and it is
given to no program.
"""

from __future__ import annotations

import sqlalchemy as sa

from kb.library.documents import Library
from kb.people.access import Reach, Role
from kb.store.tables.activity_tables import PersonalDataGrantRow
from kb.store.tables.library_tables import CollectionRow

__all__ = ["give", "given_to", "revoke", "revoke_all", "seen_by"]


def seen_by(library: Library, role: Role, user_id: int, reach: Reach) -> frozenset[str]:
    """Return the slugs of the collections in which a person may see people's data.

    Args:
        reach: the collections that the person reaches, as :func:`kb.people.access.reach` returns them.
    """
    if role is Role.OWNER:
        return reach.read
    query = (
        sa.select(CollectionRow.slug)
        .join(PersonalDataGrantRow, PersonalDataGrantRow.collection_id == CollectionRow.id)
        .where(PersonalDataGrantRow.user_id == user_id)
    )
    with library.session() as session:
        return reach.read & frozenset(session.scalars(query))


def given_to(library: Library, collection: CollectionRow) -> frozenset[int]:
    """Return the ids of the people to whom the right was given in a collection."""
    query = sa.select(PersonalDataGrantRow.user_id).where(PersonalDataGrantRow.collection_id == collection.id)
    with library.session() as session:
        return frozenset(session.scalars(query))


def give(library: Library, collection: CollectionRow, user_id: int) -> None:
    """Give a person the right in a collection; nothing happens where it was given before."""
    with library.transaction() as session:
        session.merge(PersonalDataGrantRow(collection_id=collection.id, user_id=user_id))


def revoke(library: Library, collection: CollectionRow, user_id: int) -> None:
    """Take the right back; nothing happens where there is none."""
    mine = PersonalDataGrantRow.collection_id == collection.id, PersonalDataGrantRow.user_id == user_id
    with library.transaction() as session:
        session.execute(sa.delete(PersonalDataGrantRow).where(*mine))


def revoke_all(library: Library, user_id: int) -> None:
    """Take the right back in all collections."""
    with library.transaction() as session:
        session.execute(sa.delete(PersonalDataGrantRow).where(PersonalDataGrantRow.user_id == user_id))
