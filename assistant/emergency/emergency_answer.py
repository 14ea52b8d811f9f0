"""The answer to an emergency: the card at once, then the organisation's own procedure where it has one.

While an emergency goes on, the card has its title and numbers alone, and below it stands the clause of the procedure
that is nearest to what was asked. What ends an emergency gets a short reply.

「唔見咗個院友，搵幾耐先報警？」 tells of an emergency and asks for a length of time. Where the documents surely
have what is asked, they are quoted below the card in place of the procedure.

No language model is asked and nothing is sent. The card needs no search: whatever happens to the search, it is shown.
"""

from __future__ import annotations

import logging
from collections.abc import Generator
from dataclasses import replace

from assistant.answers import extractive
from assistant.answers.answer import EMERGENCY, EMERGENCY_OVER, UNSURE, Answer
from assistant.answers.cited_text import CitedText
from assistant.cards.card_text import card_text
from assistant.emergency.procedure_quotes import ProcedureQuotes, quote_procedure
from assistant.emergency.shown_card import ShownCard
from assistant.events import AnswerEvent, CardEvent, DeltaEvent, Event, EvidenceEvent, SearchingEvent
from assistant.evidence.answer_kinds import kinds
from assistant.evidence.gather import gather
from assistant.messages import say
from kb.language.detect import Language, detect
from kb.search.retriever import Retriever

__all__ = ["reply_to_end", "stream_emergency"]

# Who wrote the answer: nobody for this question.
_FIXED = "fixed"
# The kind of a question whether something is allowed or has to be (``answer_kinds.tsv``).
_PERMISSION = "may"
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
    quoted = _quoted(retriever, question, shown, language, collections)
    yield EvidenceEvent(quoted.passages)
    content = CitedText(("\n\n",)) + quoted.content if quoted.passages else CitedText()
    for line in content.lines():
        yield DeltaEvent(line, _FIXED)
    found = _fixed_answer(question, language, content, EMERGENCY, shown)
    yield AnswerEvent(replace(found, contexts=quoted.passages))


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


def _quoted(
    retriever: Retriever, question: str, shown: ShownCard, language: Language, collections: list[str] | None
) -> ProcedureQuotes:
    """Return the quotes that stand below a card; none where the search fails."""
    try:
        asked = question if shown.goes_on else ""
        return _of_what_is_asked(retriever, question, collections) or quote_procedure(
            retriever, shown.card, language, collections, asked=asked
        )
    except Exception:  # whatever is broken, the person needs the numbers now
        _LOG.exception("no procedure could be searched", extra={"card": shown.card.id})
        return ProcedureQuotes()


def _of_what_is_asked(retriever: Retriever, question: str, collections: list[str] | None) -> ProcedureQuotes | None:
    """Return the quotes of what a question asks for by name: a figure, a day, a permission; None where it is unsure."""
    if not any(kind.form != "words" or kind.name == _PERMISSION for kind in kinds(question)):
        return None
    found = extractive.answer(retriever, gather(retriever, question, collections, None), "")
    if not isinstance(found.content, CitedText) or found.reason != "answered" or found.confidence < UNSURE:
        return None
    return ProcedureQuotes(found.content, found.contexts)
