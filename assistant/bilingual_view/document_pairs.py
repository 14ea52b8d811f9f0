"""Bilingual pairs of documents: which are a pair, set by a person, rejected by a person."""

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
from kb.store.tables.states import PairState

__all__ = ["BilingualPair", "all_pairs", "pair_of", "set_pair", "unpair"]

# The audit log keeps the actions under these names.
_PAIRED, _UNPAIRED = "document.twin", "document.untwin"


@dataclass(frozen=True, slots=True)
class BilingualPair:
    """The Chinese and the English copy of a document, both in their published versions; ``state`` is not REJECTED."""

    chinese: DocumentVersion
    english: DocumentVersion
    state: PairState

    def counterpart(self, document_id: int) -> DocumentVersion:
        """Return the document in the other language."""
        return self.english if self.chinese.document.id == document_id else self.chinese


def pair_of(library: Library, reach: Reach, document_id: int) -> BilingualPair | None:
    """Return the pair that a document belongs to; None if it has no counterpart that the reader may see today."""
    with library.session() as session:
        row = pair_records.pair_of(session, document_id)
    return next(iter(_pairs(library, reach, [row] if row else [])), None)


def all_pairs(library: Library, reach: Reach) -> list[BilingualPair]:
    """Return all pairs that the reader may see, sorted by the name of the Chinese document."""
    with library.session() as session:
        rows = list(session.scalars(sa.select(DocumentPairRow).where(DocumentPairRow.state != PairState.REJECTED)))
    return sorted(_pairs(library, reach, rows), key=lambda pair: pair.chinese.document.name)


def _pairs(library: Library, reach: Reach, rows: Sequence[DocumentPairRow]) -> list[BilingualPair]:
    known = _published(library, [one for row in rows for one in (row.chinese_id, row.english_id)])
    readable = {id_: one for id_, one in known.items() if one.collection.slug in reach.read}
    return [
        BilingualPair(readable[row.chinese_id], readable[row.english_id], row.state)
        for row in rows
        if row.chinese_id in readable and row.english_id in readable
    ]


def _published(library: Library, document_ids: Sequence[int]) -> dict[int, DocumentVersion]:
    """Return documents with their published version, by document id; unpublished documents are absent."""
    query = sa.select(DocumentRow.published_version_id).where(DocumentRow.id.in_(document_ids))
    with library.session() as session:
        versions = [one for one in session.scalars(query) if one is not None]
    return {one.document.id: one for one in document_versions(library, versions).values()}


def set_pair(library: Library, actor: Actor, document_id: int, other_id: int) -> None:
    """Make two documents a pair because a person says so; replaces pairs of the two that were found automatically.

    Raises:
        InputError: ``twin_itself``; ``twin_same_language`` if they are not one in Chinese and one in English.
        Conflict: ``twin_unpublished`` if one is not published; ``twin_taken`` if a person has set another document as
            the counterpart of the other.
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
        row = pair_records.pair_of(session, other_id)
    if row is not None and row.state == PairState.SET and document_id not in (row.chinese_id, row.english_id):
        raise Conflict("twin_taken", document=other.document.name)
    chinese, english = (other, mine) if _is_english(mine) else (mine, other)
    pair_finder.pair_documents(library, chinese.document.id, english.document.id)
    _record(library, actor, _PAIRED, mine, other)


def unpair(library: Library, actor: Actor, pair: BilingualPair, document_id: int) -> None:
    """Reject a pair because a person says so; it is not found again.

    Args:
        document_id: the document of the two from which the person asked, for the audit log.
    """
    with library.transaction() as session:
        pair_records.save_pair(session, pair.chinese.document.id, pair.english.document.id, PairState.REJECTED)
    other = pair.counterpart(document_id)
    _record(library, actor, _UNPAIRED, pair.counterpart(other.document.id), other)


def _name(library: Library, document_id: int) -> str:
    with library.session() as session:
        row = session.get(DocumentRow, document_id)
    if row is None:
        raise NotFound("document_not_found", document=str(document_id))
    return row.name


def _is_english(version: DocumentVersion) -> bool:
    return version.version.language == Language.ENGLISH.value


def _record(library: Library, actor: Actor, action: str, mine: DocumentVersion, other: DocumentVersion) -> None:
    audit.record(library, actor, action, mine.document.name, collection=mine.collection.slug, other=other.document.name)
