"""Looks for people's data in versions that earlier releases took in, or that were examined by earlier rules.

What is examined already is what the records say, so an interrupted run is continued by the next one.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import sqlalchemy as sa

from kb.library.documents import Library
from kb.personal_data import stored_spans
from kb.personal_data.person_lists import summarise
from kb.personal_data.personal_span import PersonalSpan
from kb.personal_data.persons_finder import find_persons_data
from kb.store.database import lock_for_writing
from kb.store.tables.library_tables import ChunkRow, PersonalDataRow, VersionRow
from kb.store.tables.states import PersonalDataDecision

__all__ = ["examine"]

# Other threads of the process answer questions: after so many chunks they get as long as those took.
_BATCH = 8


def examine(
    library: Library,
    *,
    progress: Callable[[int, int], None] = lambda done, total: None,
    go_on: Callable[[], bool] = lambda: True,
) -> bool:
    """Examine all versions that are not examined, newest first; they stay published as they are.

    Args:
        progress: called with ``(versions done, versions in all)``.
        go_on: called every few chunks; False stops the work.

    Returns:
        Whether all versions are examined.
    """
    with library.session() as session:
        outstanding = stored_spans.unexamined(session)
    for done, version_id in enumerate(outstanding, 1):
        if not _examine_version(library, version_id, go_on):
            return False
        progress(done, len(outstanding))
    return True


def _examine_version(library: Library, version_id: int, go_on: Callable[[], bool]) -> bool:
    query = sa.select(ChunkRow.id, ChunkRow.text).where(ChunkRow.version_id == version_id).order_by(ChunkRow.ordinal)
    with library.session() as session:
        chunks = [(chunk_id, text) for chunk_id, text in session.execute(query)]
    found: dict[int, list[PersonalSpan]] = {}
    for start in range(0, len(chunks), _BATCH):
        if not go_on():
            return False
        began = time.monotonic()
        found |= {chunk_id: find_persons_data(text) for chunk_id, text in chunks[start : start + _BATCH]}
        time.sleep(time.monotonic() - began)
    summary = summarise((text, found[chunk_id]) for chunk_id, text in chunks)
    with library.transaction() as session:
        lock_for_writing(session)
        if session.get(VersionRow, version_id) is None:
            return True  # deleted meanwhile
        known = session.get(PersonalDataRow, version_id)
        if version_id not in stored_spans.unexamined(session):
            return True  # read again meanwhile
        if known is not None and known.decision == PersonalDataDecision.MASK:
            # what the file holds was counted when it was read; the text here has only marks
            stored_spans.store(session, version_id, known.counts, known.is_list)
        else:
            stored_spans.store(session, version_id, summary.counts, summary.is_list)
        here = set(session.scalars(sa.select(ChunkRow.id).where(ChunkRow.version_id == version_id)))
        stored_spans.store_spans(session, {chunk_id: spans for chunk_id, spans in found.items() if chunk_id in here})
    return True
