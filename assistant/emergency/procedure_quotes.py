"""The organisation's own procedure as quotes, for an emergency and for a question about the procedure."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from assistant.answers.answer import UNSURE, Answer
from assistant.answers.citations import cite, verify_citations
from assistant.answers.cited_text import CitedText
from assistant.answers.extractive import quoted_lines
from assistant.cards.subject_cards import Card
from assistant.emergency.own_procedure import find_procedure
from assistant.messages import say
from kb.language.detect import Language
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["ProcedureQuotes", "procedure_answer", "quote_procedure"]


@dataclass(frozen=True, slots=True)
class ProcedureQuotes:
    """The quotes of a procedure below a line that says what they are, and their passages. Empty where there is none."""

    content: CitedText = field(default_factory=CitedText)
    passages: list[Passage] = field(default_factory=list)


def quote_procedure(
    retriever: Retriever,
    card: Card,
    language: Language,
    collections: list[str] | None,
    as_of: date | None = None,
    asked: str = "",
) -> ProcedureQuotes:
    """Return the quotes of the procedure for a card's subject; each is compared with the records.

    Args:
        language: of the question.
        collections: slugs to search; ``None`` for all.
        as_of: the day for which the procedure should hold; today by default.
        asked: what is asked in an emergency that goes on: the nearest clause of the procedure alone is quoted.
    """
    found = find_procedure(retriever, card, language, collections, as_of, asked)
    verified = verify_citations(retriever.library, [cite(n, span) for n, span in enumerate(found)])
    spans = [found[one.n] for one in verified]
    if not spans:
        return ProcedureQuotes()
    citations = [cite(n, span) for n, span in enumerate(spans, start=1)]
    content = CitedText((say("procedure", language),)) + quoted_lines(spans, citations, language)
    return ProcedureQuotes(content, list({one.passage.chunk_id: one.passage for one in spans}.values()))


def procedure_answer(refusal: Answer, procedure: ProcedureQuotes) -> Answer | None:
    """Return the quotes of a procedure in place of a refusal; None where there is no procedure."""
    if not procedure.passages:
        return None
    sure = max(refusal.confidence, UNSURE)
    return replace(refusal, content=procedure.content, reason="answered", confidence=sure, contexts=procedure.passages)
