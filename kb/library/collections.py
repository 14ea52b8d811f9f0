"""Collections, the knowledge bases inside a tenant: made, renamed, removed when empty."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError

from kb.core import short_names
from kb.core.errors import Conflict, InputError
from kb.core.short_names import SLUG
from kb.library.documents import Library
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import VersionState

__all__ = ["create", "create_named", "holds_documents", "remove", "rename", "sizes"]


def create(library: Library, slug: str, name: str) -> CollectionRow:
    """Make an empty collection; the first document that comes in fixes its embedding model.

    Raises:
        InputError: ``collection_slug_invalid``.
        Conflict: ``collection_exists``.
    """
    if not SLUG.fullmatch(slug):
        raise InputError("collection_slug_invalid", collection=slug)
    row = CollectionRow(slug=slug, name=name or slug)
    try:
        with library.transaction() as session:
            session.add(row)
    except IntegrityError as error:
        raise Conflict("collection_exists", collection=slug) from error
    return row


def create_named(library: Library, name: str) -> CollectionRow:
    """Make an empty collection whose slug is made from its name."""
    while True:
        taken = {row.slug for row in library.collections()}
        try:
            return create(library, short_names.from_name(name, taken, "folder"), name)
        except Conflict:
            continue  # another process took it a moment ago


def rename(library: Library, collection: CollectionRow, name: str) -> None:
    """Give a collection another name for people; its slug stays."""
    with library.transaction() as session:
        session.get_one(CollectionRow, collection.id).name = name


def remove(library: Library, collection: CollectionRow) -> None:
    """Remove an empty collection, with the rights on it, its suggested questions and its list of uploads.

    Raises:
        Conflict: ``collection_not_empty``.
    """
    number = sizes(library).get(collection.slug, 0)
    if number:
        raise Conflict("collection_not_empty", collection=collection.name, documents=number)
    with library.transaction() as session:
        session.delete(session.get_one(CollectionRow, collection.id))
        session.execute(sa.delete(UploadRow).where(UploadRow.collection == collection.slug))


def holds_documents(library: Library, collection: CollectionRow) -> bool:
    """Return whether a collection holds documents, besides those that are just being taken in for the first time."""
    query = (
        sa.select(VersionRow.id)
        .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        .where(DocumentRow.collection_id == collection.id, VersionRow.state != VersionState.INDEXING)
    )
    with library.session() as session:
        return session.scalar(query.limit(1)) is not None


def sizes(library: Library) -> dict[str, int]:
    """Return the number of documents by collection; collections without any are absent."""
    query = (
        sa.select(CollectionRow.slug, sa.func.count(DocumentRow.id))
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .group_by(CollectionRow.slug)
    )
    with library.session() as session:
        return dict(session.execute(query).all())
