"""One turn, start to end: the way through this floor."""

from __future__ import annotations

import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from assistant.answers import extractive, generative
from assistant.answers.answer import Answer
from assistant.answers.checked_writing import WritingFailed
from assistant.answers.cited_text import CitedText
from assistant.cards import subject_cards
from assistant.events import AnswerEvent, DeltaEvent, Event, EvidenceEvent, SearchingEvent, final_answer
from assistant.evidence.gather import Evidence, gather
from assistant.llm.gateway import Gateway, open_gateway
from assistant.messages import say
from assistant.question import rewritten
from kb.language.detect import Language, detect
from kb.language.followup import is_follow_up, standalone
from kb.search.retriever import Retriever

__all__ = ["Turn", "answer", "searched", "stream"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its context.

    Attributes:
        question: as typed.
        history: earlier questions of this person in this conversation, oldest first.
        collections: slugs to search; ``None`` for all the person may see.
        as_of: the day for which the answer should hold; today by default.
        generate: whether a language model may write the answer, where the tenant has one.
    """

    question: str
    history: Sequence[str] = ()
    collections: list[str] | None = None
    as_of: date | None = None
    id: str | None = None
    generate: bool = True


def answer(retriever: Retriever, turn: Turn) -> Answer:
    """Answer one turn from the retriever's tenant.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
    """
    return final_answer(stream(retriever, turn))


def stream(retriever: Retriever, turn: Turn) -> Generator[Event]:
    """Answer one turn step by step; closing the generator stops the work, a model's as well.

    Raises:
        InputError: ``question_empty``, ``question_too_long``; with the first event.
    """
    started = time.perf_counter()
    retriever.checked(turn.question)
    card = _card(retriever, turn)
    gateway = open_gateway(retriever.settings, retriever.library) if turn.generate else None
    question = searched(turn.question, turn.history)
    if gateway is not None and question != turn.question:
        question = rewritten(gateway, turn.question, turn.history) or question
    yield SearchingEvent(question, card)
    evidence = gather(retriever, question, turn.collections, turn.as_of)
    yield EvidenceEvent(evidence.passages)
    found = yield from _answered(retriever, evidence, gateway)
    ms = (time.perf_counter() - started) * 1000
    yield AnswerEvent(replace(found, id=turn.id, question=turn.question, searched=question, card=card, ms=ms))


def searched(question: str, history: Sequence[str]) -> str:
    """Return the question to search for: a follow-up with the topic of the questions before it, others as typed."""
    earlier = list(history)
    return standalone(question, earlier) if earlier and is_follow_up(question, earlier) else question


def _card(retriever: Retriever, turn: Turn) -> dict[str, object] | None:
    """Return the card of a high-stakes subject, in the language of the question; earlier questions count too."""
    card = subject_cards.find(retriever.library, turn.question)
    locale = "en" if detect(turn.question) is Language.ENGLISH else "zh-HK"
    return card.localized(locale) if card else None


def _answered(retriever: Retriever, evidence: Evidence, gateway: Gateway | None) -> Generator[DeltaEvent, None, Answer]:
    """Yield deltas and return the answer: the model's, or the quotes with a word of why they stand in for it."""
    quotes = extractive.answer(retriever, evidence, retriever.tenant.contact)
    if gateway is None:
        return (yield from _whole(quotes))
    if quotes.refused:
        return (yield from _whole(replace(quotes, egress=gateway.egress)))
    try:
        return (yield from generative.write(retriever, evidence, gateway, quotes))
    except WritingFailed as failure:
        why = say(_reason(failure.code), Language(quotes.language)) + "\n"
        stand_in = replace(
            quotes,
            content=CitedText((why,)) + quotes.text,
            fallback=failure.code,
            sentences=failure.sentences,
            egress=gateway.egress,
        )
    return (yield from _whole(stand_in))


def _whole(written: Answer) -> Generator[DeltaEvent, None, Answer]:
    """Yield an answer that is there already as deltas, line by line, and return it."""
    for line in written.text.lines():
        yield DeltaEvent(line, written.answerer)
    return written


def _reason(code: str) -> str:
    """Return the message that tells the reader why; what only the administrator can mend has one for all."""
    known = ("may_not_leave", "down", "slow", "budget", "rubbish", "silent", "unsupported")
    return f"fallback_{code if code in known else 'misconfigured'}"
