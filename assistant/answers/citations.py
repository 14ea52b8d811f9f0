"""Citations: exact quotes with their place, verified before they are shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from assistant.evidence.quotable_spans import QuotableSpan, is_quoted_mail
from assistant.messages import say
from ingest.parsers.mail.quoted_mail import QUOTED_MAIL
from kb.language.detect import Language
from kb.library.documents import Library
from kb.prompt_injection.chunk_orders import quotable_text
from kb.search.passage import Passage

__all__ = ["Citation", "cite", "place", "shortened", "verify_citations"]

# The number of characters shown of a heading, which is a quote's place where there is no clause.
HEADING = 30


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and its place.

    Attributes:
        n: the number of its marker, from 1.
        version: the number of the document's version; ``version_id`` is its id.
        pages: the pages that the quote is on, from 1.
        page_labels: the numbers printed on these pages; empty where they are those of the file.
        chunk_id, start, end: the chunk and the character offsets of the quote in it.
        heading: the last heading above it, which is shown as its place where there is no clause.
        counterpart: id of the chunk with the same content in the other language.
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
    page_labels: tuple[str, ...] = ()

    @property
    def span(self) -> tuple[int, int, int]:
        """The quoted characters: chunk, start, end."""
        return self.chunk_id, self.start, self.end

    @property
    def page(self) -> int | list[int] | None:
        """The page; a list where the quote is on several, None where the format has no pages."""
        return self.pages[0] if len(self.pages) == 1 else (self.pages or None)

    def as_dict(self) -> dict[str, Any]:
        """Return the citation as JSON data for scripts."""
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
    """Return the citation of a span, with the number ``n``."""
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
        heading=QUOTED_MAIL if is_quoted_mail(span) else passage.heading_path[-1] if passage.heading_path else "",
        counterpart=passage.counterpart,
        page_labels=_labels(passage, passage.pages_at(span.start, span.end)),
    )


def _labels(passage: Passage, pages: list[int]) -> tuple[str, ...]:
    """Return the numbers printed on pages, empty where one has none or all are those of the file."""
    labels = tuple(passage.page_labels[page - 1] for page in pages if page <= len(passage.page_labels))
    same = labels == tuple(map(str, pages))
    return labels if len(labels) == len(pages) and all(labels) and not same else ()


def place(citation: Citation, language: Language) -> str:
    """Return the place of a citation for a person, such as 《員工手冊》第 5.3 條，第 12 頁, in ``language``."""
    parts = []
    if citation.clause:
        numbered = citation.clause[:1].isdigit()
        parts.append(say("clause" if numbered else "clause_plain", language, clause=citation.clause))
    elif citation.heading and citation.heading != citation.title:
        parts.append(say("clause_plain", language, clause=shortened(citation.heading, HEADING)))
    if citation.pages:
        page = _first_to_last([*map(str, citation.pages)])
        printed = _first_to_last([*citation.page_labels]) if citation.page_labels else ""
        key = "printed_page" if printed else "page"
        parts.append(say(key, language, page=page, printed=printed))
    if citation.version > 1:
        parts.append(say("version", language, version=citation.version))
    where = ("" if language is Language.ENGLISH else "，").join(parts)
    text = say("place", language, title=citation.title, where=where)
    other = Language(citation.language)
    if other.is_chinese != language.is_chinese:
        text += say("other_language", language, tongue=say(f"language_{other}", language))
    return text


def _first_to_last(pages: list[str]) -> str:
    return pages[0] if len(pages) == 1 else f"{pages[0]}–{pages[-1]}"


def shortened(text: str, most: int) -> str:
    """Return the text, or its first ``most`` characters and "…" if it is longer."""
    return text if len(text) <= most else text[:most].rstrip() + "…"


def verify_citations(library: Library, citations: list[Citation]) -> list[Citation]:
    """Return the citations whose quote is in the records exactly as it is, in that version and on those pages.

    What speaks to an assistant is no part of a quote.
    """
    chunks = library.chunks({citation.chunk_id for citation in citations})
    verified = []
    for citation in citations:
        chunk = chunks.get(citation.chunk_id)
        if chunk is None or chunk.version_id != citation.version_id:
            continue
        if quotable_text(chunk)[citation.start : citation.end] == citation.quote and set(citation.pages) <= set(
            chunk.pages
        ):
            verified.append(citation)
    return verified
