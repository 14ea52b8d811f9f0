"""The list of a library's documents for the library's page: searched, filtered, sorted, page by page.

Words are looked for in names, titles and in what the documents say, in either script. What somebody may not see of
people's data finds nothing for them either: the list would tell what is hidden.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Literal

import sqlalchemy as sa

from assistant.library_admin.text_places import FoundText, found_in, holds, parts_of
from kb.core.local_date import today
from kb.language.script import fold
from kb.library.documents import Library
from kb.people.access import Reach
from kb.search.lexical.chunks_with_words import chunks_with_words
from kb.store.tables.library_tables import CollectionRow, DocumentRow, PersonalDataRow, VersionRow
from kb.store.tables.states import VersionState

__all__ = ["DocumentFilter", "Item", "Order", "Status", "documents", "languages"]

Status = Literal[VersionState.PUBLISHED, VersionState.DRAFT, VersionState.WITHDRAWN, VersionState.INDEXING]
# "best": documents with the words in their title first, then those with the most passages that hold them.
Order = Literal["best", "title", "newest", "review"]
# Chunks of a document in which a place to show is looked for: the first ones may hold the words in their headings only.
_LOOKED_AT = 5


@dataclass(frozen=True, slots=True)
class DocumentFilter:
    """Conditions for the documents of the list; all conditions that are set must be true.

    Attributes:
        text: words that must all be in the name, the title or one version's text.
        collection: slug of the collection.
        review_due: only documents whose review day has come.
        personal_data: only documents in which people's data was found, of those that the person may edit.
    """

    text: str = ""
    status: Status | None = None
    collection: str | None = None
    language: str | None = None
    review_due: bool = False
    personal_data: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """A document with its main version: the published one, else the newest.

    ``draft``: a version waits to be published. ``review_due``: the review day has come. ``found``: where the words
    searched for stand in its text, if they do.
    """

    collection: CollectionRow
    document: DocumentRow
    version: VersionRow
    draft: bool
    review_due: bool
    found: FoundText | None = None


@dataclass(frozen=True, slots=True)
class DocumentMatch:
    """How a document matches the words searched for: whether by its title, and by which chunks."""

    document_id: int
    in_title: bool
    chunks: list[int]


def documents(
    library: Library, reach: Reach, wanted: DocumentFilter, offset: int, limit: int, order: Order = "title"
) -> tuple[int, list[Item]]:
    """Return the number of matching documents, and one page of them.

    Unpublished documents are included only in collections that the person may edit.
    """
    current = sa.orm.aliased(VersionRow)
    query = _filtered(reach, wanted, current)
    parts = parts_of(wanted.text)
    with library.session() as session:
        if not parts:
            total = session.scalar(sa.select(sa.func.count()).select_from(query.subquery())) or 0
            rows = session.execute(query.order_by(*_sorting(order, current)).offset(offset).limit(limit)).all()
            return total, [_item(*row) for row in rows]
        names = session.execute(
            query.with_only_columns(DocumentRow.id, current.id, DocumentRow.name, current.title).order_by(
                *_sorting(order, current)
            )
        ).all()
        matches = list(_matches(library, parts, [(row[0], row[1], row[2], row[3]) for row in names]))
        if order == "best":
            matches.sort(key=lambda one: (not one.in_title, -len(one.chunks)))
        page = matches[offset : offset + limit]
        chosen = query.where(DocumentRow.id.in_([one.document_id for one in page]))
        items = {row[1].id: _item(*row) for row in session.execute(chosen).all()}
    return len(matches), list(_with_places(library, parts, page, items))


def _filtered(reach: Reach, wanted: DocumentFilter, current: Any) -> sa.Select[Any]:
    newest = (
        sa.select(VersionRow.id)
        .where(VersionRow.document_id == DocumentRow.id)
        .order_by(VersionRow.number.desc())
        .limit(1)
        .scalar_subquery()
    )
    drafts = sa.exists().where(VersionRow.document_id == DocumentRow.id, VersionRow.state == VersionState.DRAFT)
    editable = CollectionRow.slug.in_(reach.edit)
    query = (
        sa.select(CollectionRow, DocumentRow, current, sa.and_(drafts, editable))
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .join(current, current.id == sa.func.coalesce(DocumentRow.published_version_id, newest))
        .where(CollectionRow.slug.in_(reach.read), sa.or_(editable, current.state == VersionState.PUBLISHED))
    )
    if wanted.personal_data:
        query = query.where(editable, _holds_personal_data())
    for condition in _conditions(wanted, current, sa.and_(drafts, editable)):
        query = query.where(condition)
    return query


def _holds_personal_data() -> sa.ColumnElement[bool]:
    return sa.exists().where(
        VersionRow.document_id == DocumentRow.id,
        VersionRow.state.in_((VersionState.PUBLISHED, VersionState.DRAFT)),
        PersonalDataRow.version_id == VersionRow.id,
        sa.cast(PersonalDataRow.counts, sa.Text) != "{}",
    )


def _conditions(wanted: DocumentFilter, current: Any, drafts: sa.ColumnElement[bool]) -> list[sa.ColumnElement[bool]]:
    found: list[sa.ColumnElement[bool]] = []
    if wanted.status == VersionState.DRAFT:
        found.append(sa.or_(current.state == VersionState.DRAFT, drafts))
    elif wanted.status:
        found.append(current.state == wanted.status)
    else:  # what is on its way in for the first time is a line of the uploads
        found.append(current.state != VersionState.INDEXING)
    if wanted.collection:
        found.append(CollectionRow.slug == wanted.collection)
    if wanted.language:
        found.append(current.language == wanted.language)
    if wanted.review_due:
        found.append(DocumentRow.review_on <= today())
    return found


def _sorting(order: Order, current: Any) -> list[Any]:
    if order == "newest":
        return [current.created_at.desc(), DocumentRow.id.desc()]
    if order == "review":
        return [DocumentRow.review_on.is_(None), DocumentRow.review_on, DocumentRow.name, DocumentRow.id]
    return [sa.func.coalesce(sa.func.nullif(current.title, ""), DocumentRow.name), DocumentRow.id]


def _matches(
    library: Library, parts: Sequence[str], rows: Sequence[tuple[int, int, str, str]]
) -> Iterator[DocumentMatch]:
    """Yield the documents that have every part in their name, their title or their text, in the order of ``rows``."""
    versions = {version for _, version, _, _ in rows}
    texts = [_seen(library, part, chunks_with_words(library, part, versions)) for part in parts]
    for document, version, name, title in rows:
        called = fold(f"{name}\n{title}")
        named = [fold(part) in called for part in parts]
        chunks = [text.get(version, []) for text in texts]
        if all(one or other for one, other in zip(named, chunks, strict=True)):
            together = set(chunks[0]).intersection(*chunks[1:])
            yield DocumentMatch(document, all(named), sorted(together) or next((one for one in chunks if one), []))


def _seen(library: Library, part: str, found: dict[int, list[int]]) -> dict[int, list[int]]:
    """Return the chunks that hold a word in what the reader may see; versions without any are absent."""
    hiding = library.hiding({chunk for chunks in found.values() for chunk in chunks})
    rows = library.chunks(hiding)
    seen = {version: [one for one in chunks if one not in hiding or holds(rows[one], part)]
            for version, chunks in found.items()}  # fmt: skip
    return {version: chunks for version, chunks in seen.items() if chunks}


def _with_places(
    library: Library, parts: Sequence[str], page: Sequence[DocumentMatch], items: dict[int, Item]
) -> Iterator[Item]:
    rows = library.chunks({chunk for one in page for chunk in one.chunks[:_LOOKED_AT]})
    for match in page:
        item = items.get(match.document_id)
        if item is not None:
            places = (found_in(rows[one], parts) for one in match.chunks[:_LOOKED_AT] if one in rows)
            yield replace(item, found=next((place for place in places if place.words), None))


def _item(collection: CollectionRow, document: DocumentRow, version: VersionRow, draft: bool) -> Item:
    return Item(collection, document, version, draft, _due(document.review_on))


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
