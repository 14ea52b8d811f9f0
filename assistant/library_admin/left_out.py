"""What is left out of a version's answers: sentences that speak to an assistant, and text that nobody sees."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa

from kb.core.errors import NotFound
from kb.library.documents import Library
from kb.prompt_injection import chunk_orders
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow

__all__ = ["let_quote", "marked_sentences", "number_marked"]


@dataclass(frozen=True, slots=True)
class MarkedSentence:
    """A sentence that speaks to an assistant: characters ``start``–``end`` of a chunk.

    Attributes:
        page: where it stands, None where the format has no pages.
        quotable: whether an editor lets it be quoted.
    """

    chunk_id: int
    start: int
    end: int
    text: str
    page: int | None
    quotable: bool


def marked_sentences(library: Library, version_id: int) -> list[MarkedSentence]:
    """Return the marked sentences of a version in reading order."""
    return [
        MarkedSentence(row.id, start, end, row.text[start:end], next(iter(row.pages), None), bool(allowed))
        for row in library.chunks_of(version_id)
        for start, end, allowed in row.orders
    ]


def number_marked(library: Library, documents: Collection[int]) -> dict[int, int]:
    """Return how many sentences are never quoted in the published version of each document; those with none absent."""
    query = (
        sa.select(DocumentRow.id, ChunkRow.orders)
        .join(VersionRow, VersionRow.id == DocumentRow.published_version_id)
        .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        .where(DocumentRow.id.in_(documents), sa.cast(ChunkRow.orders, sa.String) != "[]")
    )
    found: dict[int, int] = {}
    with library.session() as session:
        for document, orders in session.execute(query):
            found[document] = found.get(document, 0) + len(chunk_orders.withheld(orders))
    return {document: number for document, number in found.items() if number}


def let_quote(library: Library, version_id: int, chunk_id: int, start: int, quotable: bool) -> None:
    """Let a marked sentence be quoted, or not.

    Raises:
        NotFound: ``sentence_not_found`` if no marked sentence of the version begins there.
    """
    with library.transaction() as session:
        if not chunk_orders.allow_in(session, version_id, chunk_id, start, quotable):
            raise NotFound("sentence_not_found", chunk=chunk_id)
