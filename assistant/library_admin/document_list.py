"""The list of a library's documents for the library's page: searched, filtered, page by page."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from kb.core.local_date import today
from kb.library.documents import Library
from kb.people.access import Reach
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import VersionState

__all__ = ["DocumentFilter", "Item", "Status", "documents", "languages"]

Status = Literal[VersionState.PUBLISHED, VersionState.DRAFT, VersionState.WITHDRAWN, VersionState.INDEXING]


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Conditions for the documents of the list; all conditions that are set must be true.

    Attributes:
        text: words that must all be in the name or the title.
        collection: slug of the collection.
        review_due: only documents whose review day has come.
    """

    text: str = ""
    status: Status | None = None
    collection: str | None = None
    language: str | None = None
    review_due: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A document with its main version: the published one, else the newest.

    ``draft``: a version waits to be published. ``review_due``: the review day has come.
    """

    collection: CollectionRow
    document: DocumentRow
    version: VersionRow
    draft: bool
    review_due: bool


def documents(
    library: Library, reach: Reach, wanted: DocumentFilter, offset: int, limit: int
) -> tuple[int, list[Item]]:
    """Return the number of matching documents, and one page of them by name.

    Unpublished documents are included only in collections that the person may edit.
    """
    newest = (
        sa.select(VersionRow.id)
        .where(VersionRow.document_id == DocumentRow.id)
        .order_by(VersionRow.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    drafts = sa.exists().where(VersionRow.document_id == DocumentRow.id, VersionRow.state == VersionState.DRAFT)
    current = sa.orm.aliased(VersionRow)
    editable = CollectionRow.slug.in_(reach.edit)
    query = (
        sa.select(CollectionRow, DocumentRow, current, sa.and_(drafts, editable))
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .join(current, current.id == sa.func.coalesce(DocumentRow.published_version_id, newest))
        .where(CollectionRow.slug.in_(reach.read), sa.or_(editable, current.state == VersionState.PUBLISHED))
    )
    for condition in _conditions(wanted, current, sa.and_(drafts, editable)):
        query = query.where(condition)
    with library.session() as session:
        total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
        rows = session.execute(query.order_by(DocumentRow.name, DocumentRow.id).offset(offset).limit(limit)).all()
    return total, [Item(*row, review_due=_due(row[1].review_on)) for row in rows]


def _conditions(wanted: DocumentFilter, current: Any, drafts: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    for word in wanted.text.split():
        found.append(sa.or_(*(one.icontains(word, autoescape=True) for one in (DocumentRow.name, current.title))))
    if wanted.status == VersionState.DRAFT:
        found.append(sa.or_(current.state == VersionState.DRAFT, drafts))
    elif wanted.status:
        found.append(current.state == wanted.status)
    if wanted.collection:
        found.append(CollectionRow.slug == wanted.collection)
    if wanted.language:
        found.append(current.language == wanted.language)
    if wanted.review_due:
        found.append(DocumentRow.review_on <= today())
    return found


def _due(day: date | None) -> bool:
    return day is not None and day <= today()


def languages(library: Library, collections: Collection[str]) -> list[str]:
    """Return the languages of the documents in ``collections``."""
    query = (
        sa.select(DocumentRow.language)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .where(CollectionRow.slug.in_(collections), DocumentRow.language != "")
        .distinct()
        .order_by(DocumentRow.language)
    )
    with library.session() as session:
        return list(session.scalars(query))
