"""A document in a page: its telling clauses, section by section; or a model's sentences, checked, over the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from assistant.answers.checked_writing import Draft, WritingFailed, ask_with, compose
from assistant.answers.citations import cite, place, verify_citations
from assistant.checking.polarity import modes
from assistant.evidence.quotable_spans import QuotableSpan, spans_of, whole
from assistant.llm.gateway import open_gateway
from assistant.messages import say
from assistant.tasks.version_passages import find, opened
from assistant.tasks.written_text import Point, WrittenText
from kb.language.detect import Language
from kb.language.quantities.index import figures
from kb.language.script import fold
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["summarise"]

MOST_POINTS = 12
PER_SECTION = 2
SHORTEST, LONGEST = 12, 240  # characters of a unit that can stand in a summary


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
    passages = opened(retriever.library, find(retriever.library, document, collections), version)
    points = _points(retriever, passages)
    quoted = WrittenText("summary", language.value, _lines(points, language), "extractive", points=points)
    quoted.citations = [point.citation for point in points]
    door = open_gateway(retriever.settings, retriever.library) if generate else None
    if door is None or not points:
        return quoted
    telling = {point.citation.chunk_id for point in points}
    draft = Draft(language)
    try:
        chosen = [one for one in passages if one.chunk_id in telling]
        asked, sent = ask_with("summary", language, door, chosen, title=passages[0].title)
        for _ in compose(retriever, door, asked, sent, draft):
            pass
    except WritingFailed as failure:
        quoted.fallback, quoted.egress = failure.code, door.egress
        return quoted
    return WrittenText("summary", language.value, str(draft.text), "llm", draft.citations, points, egress=door.egress)


def _points(retriever: Retriever, passages: list[Passage]) -> list[Point]:
    """Return the most telling units of each section, in reading order, each with a citation that stands."""
    sections: dict[str, list[QuotableSpan]] = {}
    for passage in passages:
        heading = passage.heading_path[0] if passage.heading_path else ""
        sections.setdefault(heading, []).extend(
            unit for unit in spans_of(passage) if SHORTEST <= len(unit.text) <= LONGEST and not unit.is_row
        )
    each = max(1, min(PER_SECTION, MOST_POINTS // max(1, len(sections))))
    chosen = [(heading, unit) for heading, some in sections.items() for unit in _discriminative(some, each)]
    chosen = sorted(sorted(chosen, key=lambda pair: -_weight(pair[1]))[:MOST_POINTS], key=lambda pair: _at(pair[1]))
    points: list[Point] = []
    for heading, unit in chosen:
        for citation in verify_citations(retriever.library, [cite(len(points) + 1, whole(unit))]):
            if all(citation.quote != other.citation.quote for other in points):
                points.append(Point(heading, citation.quote, citation))
    return points


def _discriminative(some: list[QuotableSpan], most: int) -> Iterator[QuotableSpan]:
    seen: set[str] = set()
    for unit in sorted(some, key=lambda one: -_weight(one)):
        text = fold(whole(unit).text)
        if text not in seen and len(seen) < most:
            seen.add(text)
            yield unit


def _weight(unit: QuotableSpan) -> float:
    """How much a unit rules: it says must, may or must not, and gives figures; a question or a heading does not."""
    text = fold(unit.text)
    return len(modes(text)) + 0.5 * min(3, len(set(figures(text)))) - (1.0 if text.endswith("?") else 0.0)


def _at(unit: QuotableSpan) -> tuple[int, int]:
    return unit.passage.chunk_id, unit.start


def _lines(points: list[Point], language: Language) -> str:
    lines: list[str] = []
    for point in points:
        if point.heading and (not lines or f"■ {point.heading}" not in lines):
            lines.append(f"■ {point.heading}")
        where = place(point.citation, language)
        lines.append(f"[{point.citation.n}] {say('quote', language, text=point.text)} {where}")
    return "\n".join(lines)
