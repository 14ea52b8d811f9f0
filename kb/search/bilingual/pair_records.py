"""Twins as they lie in the records: which documents, and for each passage the one that says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.library_tables import (
    ChunkRow,
    DocumentPairRow,
    DocumentRow,
    PairSearchedRow,
    PassagePairRow,
    VersionRow,
)

__all__ = [
    "FOUND",
    "REJECTED",
    "SET",
    "counterparts_of",
    "forget",
    "pair_of",
    "rejected",
    "save_alignment",
    "save_pair",
    "versions_to_search",
]

# States of a pair of documents: found by itself, named by a person, and said by a person to be none.
FOUND, SET, REJECTED = "found", "set", "rejected"


def counterparts_of(session: Session, chunk_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the twins of each passage that has any: of all versions they were ever matched with."""
    query = sa.select(PassagePairRow.chunk_id, PassagePairRow.twin_id).where(PassagePairRow.chunk_id.in_(chunk_ids))
    found: dict[int, list[int]] = defaultdict(list)
    for chunk_id, twin_id in session.execute(query):
        found[chunk_id].append(twin_id)
    return dict(found)


def pair_of(session: Session, document_id: int) -> DocumentPairRow | None:
    """Return the pair that a document belongs to, if it has a twin."""
    return session.scalar(_pairs_of(document_id).where(DocumentPairRow.state != REJECTED))


def rejected(session: Session, document_id: int) -> set[int]:
    """Return the documents that a person said are no twins of this one."""
    rows = session.scalars(_pairs_of(document_id).where(DocumentPairRow.state == REJECTED))
    return {row.english_id if row.chinese_id == document_id else row.chinese_id for row in rows}


def _pairs_of(document_id: int) -> sa.Select[DocumentPairRow]:
    return sa.select(DocumentPairRow).where(
        sa.or_(DocumentPairRow.chinese_id == document_id, DocumentPairRow.english_id == document_id)
    )


def versions_to_search(session: Session) -> list[VersionRow]:
    """Return the published versions whose twin has not been looked for, oldest first."""
    query = (
        sa.select(VersionRow)
        .join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
        .where(~sa.exists().where(PairSearchedRow.version_id == VersionRow.id))
        .order_by(VersionRow.id)
    )
    return list(session.scalars(query))


def save_pair(session: Session, chinese_id: int, english_id: int, state: str, score: float = 0.0) -> None:
    """Keep what is known of a pair; a document has one twin at most, so other pairs of the two end."""
    if state != REJECTED:
        for document_id in (chinese_id, english_id):
            other = pair_of(session, document_id)
            if other is not None and (other.chinese_id, other.english_id) != (chinese_id, english_id):
                forget(session, other)
    session.merge(DocumentPairRow(chinese_id=chinese_id, english_id=english_id, state=state, score=score))
    session.flush()
    if state == REJECTED:
        _part(session, chinese_id, english_id)


def forget(session: Session, pair: DocumentPairRow) -> None:
    """Take a pair apart, as if it had never been found."""
    _part(session, pair.chinese_id, pair.english_id)
    session.delete(pair)
    session.flush()


def _part(session: Session, chinese_id: int, english_id: int, published: bool = False) -> None:
    """Undo what was matched between two documents, or between their published versions only."""
    ours, theirs = _passages_of(chinese_id, published), _passages_of(english_id, published)
    for one, other in ((ours, theirs), (theirs, ours)):
        here = sa.and_(PassagePairRow.chunk_id.in_(one), PassagePairRow.twin_id.in_(other))
        session.execute(sa.delete(PassagePairRow).where(here))


def _passages_of(document_id: int, published: bool) -> sa.Select[Any]:
    query = sa.select(ChunkRow.id).join(VersionRow, VersionRow.id == ChunkRow.version_id)
    if published:
        query = query.join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
    return query.where(VersionRow.document_id == document_id)


def save_alignment(session: Session, chinese_id: int, english_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Store which passages of the published versions are twins, in place of what was stored of these versions.

    What earlier versions were matched with stays: it answers for an earlier day.
    """
    _part(session, chinese_id, english_id, published=True)
    both_ways = sorted({way for one, other in pairs for way in ((one, other), (other, one))})
    if both_ways:
        session.execute(sa.insert(PassagePairRow), [{"chunk_id": one, "twin_id": other} for one, other in both_ways])
