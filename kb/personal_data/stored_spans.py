"""What was found in the versions of a library: stored with them, read when their text is shown.

The rows are deleted with their chunks and versions.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.personal_data.personal_span import FINDER, PersonalKind, PersonalSpan
from kb.personal_data.persons_finder import find_persons_data
from kb.store.tables.library_tables import ChunkRow, PersonalDataRow, PersonalSpansRow
from kb.store.tables.states import PersonalDataDecision

__all__ = ["spans_of", "store", "store_spans", "unexamined"]


def spans_of(session: Session, chunk_ids: Collection[int]) -> dict[int, list[PersonalSpan]]:
    """Return the people's data in the text of chunks, by chunk id; chunks without any are absent.

    The spans are characters of ``ChunkRow.text``, in order and without overlap. Chunks of versions that were not
    examined yet are examined now, so that nothing is shown for want of a look.
    """
    ids = list(chunk_ids)
    stored = sa.select(PersonalSpansRow).where(PersonalSpansRow.chunk_id.in_(ids))
    found = {row.chunk_id: _spans(row.spans) for row in session.scalars(stored)}
    looked_at = sa.select(PersonalDataRow.version_id).where(PersonalDataRow.finder == FINDER)
    new = sa.select(ChunkRow.id, ChunkRow.text).where(ChunkRow.id.in_(ids), ChunkRow.version_id.not_in(looked_at))
    for chunk_id, text in session.execute(new):
        found[chunk_id] = list(_look_at(text))
    return {chunk_id: spans for chunk_id, spans in found.items() if spans}


@lru_cache(maxsize=4000)
def _look_at(text: str) -> tuple[PersonalSpan, ...]:
    """Return the spans of a text that is not examined yet: until it is, every question may read it again."""
    return tuple(find_persons_data(text))


def _spans(stored: Sequence[Sequence[Any]]) -> list[PersonalSpan]:
    return [PersonalSpan(start, end, PersonalKind(kind)) for start, end, kind in stored]


def store(session: Session, version_id: int, counts: Mapping[str, int], is_list: bool) -> PersonalDataRow:
    """Store and return what was found in a version; what was decided about it before stays."""
    row = session.get(PersonalDataRow, version_id)
    if row is None:
        row = PersonalDataRow(version_id=version_id, decision=PersonalDataDecision.NONE)
        session.add(row)
    row.finder, row.counts, row.is_list = FINDER, dict(counts), is_list
    return row


def store_spans(session: Session, spans: Mapping[int, Sequence[PersonalSpan]]) -> None:
    """Store the spans of chunks, by chunk id, in place of those stored before."""
    session.execute(sa.delete(PersonalSpansRow).where(PersonalSpansRow.chunk_id.in_(list(spans))))
    session.add_all(
        PersonalSpansRow(chunk_id=chunk_id, spans=[list(one) for one in found])
        for chunk_id, found in spans.items()
        if found
    )


def unexamined(session: Session) -> list[int]:
    """Return the ids of versions with chunks that no present rule has looked at, newest first."""
    looked_at = sa.select(PersonalDataRow.version_id).where(PersonalDataRow.finder == FINDER)
    query = sa.select(ChunkRow.version_id).where(ChunkRow.version_id.not_in(looked_at)).distinct()
    return list(session.scalars(query.order_by(ChunkRow.version_id.desc())))
