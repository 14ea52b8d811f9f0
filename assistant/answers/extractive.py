"""The extractive answerer: exact quotes with a lead-in sentence in the question's language. No model writes."""

from __future__ import annotations

from assistant.answers.amended_rules import AmendedRule, find_amended_rule
from assistant.answers.answer import UNSURE, Answer, Refusal
from assistant.answers.citations import Citation, cite, place, verify_citations
from assistant.answers.cited_text import CitedText
from assistant.answers.near_miss import NearMiss, near_miss
from assistant.answers.quote_selection import choose
from assistant.answers.refusal import confidence, threshold
from assistant.evidence.asked_clause import named_clauses
from assistant.evidence.gather import Evidence
from assistant.evidence.quotable_spans import QuotableSpan, readable_row
from assistant.messages import say
from kb.language.detect import Language
from kb.search.retriever import Retriever

__all__ = ["JUST_UNSURE", "NAME", "NEAR_MISS", "answer", "quoted_answer", "quoted_lines"]

NAME = "extractive"
# The reason of an answer whose quotes hold under another condition than the one asked about.
NEAR_MISS = "near_miss"
# The confidence of quotes that are no answer, at most.
JUST_UNSURE = UNSURE - 0.01
# The number of passages that a refusal shows.
NEAREST = 3


def answer(retriever: Retriever, evidence: Evidence, contact: str) -> Answer:
    """Answer from the evidence, or refuse.

    Every citation is compared with the records, and shown only if it is there. Without any citation the answer is a
    refusal.

    Args:
        contact: whom a refusal names; "" for the asker's supervisor.
    """
    evidence, miss = near_miss(evidence)
    query, sure = evidence.found.query, confidence(evidence)
    sure = min(sure, JUST_UNSURE) if miss or _lacks_clause(evidence) else sure
    content = _quoted(retriever, evidence, sure, miss)
    refusal_reason = "weak_evidence" if evidence.passages else "no_documents"
    return Answer(
        question=query.text,
        language=query.language,
        content=content or _refusal(evidence, query.language, contact),
        reason=(NEAR_MISS if miss else "answered") if content else refusal_reason,
        answerer=NAME,
        confidence=sure,
        contexts=evidence.passages,
    )


def _lacks_clause(evidence: Evidence) -> bool:
    """Whether the question names a clause by its number, and the best span is not in it."""
    named = named_clauses(evidence.found.query.text)
    return bool(named and evidence.spans) and not named.include(evidence.spans[0].span)


def _quoted(retriever: Retriever, evidence: Evidence, sure: float, miss: NearMiss | None) -> CitedText | None:
    """Return the quotes with their lead-in; None where the evidence is too weak or no quote is in the records."""
    if sure < threshold() or not evidence.spans:
        return None
    chosen = choose(evidence.spans)
    change = find_amended_rule(retriever.library, evidence, *chosen)
    quoted = _with_new_rule(change, chosen)
    citations = verify_citations(retriever.library, [cite(n, span) for n, span in enumerate(quoted, start=1)])
    if not citations:
        return None
    lead = "lead_unsure" if sure < UNSURE else "lead_one" if len(citations) == 1 else "lead_more"
    language = evidence.found.query.language
    opening = say("near_miss", language, asked=miss.asked, found=miss.found) if miss else say(lead, language)
    return _framed(quoted, citations, language, opening, change)


def quoted_answer(retriever: Retriever, evidence: Evidence, lead: str, sure: float) -> Answer | None:
    """Return the quotes of the document of the best span after a sentence of the caller's own.

    None where no quote is in the records.
    """
    best = evidence.spans[0].span.passage.version_id
    quoted = choose([one for one in evidence.spans if one.span.passage.version_id == best])
    citations = verify_citations(retriever.library, [cite(n, span) for n, span in enumerate(quoted, start=1)])
    if not citations:
        return None
    query = evidence.found.query
    return Answer(
        question=query.text,
        language=query.language,
        content=_framed(quoted, citations, query.language, lead, None),
        reason="answered",
        answerer=NAME,
        confidence=sure,
        contexts=evidence.passages,
    )


def _with_new_rule(change: AmendedRule | None, chosen: list[QuotableSpan]) -> list[QuotableSpan]:
    """Return the spans with the new rule first. A chosen span that contains the new rule is moved to the front."""
    if change is None:
        return chosen
    new = next((one for one in chosen if change.span.text in one.text), change.span)
    return [new, *(one for one in chosen if one is not new and one.text not in new.text)]


def _framed(
    quoted: list[QuotableSpan], citations: list[Citation], language: Language, lead: str, change: AmendedRule | None
) -> CitedText:
    opening = f"{change.note(language)}\n{lead}" if change else lead
    return CitedText((opening,)) + quoted_lines(quoted, citations, language)


def quoted_lines(quoted: list[QuotableSpan], citations: list[Citation], language: Language) -> CitedText:
    """Return each quote on lines of its own: its marker and place, then its words.

    Args:
        quoted: the spans; that of a citation has the index ``n - 1``.
    """
    parts: list[str | Citation] = []
    for citation in citations:
        words = say("quote", language, text=_readable(quoted[citation.n - 1]))
        parts += ["\n", citation, f" {place(citation, language)}\n{words}"]
    return CitedText(tuple(parts))


def _readable(span: QuotableSpan) -> str:
    """Return the quote for display: its exact text; a table row with the names of its columns if known."""
    return readable_row(span) if span.is_row else span.text


def _refusal(evidence: Evidence, language: Language, contact: str) -> Refusal:
    """Return the refusal, with the best span of each of the nearest passages."""
    best: dict[int, QuotableSpan] = {}
    for one in evidence.spans:
        best.setdefault(one.span.passage.chunk_id, one.span)
    nearest = (best.get(one.chunk_id, QuotableSpan(one, 0, len(one.text))) for one in evidence.passages[:NEAREST])
    return Refusal(say("refused" if evidence.passages else "empty", language), contact, tuple(nearest))
