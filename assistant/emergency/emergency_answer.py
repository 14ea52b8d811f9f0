"""The answer to an emergency: the card at once, then the organisation's own procedure where it has one.

While an emergency goes on, the card has its title and numbers alone, and below it stands the clause of the procedure
that is nearest to what was asked. What ends an emergency gets a short reply.

No language model is asked and nothing is sent. The card needs no search: whatever happens to the search, it is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace

from assistant.answers.answer import EMERGENCY, EMERGENCY_OVER, Answer
from assistant.answers.cited_text import CitedText
from assistant.cards.card_text import card_text
from assistant.emergency.procedure_quotes import ProcedureQuotes, quote_procedure
from assistant.emergency.shown_card import ShownCard
from assistant.events import AnswerEvent, CardEvent, DeltaEvent, Event, EvidenceEvent, SearchingEvent
from assistant.messages import say
from kb.language.detect import Language, detect
from kb.search.retriever import Retriever

__all__ = ["reply_to_end", "stream_emergency"]

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
    procedure = _procedure(retriever, shown, language, collections, question if shown.goes_on else "")
    yield EvidenceEvent(procedure.passages)
    content = CitedText(("\n\n",)) + procedure.content if procedure.passages else CitedText()
    for line in content.lines():
        yield DeltaEvent(line, _FIXED)
    found = _fixed_answer(question, language, content, EMERGENCY, shown)
    yield AnswerEvent(replace(found, contexts=procedure.passages))


def reply_to_end(question: str, shown: ShownCard) -> Generator[Event]:
    """Yield the events of the reply to what ends an emergency; nothing is searched, and nothing is sent.

    Args:
        question: as typed.
        shown: the card of the emergency, as :func:`.shown_card.card_of_crisis` returns it.
    """
    language = detect(question)
    content = CitedText((say("emergency_over", language),))
    yield CardEvent(shown.content)
    yield SearchingEvent(question, shown.content)
    yield EvidenceEvent([])
    yield DeltaEvent(content, _FIXED)
    yield AnswerEvent(_fixed_answer(question, language, content, EMERGENCY_OVER, shown))


def _fixed_answer(question: str, language: Language, content: CitedText, reason: str, shown: ShownCard) -> Answer:
    return Answer(
        question=question,
        searched=question,
        language=language,
        content=content,
        reason=reason,
        answerer=_FIXED,
        confidence=1.0,
        card=shown.content,
        contact=shown.own_contact,
    )


def _procedure(
    retriever: Retriever, shown: ShownCard, language: Language, collections: list[str] | None, asked: str
) -> ProcedureQuotes:
    """Return the quotes of the procedure; none where the search fails."""
    try:
        return quote_procedure(retriever, shown.card, language, collections, asked=asked)
    except Exception:  # whatever is broken, the person needs the numbers now
        _LOG.exception("no procedure could be searched", extra={"card": shown.card.id})
        return ProcedureQuotes()
