"""Twins as they lie in the records: which documents, and for each passage the one that says the same."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.library_tables import ChunkRow, DocumentRow, TwinChunkRow, TwinsRow, TwinsSoughtRow, VersionRow

__all__ = ["FOUND", "REJECTED", "SET", "forget", "keep", "link", "of_document", "of_passages", "rejected", "unsought"]

# States of a pair of documents: found by itself, named by a person, and said by a person to be none.
FOUND, SET, REJECTED = "found", "set", "rejected"


def of_passages(session: Session, chunk_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the twins of each passage that has any: of all versions they were ever matched with."""
    query = sa.select(TwinChunkRow.chunk_id, TwinChunkRow.twin_id).where(TwinChunkRow.chunk_id.in_(chunk_ids))
    found: dict[int, list[int]] = defaultdict(list)
    for chunk_id, twin_id in session.execute(query):
        found[chunk_id].append(twin_id)
    return dict(found)


def of_document(session: Session, document_id: int) -> TwinsRow | None:
    """Return the pair that a document belongs to, if it has a twin."""
    return session.scalar(_pairs_of(document_id).where(TwinsRow.state != REJECTED))


def rejected(session: Session, document_id: int) -> set[int]:
    """Return the documents that a person said are no twins of this one."""
    rows = session.scalars(_pairs_of(document_id).where(TwinsRow.state == REJECTED))
    return {row.english_id if row.chinese_id == document_id else row.chinese_id for row in rows}


def _pairs_of(document_id: int) -> sa.Select[TwinsRow]:
    return sa.select(TwinsRow).where(sa.or_(TwinsRow.chinese_id == document_id, TwinsRow.english_id == document_id))


def unsought(session: Session) -> list[VersionRow]:
    """Return the published versions whose twin has not been looked for, oldest first."""
    query = (
        sa.select(VersionRow)
        .join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
        .where(~sa.exists().where(TwinsSoughtRow.version_id == VersionRow.id))
        .order_by(VersionRow.id)
    )
    return list(session.scalars(query))


def keep(session: Session, chinese_id: int, english_id: int, state: str, score: float = 0.0) -> None:
    """Keep what is known of a pair; a document has one twin at most, so other pairs of the two end."""
    if state != REJECTED:
        for document_id in (chinese_id, english_id):
            other = of_document(session, document_id)
            if other is not None and (other.chinese_id, other.english_id) != (chinese_id, english_id):
                forget(session, other)
    session.merge(TwinsRow(chinese_id=chinese_id, english_id=english_id, state=state, score=score))
    session.flush()
    if state == REJECTED:
        _part(session, chinese_id, english_id)


def forget(session: Session, pair: TwinsRow) -> None:
    """Take a pair apart, as if it had never been found."""
    _part(session, pair.chinese_id, pair.english_id)
    session.delete(pair)
    session.flush()


def _part(session: Session, chinese_id: int, english_id: int, published: bool = False) -> None:
    """Undo what was matched between two documents, or between their published versions only."""
    ours, theirs = _passages_of(chinese_id, published), _passages_of(english_id, published)
    for one, other in ((ours, theirs), (theirs, ours)):
        here = sa.and_(TwinChunkRow.chunk_id.in_(one), TwinChunkRow.twin_id.in_(other))
        session.execute(sa.delete(TwinChunkRow).where(here))


def _passages_of(document_id: int, published: bool) -> sa.Select[Any]:
    query = sa.select(ChunkRow.id).join(VersionRow, VersionRow.id == ChunkRow.version_id)
    if published:
        query = query.join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
    return query.where(VersionRow.document_id == document_id)


def link(session: Session, chinese_id: int, english_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Store which passages of the published versions are twins, in place of what was stored of these versions.

    What earlier versions were matched with stays: it answers for an earlier day.
    """
    _part(session, chinese_id, english_id, published=True)
    both_ways = sorted({way for one, other in pairs for way in ((one, other), (other, one))})
    if both_ways:
        session.execute(sa.insert(TwinChunkRow), [{"chunk_id": one, "twin_id": other} for one, other in both_ways])
