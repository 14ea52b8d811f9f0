"""The chunks of a tenant by document, to check quotes and contexts."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa

from kb.library.documents import Library
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow

__all__ = ["TenantRecords"]


class TenantRecords:
    """The chunks of all versions of a tenant's documents; implements :class:`eval.measures.answer_judge.Records`."""

    def __init__(self, library: Library) -> None:
        query = (
            sa.select(DocumentRow.name, VersionRow.number, ChunkRow.pages, ChunkRow.text)
            .join(VersionRow, VersionRow.document_id == DocumentRow.id)
            .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        )
        self._chunks: dict[str, list[tuple[int, list[int], str]]] = {}
        with library.session() as session:
            for name, number, pages, text in session.execute(query):
                self._chunks.setdefault(name, []).append((number, list(pages), text))

    def contains(self, document: str, version: int | None, pages: Sequence[int], text: str) -> bool:
        return any(
            text in chunk_text and (version is None or number == version) and set(pages) <= set(chunk_pages)
            for number, chunk_pages, chunk_text in self._chunks.get(document, [])
        )

    def texts(self, document: str) -> list[str]:
        return [chunk_text for _, _, chunk_text in self._chunks.get(document, [])]
