"""A document in a page: its quoted_chunks clauses, section by section; or a model's sentences, checked, over the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answers.checked_writing import Draft, WritingFailed, fill_prompt, write_checked
from assistant.answers.citations import cite, place, verify_citations
from assistant.checking.polarity import modes
from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.llm.gateway import open_gateway
from assistant.messages import say
from assistant.tasks.version_passages import find_document, load_passages
from assistant.tasks.written_text import Point, WrittenText
from kb.language.detect import Language
from kb.language.quantities.index import figures
from kb.language.script import fold
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["summarise"]

MOST_POINTS = 12
PER_SECTION = 2
SHORTEST, LONGEST = 12, 240  # characters of a span that can stand in a summary


def summarise(
    retriever: Retriever,
    document: str,
    language: Language,
    *,
    version: int | None = None,
    collections: Sequence[str] | None = None,
    generate: bool = True,
) -> WrittenText:
    """Summarise one version of a document (the newest by default) in ``language``.

    Args:
        collections: where the document may be, as the person may see them; all by default.

    Raises:
        NotFound: ``document_not_found``, ``version_not_found``.
    """
    passages = load_passages(retriever.library, find_document(retriever.library, document, collections), version)
    points = _points(retriever, passages)
    quoted = WrittenText("summary", language.value, _lines(points, language), "extractive", points=points)
    quoted.citations = [point.citation for point in points]
    gateway = open_gateway(retriever.settings, retriever.library) if generate else None
    if gateway is None or not points:
        return quoted
    quoted_chunks = {point.citation.chunk_id for point in points}
    draft = Draft(language)
    try:
        chosen = [one for one in passages if one.chunk_id in quoted_chunks]
        request, sent = fill_prompt("summary", language, gateway, chosen, title=passages[0].title)
        for _ in write_checked(retriever, gateway, request, sent, draft):
            pass
    except WritingFailed as failure:
        quoted.fallback, quoted.egress = failure.code, gateway.egress
        return quoted
    return WrittenText(
        "summary", language.value, str(draft.text), "llm", draft.citations, points, egress=gateway.egress
    )


def _points(retriever: Retriever, passages: list[Passage]) -> list[Point]:
    """Return the most quoted_chunks spans of each section, in reading order, each with a citation that stands."""
    sections: dict[str, list[QuotableSpan]] = {}
    for passage in passages:
        heading = passage.heading_path[0] if passage.heading_path else ""
        sections.setdefault(heading, []).extend(
            span for span in spans_of(passage) if SHORTEST <= len(span.text) <= LONGEST and not span.is_row
        )
    each = max(1, min(PER_SECTION, MOST_POINTS // max(1, len(sections))))
    chosen = [(heading, span) for heading, spans_ in sections.items() for span in _discriminative(spans_, each)]
    chosen = sorted(
        sorted(chosen, key=lambda pair: -_weight(pair[1]))[:MOST_POINTS], key=lambda pair: _position(pair[1])
    )
    points: list[Point] = []
    for heading, span in chosen:
        for citation in verify_citations(retriever.library, [cite(len(points) + 1, whole(span))]):
            if all(citation.quote != other.citation.quote for other in points):
                points.append(Point(heading, citation.quote, citation))
    return points


def _discriminative(spans_: list[QuotableSpan], most: int) -> Iterator[QuotableSpan]:
    seen: set[str] = set()
    for span in sorted(spans_, key=lambda one: -_weight(one)):
        text = fold(whole(span).text)
        if text not in seen and len(seen) < most:
            seen.add(text)
            yield span


def _weight(span: QuotableSpan) -> float:
    """How much a span rules: it says must, may or must not, and gives figures; a question or a heading does not."""
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
