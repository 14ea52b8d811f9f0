"""The characters of stored chunks that speak to an assistant: left out of what is quoted, and what an editor says.

They are stored with the chunk, ``[start, end, 1 where an editor lets it be quoted]``.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow, VersionRow

__all__ = ["allow_in", "keep_allowed", "quotable_text", "set_orders", "withheld", "without"]


def without(text: str, spans: Iterable[Sequence[int]]) -> str:
    """Return a text of the same length without the characters of ``spans``.

    In a table row they become spaces, so that the row keeps its cells; elsewhere line breaks, so that nothing goes on
    across them.
    """
    for start, end, *_ in spans:
        line = text[text.rfind("\n", 0, start) + 1 : end + len(text[end:].split("\n", 1)[0])]
        text = text[:start] + (" " if "\t" in line else "\n") * (end - start) + text[end:]
    return text


def withheld(orders: Iterable[Sequence[int]]) -> list[tuple[int, int]]:
    """Return the spans of ``orders`` that must not be quoted."""
    return [(int(start), int(end)) for start, end, allowed in orders if not allowed]


def quotable_text(chunk: ChunkRow) -> str:
    """Return the text of a chunk without what speaks to an assistant; every other character keeps its place."""
    return without(chunk.text, withheld(chunk.orders or ()))


def keep_allowed(session: Session, document_id: int, chunks: Iterable[ChunkRow]) -> None:
    """Let sentences of new chunks be quoted that an editor let be quoted in another version of the document."""
    marked = [one for one in chunks if one.orders]
    allowed = _allowed_texts(session, document_id) if marked else set()
    for chunk in marked:
        chunk.orders = [[start, end, int(chunk.text[start:end] in allowed)] for start, end, _ in chunk.orders]


def _allowed_texts(session: Session, document_id: int) -> set[str]:
    query = (
        sa.select(ChunkRow.text, ChunkRow.orders)
        .join(VersionRow, VersionRow.id == ChunkRow.version_id)
        .where(VersionRow.document_id == document_id, sa.cast(ChunkRow.orders, sa.String) != "[]")
    )
    return {text[start:end] for text, orders in session.execute(query) for start, end, allowed in orders if allowed}


def set_orders(session: Session, chunk: ChunkRow, spans: Sequence[tuple[int, int]], by: str) -> None:
    """Store what a detector of version ``by`` found in a chunk that was stored before."""
    before = list(chunk.orders)
    document_id = session.scalar(sa.select(VersionRow.document_id).where(VersionRow.id == chunk.version_id))
    chunk.orders, chunk.orders_by = [[start, end, 0] for start, end in spans], by
    if chunk.orders and document_id is not None:
        allowed = {chunk.text[start:end] for start, end, kept in before if kept} | _allowed_texts(session, document_id)
        chunk.orders = [[start, end, int(chunk.text[start:end] in allowed)] for start, end in spans]
    if chunk.orders != before:
        _forget_sentences(session, chunk)


def allow(session: Session, chunk: ChunkRow, start: int, quotable: bool) -> tuple[int, int] | None:
    """Let the marked sentence that begins at ``start`` be quoted, or not; return its span, None if there is none."""
    found: list[Any] | None = next((one for one in chunk.orders if one[0] == start), None)
    if found is None:
        return None
    chunk.orders = [[*one[:2], int(quotable) if one is found else one[2]] for one in chunk.orders]
    _forget_sentences(session, chunk)
    return int(found[0]), int(found[1])


def allow_in(session: Session, version_id: int, chunk_id: int, start: int, quotable: bool) -> bool:
    """Do the same in a chunk of a version; return whether a marked sentence of it begins there."""
    chunk = session.get(ChunkRow, chunk_id)
    return chunk is not None and chunk.version_id == version_id and allow(session, chunk, start, quotable) is not None


def _forget_sentences(session: Session, chunk: ChunkRow) -> None:
    """Delete the vectors of the chunk's sentences: they are other sentences now, and are embedded again."""
    session.execute(sa.delete(SentenceVectorsRow).where(SentenceVectorsRow.chunk_id == chunk.id))
