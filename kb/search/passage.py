"""A chunk as search returns it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from kb.library.documents import DocumentVersion
from kb.prompt_injection.chunk_orders import quotable_text
from kb.store.tables.library_tables import ChunkRow

__all__ = ["Passage", "passage"]


@dataclass(frozen=True, slots=True)
class Passage:
    """A chunk with its document, place and score; immutable.

    Attributes:
        document: the file's name as handed in; ``title`` what the document calls itself.
        version: the version's number; ``version_id`` its key.
        text: of the chunk, without sentences that speak to an assistant: they are blank (:mod:`kb.prompt_injection`).
        pages: page numbers from 1, empty where the format has none.
        clauses, page_starts: ``(character offset in text, value)``, ascending.
        boxes: ``(page, x0, y0, x1, y1, start, end)``, fractions of the page, origin top left.
        page_labels: the number printed on each page of the document; empty where they are those of the file.
        tables: ``(start, end, header rows)`` of each table in the text, in order. Its first lines are its header rows.
            Empty in chunks that were read before this was recorded.
        score: relevance, higher is better; comparable within one question.
        why: the parts of the score: ``{"dense": cosine, "centred": cosine less the language's mean, "lexical": BM25}``.
        counterpart: chunk id of the passage that says the same in the other language, if it was a candidate too.
    """

    chunk_id: int
    document: str
    title: str
    version: int
    version_id: int
    collection: str
    clause: str | None
    heading_path: list[str]
    text: str
    pages: list[int]
    clauses: list[tuple[int, str]]
    page_starts: list[tuple[int, int]]
    boxes: list[list[Any]]
    kind: str
    language: str
    page_labels: tuple[str, ...] = ()
    tables: tuple[tuple[int, int, int], ...] = ()
    effective_from: date | None = None
    effective_to: date | None = None
    score: float = 0.0
    why: dict[str, float] = field(default_factory=dict)
    counterpart: int | None = None

    @property
    def page(self) -> int | list[int] | None:
        """One page number, a list where the passage spans pages, ``None`` where the format has none."""
        return self.pages[0] if len(self.pages) == 1 else (self.pages or None)

    def pages_at(self, start: int, end: int) -> list[int]:
        """Return the pages on which the characters ``start``–``end`` of the text stand."""
        if not self.page_starts:
            return self.pages[:1]
        offsets = [offset for offset, _ in self.page_starts]
        first = max(0, bisect_right(offsets, start) - 1)
        last = max(first, bisect_right(offsets, max(start, end - 1)) - 1)
        return sorted({page for _, page in self.page_starts[first : last + 1]})

    def clause_at(self, start: int) -> str | None:
        """Return the clause that the character ``start`` of the text belongs to."""
        offsets = [offset for offset, _ in self.clauses]
        at = bisect_right(offsets, start) - 1
        return self.clauses[at][1] if at >= 0 else self.clause


def passage(
    chunk: ChunkRow,
    document_version: DocumentVersion,
    *,
    score: float = 0.0,
    why: dict[str, float] | None = None,
    counterpart: int | None = None,
) -> Passage:
    """Build a passage from a chunk row and the document and version it belongs to.

    Args:
        score: what search gave it, with the reasons in ``why``; 0 where nothing was searched.
        counterpart: the chunk that says the same in the other language.
    """
    return Passage(
        chunk_id=chunk.id,
        document=document_version.document.name,
        title=document_version.version.title or document_version.document.name,
        version=document_version.version.number,
        version_id=document_version.version.id,
        collection=document_version.collection.slug,
        clause=chunk.clause,
        heading_path=list(chunk.heading_path),
        text=quotable_text(chunk),
        pages=list(chunk.pages),
        clauses=[(int(offset), str(clause)) for offset, clause in chunk.clauses],
        page_starts=[(int(offset), int(page)) for offset, page in chunk.page_starts],
        boxes=list(chunk.boxes),
        page_labels=tuple(document_version.version.page_labels),
        tables=tuple((int(start), int(end), int(header_rows)) for start, end, header_rows in chunk.tables or ()),
        kind=chunk.kind,
        language=chunk.language,
        effective_from=document_version.version.effective_from,
        effective_to=document_version.version.effective_to,
        score=score,
        why=why or {},
        counterpart=counterpart,
    )
