"""Citations: exact quotes with their place, checked before anyone sees them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.evidence.quotable_spans import QuotableSpan
from assistant.messages import say
from kb.language.detect import Language
from kb.library.documents import Library
from kb.search.passage import Passage

__all__ = ["Citation", "cite", "place", "shortened", "verify_citations"]

# Characters of a heading shown as a quote's place where no clause names it.
HEADING = 30


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands.

    ``start``/``end`` are character offsets in the chunk ``chunk_id``; ``pages`` the pages the quote is on; ``heading``
    the last one above it, which names the place where no clause does; ``counterpart`` the chunk that says the
    same in the other language.
    """

    n: int
    document: str
    title: str
    version: int
    version_id: int
    pages: list[int]
    clause: str | None
    quote: str
    chunk_id: int
    start: int
    end: int
    language: str
    heading: str = ""
    counterpart: int | None = None

    @property
    def span(self) -> tuple[int, int, int]:
        """The quoted characters: chunk, start, end."""
        return self.chunk_id, self.start, self.end

    @property
    def page(self) -> int | list[int] | None:
        return self.pages[0] if len(self.pages) == 1 else (self.pages or None)

    def as_dict(self) -> dict[str, Any]:
        """Return the shape of the contract for scripts."""
        return {
            "n": self.n,
            "document": self.document,
            "title": self.title,
            "version": self.version,
            "page": self.page,
            "clause": self.clause,
            "quote": self.quote,
        }


def cite(n: int, span: QuotableSpan) -> Citation:
    """Make the citation of a span."""
    passage: Passage = span.passage
    return Citation(
        n=n,
        document=passage.document,
        title=passage.title,
        version=passage.version,
        version_id=passage.version_id,
        pages=passage.pages_at(span.start, span.end),
        clause=passage.clause_at(span.start) or None,
        quote=span.text,
        chunk_id=passage.chunk_id,
        start=span.start,
        end=span.end,
        language=passage.language,
        heading=passage.heading_path[-1] if passage.heading_path else "",
        counterpart=passage.counterpart,
    )


def place(citation: Citation, language: Language) -> str:
    """Return the place of a citation as a person reads it, e.g. 《員工手冊》第 5.3 條，第 12 頁."""
    parts = []
    if citation.clause:
        numbered = citation.clause[:1].isdigit()
        parts.append(say("clause" if numbered else "clause_plain", language, clause=citation.clause))
    elif citation.heading and citation.heading != citation.title:
        parts.append(say("clause_plain", language, clause=shortened(citation.heading, HEADING)))
    if citation.pages:
        span = str(citation.pages[0]) if len(citation.pages) == 1 else f"{citation.pages[0]}–{citation.pages[-1]}"
        parts.append(say("page", language, page=span))
    if citation.version > 1:
        parts.append(say("version", language, version=citation.version))
    where = ("" if language is Language.ENGLISH else "，").join(parts)
    text = say("place", language, title=citation.title, where=where)
    other = Language(citation.language)
    if other.is_chinese != language.is_chinese:
        text += say("other_language", language, tongue=say(f"language_{other}", language))
    return text


def shortened(text: str, most: int) -> str:
    """Return a text, or its first ``most`` characters and "…" where it is longer."""
    return text if len(text) <= most else text[:most].rstrip() + "…"


def verify_citations(library: Library, citations: list[Citation]) -> list[Citation]:
    """Return the citations whose quote stands in the records, letter for letter, in that version and on those pages."""
    chunks = library.chunks({citation.chunk_id for citation in citations})
    kept = []
    for citation in citations:
        chunk = chunks.get(citation.chunk_id)
        if chunk is None or chunk.version_id != citation.version_id:
            continue
        if chunk.text[citation.start : citation.end] == citation.quote and set(citation.pages) <= set(chunk.pages):
            kept.append(citation)
    return kept
