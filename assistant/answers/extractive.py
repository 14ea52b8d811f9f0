"""The extractive answerer: exact quotes, framed in the language of the question. No model writes anything."""

from __future__ import annotations

import re

from assistant.answers.amended_rules import AmendedRule, find_amended_rule
from assistant.answers.answer import Answer
from assistant.answers.citations import Citation, cite, verify_citations
from assistant.answers.quote_selection import choose
from assistant.answers.refusal import confidence, threshold
from assistant.evidence.gather import Evidence
from assistant.evidence.quotable_spans import QuotableSpan, header
from assistant.messages import say
from kb.language.detect import Language
from kb.search.retriever import Retriever

__all__ = ["answer"]

NAME = "extractive"
# Characters shown of the nearest passages of a refusal.
EXCERPT = 60
# Below this confidence the reader is told that the quotes may not be the answer.
UNSURE = 0.45
# A heading shown as a quote's place where no clause names it.
HEADING = 30
# The mark of a footnote behind a sentence: true to the page, but in an answer it reads like a figure.
_FOOTNOTE = re.compile(r"(?<=[。；！？」）])\d{1,2}(?=\s|$)|(?<=[a-z)][.;])\d{1,2}(?=\s|$)|[⁰¹²³⁴-⁹]+")


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
        chosen = choose(evidence.units)
        change = find_amended_rule(retriever.library, evidence, *chosen)
        quoted = _with(change, chosen)
        citations = verify_citations(retriever.library, [cite(n, unit) for n, unit in enumerate(quoted, start=1)])
        if citations:
            base.citations = citations
            lead = "lead_unsure" if sure < UNSURE else "lead_one" if len(citations) == 1 else "lead_more"
            base.answer = _framed(quoted, citations, language, lead, change)
            base.refused = False
            base.reason = "answered"
            return base
    base.answer = _refusal(evidence, language, contact)
    return base


def _with(change: AmendedRule | None, chosen: list[QuotableSpan]) -> list[QuotableSpan]:
    """Set the new rule before the old; a quote that holds it already goes first as it is."""
    if change is None:
        return chosen
    new = next((one for one in chosen if change.unit.text in one.text), change.unit)
    return [new, *(one for one in chosen if one is not new and one.text not in new.text)]


def _framed(
    quoted: list[QuotableSpan], citations: list[Citation], language: Language, lead: str, change: AmendedRule | None
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
    elif citation.heading and citation.heading != citation.title:
        heading = citation.heading if len(citation.heading) <= HEADING else citation.heading[:HEADING].rstrip() + "…"
        parts.append(say("clause_plain", language, clause=heading))
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


def _readable(unit: QuotableSpan) -> str:
    """Return the quote as shown: without footnote marks; a table row with its column heads where there are any."""
    if not unit.is_row:
        return _FOOTNOTE.sub("", unit.text)
    cells, names = unit.text.split("\t"), header(unit).split("\t")
    if len(names) == len(cells):
        pairs = zip(names, cells, strict=True)
        return " ｜ ".join(f"{name}：{cell}" if name.strip() else cell for name, cell in pairs if cell.strip())
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
            units = (one.unit for one in evidence.units if one.unit.passage is passage)
            unit = next(units, QuotableSpan(passage, 0, len(passage.text)))
            here = cite(0, unit)
            excerpt = " ".join(unit.text.split())
            excerpt = excerpt if len(excerpt) <= EXCERPT else excerpt[:EXCERPT].rstrip() + "…"
            lines.append(f"· {place(here, language)}：{excerpt}")
    return "\n".join(lines)
