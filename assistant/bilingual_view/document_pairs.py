"""The Chinese and the English copy of one document: which are a pair, and what a person says of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from assistant.sources.readable_versions import document_versions
from kb.core.errors import Conflict, InputError, NotFound
from kb.language.detect import Language
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import DocumentVersion, Library
from kb.people.access import Reach
from kb.search.bilingual import pair_finder, pair_records
from kb.store.tables.library_tables import DocumentPairRow, DocumentRow

__all__ = ["Pair", "all_pairs", "pair_of", "set_pair", "unpair"]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two published copies; ``state``: "found" automatically or "set" by a person."""

    chinese: DocumentVersion
    english: DocumentVersion
    state: str

    def other(self, document_id: int) -> DocumentVersion:
        """Return the copy that is not this one."""
        return self.english if self.chinese.document.id == document_id else self.chinese


def pair_of(library: Library, reach: Reach, document_id: int) -> Pair | None:
    """Return the pair a document belongs to; None where it has no twin, or none that the reader may see today."""
    with library.session() as session:
        row = pair_records.pair_of(session, document_id)
    return next(iter(_pairs(library, reach, [row] if row else [])), None)


def all_pairs(library: Library, reach: Reach) -> list[Pair]:
    """Return all pairs that the reader may see, by the Chinese copy's name."""
    with library.session() as session:
        rows = list(session.scalars(sa.select(DocumentPairRow).where(DocumentPairRow.state != pair_records.REJECTED)))
    return sorted(_pairs(library, reach, rows), key=lambda pair: pair.chinese.document.name)


def _pairs(library: Library, reach: Reach, rows: Sequence[DocumentPairRow]) -> list[Pair]:
    known = _published(library, [one for row in rows for one in (row.chinese_id, row.english_id)])
    readable = {id_: one for id_, one in known.items() if one.collection.slug in reach.read}
    return [
        Pair(readable[row.chinese_id], readable[row.english_id], row.state)
        for row in rows
        if row.chinese_id in readable and row.english_id in readable
    ]


def _published(library: Library, document_ids: Sequence[int]) -> dict[int, DocumentVersion]:
    """Return documents with their published version, by document id; what is not published is absent."""
    query = sa.select(DocumentRow.published_version_id).where(DocumentRow.id.in_(document_ids))
    with library.session() as session:
        versions = [one for one in session.scalars(query) if one is not None]
    return {one.document.id: one for one in document_versions(library, versions).values()}


def set_pair(library: Library, actor: Actor, document_id: int, other_id: int) -> None:
    """Make a document and another twins because a person says so; a pair found by itself gives way.

    Raises:
        InputError: ``twin_itself``; ``twin_same_language`` where they are not one in Chinese and one in English.
        Conflict: ``twin_unpublished`` where one is not published; ``twin_taken`` where a person has named another
            document the other's twin.
    """
    known = _published(library, [document_id, other_id])
    if document_id == other_id:
        raise InputError("twin_itself")
    for one in (document_id, other_id):
        if one not in known:
            raise Conflict("twin_unpublished", document=_name(library, one))
    mine, other = known[document_id], known[other_id]
    if _is_english(mine) == _is_english(other):
        raise InputError("twin_same_language", document=mine.document.name, other=other.document.name)
    with library.session() as session:
        held = pair_records.pair_of(session, other_id)
    if held is not None and held.state == pair_records.SET and document_id not in (held.chinese_id, held.english_id):
        raise Conflict("twin_taken", document=other.document.name)
    chinese, english = (other, mine) if _is_english(mine) else (mine, other)
    pair_finder.pair_documents(library, chinese.document.id, english.document.id)
    _note(library, actor, "document.twin", mine, other)


def unpair(library: Library, actor: Actor, pair: Pair, document_id: int) -> None:
    """Say that two documents are no twins; they are not taken for it again."""
    with library.transaction() as session:
        pair_records.save_pair(session, pair.chinese.document.id, pair.english.document.id, pair_records.REJECTED)
    other = pair.other(document_id)
    _note(library, actor, "document.untwin", pair.other(other.document.id), other)


def _name(library: Library, document_id: int) -> str:
    with library.session() as session:
        row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound("document_not_found", document=str(document_id))
    return row.name


def _is_english(holding: DocumentVersion) -> bool:
    return holding.version.language == Language.ENGLISH.value


def _note(library: Library, actor: Actor, action: str, mine: DocumentVersion, other: DocumentVersion) -> None:
    audit.record(library, actor, action, mine.document.name, collection=mine.collection.slug, other=other.document.name)
