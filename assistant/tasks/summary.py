"""A document on one page: its most important clauses, section by section, quoted.

Where there is a language model, it writes sentences from the same passages, and they are checked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answers import extractive
from assistant.answers.citations import cite, place, verify_citations
from assistant.checking.polarity import modes
from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.llm.requester import Requester
from assistant.messages import say
from assistant.tasks.model_text import written_by_model
from assistant.tasks.version_passages import find_document, load_passages
from assistant.tasks.written_text import Point, WrittenText
from kb.language.detect import Language
from kb.language.quantities.index import figures
from kb.language.script import fold
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["summarise"]

# The most lines of a summary, and the most from one section.
MAX_POINTS = 12
PER_SECTION = 2
# Length, in characters, of a span that can be a line of a summary.
MIN_CHARS, MAX_CHARS = 12, 240


def summarise(
    retriever: Retriever,
    document: str,
    language: Language,
    *,
    version: int | None = None,
    collections: Sequence[str] | None = None,
    generate: bool = True,
    requester: Requester | None = None,
) -> WrittenText:
    """Summarise one version of a document (the newest by default) in ``language``.

    Args:
        collections: slugs of the collections in which to look for the document; all by default.
        generate: whether a language model may write the text, if the tenant has one.
        requester: who asks; the command line by default.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
    """
    passages = load_passages(retriever.library, find_document(retriever.library, document, collections), version)
    points = _points(retriever, passages)
    citations = [point.citation for point in points]
    quoted = WrittenText("summary", language.value, _lines(points, language), extractive.NAME, citations, points)
    if not generate or not points:
        return quoted
    quoted_chunks = {point.citation.chunk_id for point in points}
    chosen = [one for one in passages if one.chunk_id in quoted_chunks]
    return written_by_model(retriever, quoted, "summary", chosen, requester or Requester(), title=passages[0].title)


def _points(retriever: Retriever, passages: list[Passage]) -> list[Point]:
    """Return the spans with the highest weight of each section, in reading order, each with a verified citation."""
    sections: dict[str, list[QuotableSpan]] = {}
    for passage in passages:
        heading = passage.heading_path[0] if passage.heading_path else ""
        sections.setdefault(heading, []).extend(
            span for span in spans_of(passage) if MIN_CHARS <= len(span.text) <= MAX_CHARS and not span.is_row
        )
    each = max(1, min(PER_SECTION, MAX_POINTS // max(1, len(sections))))
    chosen = [(heading, span) for heading, candidates in sections.items() for span in _heaviest(candidates, each)]
    best = sorted(chosen, key=lambda pair: -_weight(pair[1]))[:MAX_POINTS]
    points: list[Point] = []
    for heading, span in sorted(best, key=lambda pair: _position(pair[1])):
        for citation in verify_citations(retriever.library, [cite(len(points) + 1, whole(span))]):
            if all(citation.quote != other.citation.quote for other in points):
                points.append(Point(heading, citation.quote, citation))
    return points


def _heaviest(candidates: list[QuotableSpan], most: int) -> Iterator[QuotableSpan]:
    """Yield at most ``most`` spans, the highest weight first, and no text twice."""
    seen: set[str] = set()
    for span in sorted(candidates, key=lambda one: -_weight(one)):
        text = fold(whole(span).text)
        if text not in seen and len(seen) < most:
            seen.add(text)
            yield span


def _weight(span: QuotableSpan) -> float:
    """Return how important a span is for a summary.

    Each mode (must, may, must not …) counts 1. Each of the first three figures counts 0.5. A question loses 1.
    """
    text = fold(span.text)
    return len(modes(text)) + 0.5 * min(3, len(set(figures(text)))) - (1.0 if text.endswith("?") else 0.0)


def _position(span: QuotableSpan) -> tuple[int, int]:
    return span.passage.chunk_id, span.start


def _lines(points: list[Point], language: Language) -> str:
    lines: list[str] = []
    for point in points:
        if point.heading and (not lines or f"■ {point.heading}" not in lines):
            lines.append(f"■ {point.heading}")
        where = place(point.citation, language)
        lines.append(f"[{point.citation.n}] {say('quote', language, text=point.text)} {where}")
    return "\n".join(lines)
