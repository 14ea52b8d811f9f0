"""Looks for sentences that speak to an assistant, in new chunks and in those that were stored before."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session, defer

from kb.prompt_injection.chunk_orders import set_orders
from kb.prompt_injection.injection_detector import Encode, detector_version, injected_spans
from kb.search.models.bundled_model import NAME
from kb.store.database import lock_for_writing
from kb.store.tables.library_tables import ChunkRow, VersionRow
from kb.store.tables.states import READABLE

__all__ = ["chunks_to_judge", "encode_with", "find_orders", "judged_by", "store"]


def encode_with(model: str, encode: Encode) -> Encode | None:
    """Return ``encode`` where the detector's weights are for vectors of ``model`` (an identity); else None."""
    return encode if NAME in model else None


def judged_by(encode: Encode | None) -> str:
    """Return what is stored as the detector's version."""
    return detector_version() if encode else f"{detector_version()} words"


def find_orders(text: str, encode: Encode | None) -> list[list[int]]:
    """Return the spans that speak to an assistant as they are stored with a chunk."""
    return [[start, end, 0] for start, end in injected_spans(text, encode)]


def chunks_to_judge(session: Session, by: str, limit: int, after: int = 0) -> list[ChunkRow]:
    """Return searchable chunks that no detector of version ``by`` has judged, by ascending id, behind ``after``."""
    query = (
        sa.select(ChunkRow)
        .options(defer(ChunkRow.vector))
        .join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .where(VersionRow.state.in_(READABLE), ChunkRow.orders_by != by, ChunkRow.id > after)
    )
    return list(session.scalars(query.order_by(ChunkRow.id).limit(limit)))


def store(session: Session, judged: Sequence[tuple[ChunkRow, list[tuple[int, int]]]], by: str) -> None:
    """Store the spans of chunks. A chunk that was deleted meanwhile, or whose text changed, is skipped."""
    lock_for_writing(session)  # a chunk that is deleted between reading and writing would end the whole run
    for chunk, spans in judged:
        row = session.get(ChunkRow, chunk.id)
        if row is not None and row.text == chunk.text:
            set_orders(session, row, spans, by)
