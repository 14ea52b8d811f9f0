"""The answer to an emergency: the card at once, then the organisation's own procedure where it has one.

No language model is asked and nothing is sent. The card needs no search: whatever happens to the search, it is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Generator

from assistant.answers.answer import EMERGENCY, Answer
from assistant.answers.citations import cite, verify_citations
from assistant.answers.cited_text import CitedText
from assistant.answers.extractive import quoted_lines
from assistant.cards.card_text import card_text
from assistant.emergency.own_procedure import find_procedure
from assistant.emergency.shown_card import ShownCard
from assistant.events import AnswerEvent, DeltaEvent, Event, EvidenceEvent, SearchingEvent
from assistant.evidence.quotable_spans import QuotableSpan
from assistant.messages import say
from kb.language.detect import Language, detect
from kb.search.retriever import Retriever

__all__ = ["stream_emergency"]

# Who wrote the answer: nobody for this question.
_FIXED = "fixed"
_LOG = logging.getLogger("sinzi.emergency")


def stream_emergency(
    retriever: Retriever, question: str, shown: ShownCard, collections: list[str] | None
) -> Generator[Event]:
    """Yield the events of the answer after that of the card: the card as text before anything is searched.

    The procedure is that of today, whatever day the conversation is about.

    Args:
        question: as typed.
        collections: slugs to search for the procedure; ``None`` for all.
    """
    language = detect(question)
    for line in CitedText((card_text(shown.content),)).lines():
        yield DeltaEvent(line, _FIXED)
    yield SearchingEvent(question, shown.content)
    spans = _procedure(retriever, shown, language, collections)
    passages = list({one.passage.chunk_id: one.passage for one in spans}.values())
    yield EvidenceEvent(passages)
    content = _quoted(spans, language)
    for line in content.lines():
        yield DeltaEvent(line, _FIXED)
    yield AnswerEvent(
        Answer(
            question=question,
            searched=question,
            language=language,
            content=content,
            reason=EMERGENCY,
            answerer=_FIXED,
            confidence=1.0,
            contexts=passages,
            card=shown.content,
            contact=shown.own_contact,
        )
    )


def _procedure(
    retriever: Retriever, shown: ShownCard, language: Language, collections: list[str] | None
) -> list[QuotableSpan]:
    """Return the clauses of the procedure that are in the records; none where the search fails."""
    try:
        spans = find_procedure(retriever, shown.card, language, collections)
        verified = verify_citations(retriever.library, [cite(n, span) for n, span in enumerate(spans)])
    except Exception:  # whatever is broken, the person needs the numbers now
        _LOG.exception("no procedure could be searched", extra={"card": shown.card.id})
        return []
    return [spans[one.n] for one in verified]


def _quoted(spans: list[QuotableSpan], language: Language) -> CitedText:
    """Return the quotes below the card's text; nothing where there is no procedure."""
    if not spans:
        return CitedText()
    citations = [cite(n, span) for n, span in enumerate(spans, start=1)]
    lead = CitedText((f"\n\n{say('procedure', language)}",))
    return lead + quoted_lines(spans, citations, language)
