"""Bilingual pairs in the database: which documents are a pair, and which passages are counterparts of each other."""

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
from kb.store.tables.states import PairState

__all__ = ["counterparts_of", "pair_of", "rejected_counterparts", "save_alignment", "save_pair", "versions_to_search"]


def counterparts_of(session: Session, chunk_ids: Collection[int]) -> dict[int, list[int]]:
    """Return the counterparts of each passage that has any, by chunk id; those in earlier versions included."""
    query = sa.select(PassagePairRow.chunk_id, PassagePairRow.counterpart_id)
    found: dict[int, list[int]] = defaultdict(list)
    for chunk_id, counterpart_id in session.execute(query.where(PassagePairRow.chunk_id.in_(chunk_ids))):
        found[chunk_id].append(counterpart_id)
    return dict(found)


def pair_of(session: Session, document_id: int) -> DocumentPairRow | None:
    """Return the pair that a document belongs to, or None; a rejected pair is none."""
    return session.scalar(_pairs_of(document_id).where(DocumentPairRow.state != PairState.REJECTED))


def rejected_counterparts(session: Session, document_id: int) -> set[int]:
    """Return the ids of the documents of which a person said that they are no pair with this one."""
    rows = session.scalars(_pairs_of(document_id).where(DocumentPairRow.state == PairState.REJECTED))
    return {row.english_id if row.chinese_id == document_id else row.chinese_id for row in rows}


def _pairs_of(document_id: int) -> sa.Select[DocumentPairRow]:
    return sa.select(DocumentPairRow).where(
        sa.or_(DocumentPairRow.chinese_id == document_id, DocumentPairRow.english_id == document_id)
    )


def versions_to_search(session: Session) -> list[VersionRow]:
    """Return the published versions for which no counterpart was searched yet, oldest first."""
    query = (
        sa.select(VersionRow)
        .join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
        .where(~sa.exists().where(PairSearchedRow.version_id == VersionRow.id))
        .order_by(VersionRow.id)
    )
    return list(session.scalars(query))


def save_pair(session: Session, chinese_id: int, english_id: int, state: PairState, score: float = 0.0) -> None:
    """Store a pair. A document belongs to one pair at most, so other pairs of the two documents are deleted."""
    if state != PairState.REJECTED:
        for document_id in (chinese_id, english_id):
            other = pair_of(session, document_id)
            if other is not None and (other.chinese_id, other.english_id) != (chinese_id, english_id):
                delete_pair(session, other)
    session.merge(DocumentPairRow(chinese_id=chinese_id, english_id=english_id, state=state, score=score))
    session.flush()
    if state == PairState.REJECTED:
        _delete_alignment(session, chinese_id, english_id)


def delete_pair(session: Session, pair: DocumentPairRow) -> None:
    """Delete a pair and its alignment, as if the pair had never been found."""
    _delete_alignment(session, pair.chinese_id, pair.english_id)
    session.delete(pair)
    session.flush()


def _delete_alignment(session: Session, chinese_id: int, english_id: int, published: bool = False) -> None:
    """Delete the alignment of two documents, or only that of their published versions."""
    ours, theirs = _passages_of(chinese_id, published), _passages_of(english_id, published)
    for one, other in ((ours, theirs), (theirs, ours)):
        aligned = sa.and_(PassagePairRow.chunk_id.in_(one), PassagePairRow.counterpart_id.in_(other))
        session.execute(sa.delete(PassagePairRow).where(aligned))


def _passages_of(document_id: int, published: bool) -> sa.Select[Any]:
    query = sa.select(ChunkRow.id).join(VersionRow, VersionRow.id == ChunkRow.version_id)
    if published:
        query = query.join(DocumentRow, DocumentRow.published_version_id == VersionRow.id)
    return query.where(VersionRow.document_id == document_id)


def save_alignment(session: Session, chinese_id: int, english_id: int, pairs: Iterable[tuple[int, int]]) -> None:
    """Store which passages of the published versions are counterparts; replaces what was stored of these versions.

    Alignments of earlier versions stay, for searches as of an earlier day.

    Args:
        pairs: chunk ids (Chinese, English).
    """
    _delete_alignment(session, chinese_id, english_id, published=True)
    rows = sorted({row for one, other in pairs for row in ((one, other), (other, one))})
    if rows:
        values = [{"chunk_id": one, "counterpart_id": other} for one, other in rows]
        session.execute(sa.insert(PassagePairRow), values)
