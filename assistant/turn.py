"""One turn, start to end: the way through this floor."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date

from assistant.answers import extractive, generative
from assistant.answers.answer import Answer
from assistant.answers.checked_writing import WritingFailed
from assistant.answers.events import Event, pieces
from assistant.cards import subject_cards
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
    id: str | None = field(default=None)
    generate: bool = True


def answer(retriever: Retriever, turn: Turn) -> Answer:
    """Answer one turn from the retriever's tenant.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
    """
    for event in stream(retriever, turn):
        if event.answer is not None:
            return event.answer
    raise AssertionError("a turn ends with an answer")


def stream(retriever: Retriever, turn: Turn) -> Iterator[Event]:
    """Answer one turn step by step; closing the iterator stops the work, a model's as well.

    Raises:
        InputError: ``question_empty``, ``question_too_long``; with the first event.
    """
    started = time.perf_counter()
    retriever.checked(turn.question)
    card = _card(retriever, turn)
    door = open_gateway(retriever.settings, retriever.library) if turn.generate else None
    question = searched(turn.question, turn.history)
    if door is not None and question != turn.question:
        question = rewritten(door, turn.question, turn.history) or question
    yield Event("searching", text=question, card=card)
    evidence = gather(retriever, question, turn.collections, turn.as_of)
    yield Event("evidence", passages=evidence.passages)
    with closing(_answered(retriever, evidence, door)) as events:
        for event in events:
            if event.answer is None:
                yield event
            else:
                result = event.answer
    result.id, result.question, result.searched, result.card = turn.id, turn.question, question, card
    result.ms = (time.perf_counter() - started) * 1000
    yield Event("done", answer=result)


def searched(question: str, history: Sequence[str]) -> str:
    """Return the question to search for: a follow-up with the topic of the questions before it, others as typed."""
    earlier = list(history)
    return standalone(question, earlier) if earlier and is_follow_up(question, earlier) else question


def _card(retriever: Retriever, turn: Turn) -> dict[str, object] | None:
    """Return the card of a high-stakes subject, in the language of the question; earlier questions count too."""
    card = subject_cards.find(retriever.library, turn.question)
    locale = "en" if detect(turn.question) is Language.ENGLISH else "zh-HK"
    return card.shown(locale) if card else None


def _answered(retriever: Retriever, evidence: Evidence, door: Gateway | None) -> Generator[Event]:
    """Yield deltas and the answer: the model's, or the quotes with a word of why they stand in for it."""
    quotes = extractive.answer(retriever, evidence, retriever.tenant.contact)
    if door is None or quotes.refused:
        yield from _whole(quotes, door)
        return
    try:
        yield from generative.write(retriever, evidence, door, quotes)
    except WritingFailed as failure:
        quotes.fallback, quotes.sentences = failure.code, failure.sentences
        quotes.answer = say(_reason(failure.code), Language(quotes.language)) + "\n" + quotes.answer
        yield from _whole(quotes, door)


def _whole(quotes: Answer, door: Gateway | None) -> Iterator[Event]:
    if door is not None:
        quotes.egress = door.egress
    yield from pieces(quotes.answer)
    yield Event("done", answer=quotes)


def _reason(code: str) -> str:
    """Return the message that tells the reader why; what only the administrator can mend has one for all."""
    known = ("may_not_leave", "down", "slow", "budget", "rubbish", "silent", "unsupported")
    return f"fallback_{code if code in known else 'misconfigured'}"
