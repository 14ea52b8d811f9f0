"""The extractive answerer: exact quotes, framed in the language of the question. No model writes anything."""

from __future__ import annotations

from assistant.answers.amendments import Amended, amended
from assistant.answers.citations import Citation, cite, stands
from assistant.answers.model import Answer
from assistant.answers.refusal import confidence, threshold
from assistant.evidence import Evidence, Scored
from assistant.messages import say
from assistant.units import Unit, whole
from kb.language.detect import Language
from kb.search.retriever import Retriever

__all__ = ["answer"]

NAME = "extractive"
MOST_QUOTES = 4
# A further quote must come this near to the best one's score.
NEAR_BEST = 0.80
# Characters shown of the nearest passages of a refusal.
EXCERPT = 60
# Below this confidence the reader is told that the quotes may not be the answer.
UNSURE = 0.45


def answer(retriever: Retriever, evidence: Evidence, contact: str) -> Answer:
    """Answer from the evidence, or refuse.

    Every citation shown has been compared with the records; what does not stand there is not shown, and an
    answer left without any is a refusal.
    """
    language = evidence.found.query.language
    sure = confidence(evidence)
    base = Answer(
        question=evidence.found.query.text,
        language=language,
        answer="",
        refused=True,
        reason="weak_evidence" if evidence.passages else "no_documents",
        answerer=NAME,
        confidence=sure,
        contexts=evidence.passages,
    )
    if sure >= threshold() and evidence.units:
        chosen = _choose(evidence.units)
        change = amended(retriever.library, evidence, chosen[0])
        quoted = [change.unit, *chosen][:MOST_QUOTES] if change else chosen
        citations = stands(retriever.library, [cite(n, unit) for n, unit in enumerate(quoted, start=1)])
        if citations:
            base.citations = citations
            lead = "lead_unsure" if sure < UNSURE else "lead_one" if len(citations) == 1 else "lead_more"
            base.answer = _framed(quoted, citations, language, lead, change)
            base.refused = False
            base.reason = "answered"
            return base
    base.answer = _refusal(evidence, language, contact)
    return base


def _choose(scored: list[Scored]) -> list[Unit]:
    """Return the best unit and others near it that say something more; never one inside another."""
    chosen: list[Unit] = []
    for one in scored:
        if one.score < NEAR_BEST * scored[0].score or len(chosen) == MOST_QUOTES:
            break
        quoted = whole(one.unit)
        if not any(_overlaps(quoted, other) or quoted.text == other.text for other in chosen):
            chosen.append(quoted)
    return chosen


def _overlaps(one: Unit, other: Unit) -> bool:
    return one.passage is other.passage and one.start < other.end and other.start < one.end


def _framed(
    quoted: list[Unit], citations: list[Citation], language: Language, lead: str, change: Amended | None
) -> str:
    lines = [say(lead, language)]
    if change:
        lines.insert(0, change.note(language))
    for citation in citations:
        unit = quoted[citation.n - 1]
        lines.append(f"[{citation.n}] {place(citation, language)}\n{say('quote', language, text=_readable(unit))}")
    return "\n".join(lines)


def place(citation: Citation, language: Language) -> str:
    """Return the place of a citation as a person reads it, e.g. 《員工手冊》第 5.3 條，第 12 頁."""
    parts = []
    if citation.clause:
        numbered = citation.clause[:1].isdigit()
        parts.append(say("clause" if numbered else "clause_plain", language, clause=citation.clause))
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


def _readable(unit: Unit) -> str:
    """Return the quote as shown: a table row with its column heads where the passage has them."""
    if not unit.is_row:
        return unit.text
    cells = unit.text.split("\t")
    header = unit.passage.text.split("\n", 1)[0].split("\t")
    if unit.start > 0 and len(header) == len(cells):
        return " ｜ ".join(f"{name}：{cell}" for name, cell in zip(header, cells, strict=True) if cell.strip())
    return " ｜ ".join(cell for cell in cells if cell.strip())


def _refusal(evidence: Evidence, language: Language, contact: str) -> str:
    if not evidence.passages:
        lines = [say("empty", language)]
    else:
        lines = [say("refused", language)]
    lines.append(say("ask", language, contact=contact) if contact else say("ask_nobody", language))
    if evidence.passages:
        lines.append(say("nearest", language))
        for passage in evidence.passages[:3]:
            here = cite(0, Unit(passage, 0, len(passage.text)))
            excerpt = " ".join(passage.text.split())
            excerpt = excerpt if len(excerpt) <= EXCERPT else excerpt[:EXCERPT].rstrip() + "…"
            lines.append(f"· {place(here, language)}：{excerpt}")
    return "\n".join(lines)
