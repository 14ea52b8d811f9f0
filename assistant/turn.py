"""Answer one question, from start to end: question → evidence → answer. Start reading this package here."""

from __future__ import annotations

import time
from collections.abc import Collection, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from assistant.answers import extractive, generative, not_in_force
from assistant.answers.answer import Answer
from assistant.answers.checked_writing import WritingFailed
from assistant.answers.cited_text import CitedText
from assistant.answers.whom_to_ask import contact_for, whom_to_ask
from assistant.cards.card_choice import card_chooser
from assistant.emergency.emergency_answer import reply_to_end, stream_emergency
from assistant.emergency.end_of_crisis import ends_crisis
from assistant.emergency.own_procedure import names_subject
from assistant.emergency.procedure_quotes import procedure_answer, quote_procedure
from assistant.emergency.shown_card import ShownCard, card_of_crisis, shown_card
from assistant.events import (
    AnswerEvent,
    CardEvent,
    DeltaEvent,
    DiscardEvent,
    Event,
    EvidenceEvent,
    SearchingEvent,
    final_answer,
)
from assistant.evidence.gather import Evidence
from assistant.evidence.question_parts import gather_parts
from assistant.llm.gateway import Gateway, open_gateway
from assistant.llm.requester import Requester
from assistant.messages import say
from assistant.no_question import asks_nothing, friendly_reply
from assistant.personal_requests import declined, named_person
from assistant.personal_requests.personal_request import asks_for_personal_data
from assistant.question import EarlierQuestion, SearchQuestion, understand
from kb.language.detect import Language, detect
from kb.search.retriever import Retriever

__all__ = ["Turn", "answer", "stream"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its context.

    Attributes:
        question: as typed.
        history: earlier questions of this person in this conversation, oldest first.
        collections: slugs of the collections to search; ``None`` for all that the person may read.
        as_of: the day for which the answer should be valid; today by default, and always in an emergency.
        id: the caller's identifier of the question; the answer has the same.
        generate: whether a language model may write the answer, if the tenant has one.
        crisis_history: those of the earlier questions that may tell of an emergency which this one belongs to; ``None``
            for all. A person who says that it is no emergency means the questions before, too.
        card: whether the question may call for a card. False where the person says that it is no emergency: then it is
            answered like any other. The id of a card where the person asks for that one.
        chosen_card: the id of the card that the person has asked for, for the emergency that the conversation is about;
            "" for none.
        requester: who asks.
        history_collections: for each earlier question, slugs of the collections that it was about; where it is empty,
            they may be about any collection that is searched now.
    """

    question: str
    history: Sequence[str] = ()
    collections: list[str] | None = None
    as_of: date | None = None
    id: str | None = None
    generate: bool = True
    card: bool | str = True
    chosen_card: str = ""
    crisis_history: Sequence[str] | None = None
    requester: Requester = field(default_factory=Requester)
    history_collections: Sequence[Collection[str]] = ()


def answer(retriever: Retriever, turn: Turn) -> Answer:
    """Answer one turn from the retriever's tenant.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
        NotFound: ``card_not_found``.
    """
    return final_answer(stream(retriever, turn))


def stream(retriever: Retriever, turn: Turn) -> Generator[Event]:
    """Answer one turn and yield each step. Closing the generator stops the work, also that of a model.

    Raises:
        InputError: ``question_empty``, ``question_too_long``; when the first event is requested.
        NotFound: ``card_not_found``; then, too.
    """
    started = time.perf_counter()
    typed = retriever.checked(turn.question)
    if turn.card is True and ends_crisis(typed):
        over = card_of_crisis(retriever, typed, _crisis_history(turn), turn.chosen_card)
        if over is not None:
            yield from _timed(reply_to_end(typed, over), turn, started)
            return
    is_courtesy = not isinstance(turn.card, str) and asks_nothing(typed, follows=bool(turn.history))
    if is_courtesy and not (turn.card and card_chooser(retriever).may_call_for_card(typed)):
        yield from _reply(turn, started)
        return
    chosen = turn.card if isinstance(turn.card, str) else ""
    history = _crisis_history(turn)
    shown = shown_card(retriever, typed, history, chosen, turn.chosen_card) if turn.card else None
    if shown is not None:
        yield CardEvent(shown.content)
        if shown.is_emergency:
            yield from _timed(stream_emergency(retriever, turn.question, shown, turn.collections), turn, started)
            return
    elif is_courtesy:
        yield from _reply(turn, started)
        return
    card = shown.content if shown is not None else None
    gateway = open_gateway(retriever.settings, retriever.library, turn.requester) if turn.generate else None
    question = understand(turn.question, _earlier_questions(retriever, turn, gateway), gateway)
    yield SearchingEvent(question.text, card)
    collections = turn.collections
    # Beside a card, only what is surely a request: a description of what happened is full of people.
    asks = asks_for_personal_data(retriever.settings, [turn.question, question.text], sure=card is not None)
    if asks:
        collections = _where_data_is_shown(retriever, collections)
        if not collections:
            contact = contact_for(retriever, question.text, detect(turn.question))
            yield from _without_evidence(turn, question, card, declined.answer(turn.question, contact), started)
            return
    evidence = gather_parts(retriever, question.text, collections, turn.as_of)
    if asks:
        evidence, name = named_person.only_about(evidence, question.text)
        if name and not evidence.spans:
            contact = contact_for(retriever, question.text, detect(turn.question))
            yield from _without_evidence(
                turn, question, card, named_person.unknown(turn.question, name, contact), started
            )
            return
    yield EvidenceEvent(evidence.passages)
    contact = whom_to_ask(retriever, evidence, card)
    found = yield from _write(retriever, evidence, gateway, question.sendable, contact, shown)
    ms = (time.perf_counter() - started) * 1000
    yield AnswerEvent(
        replace(
            found,
            id=turn.id,
            question=turn.question,
            searched=question.text,
            card=card,
            contact=contact,
            ms=ms,
        )
    )


def _where_data_is_shown(retriever: Retriever, collections: list[str] | None) -> list[str]:
    """Return the slugs of those of the collections to search in which the asker may see people's data."""
    wanted = collections if collections is not None else _all_collections(retriever)
    return [slug for slug in wanted if retriever.library.shows_personal_data(slug)]


def _without_evidence(
    turn: Turn, question: SearchQuestion, card: dict[str, Any] | None, reply: Answer, started: float
) -> Generator[Event]:
    """Yield the events of a reply that quotes no document: it declines, or says that nobody was found."""
    yield EvidenceEvent([])
    yield from _as_deltas(reply)
    ms = (time.perf_counter() - started) * 1000
    yield AnswerEvent(replace(reply, id=turn.id, searched=question.text, card=card, ms=ms))


def _timed(events: Generator[Event], turn: Turn, started: float) -> Generator[Event]:
    """Yield the events of an answer to an emergency, the answer with the turn's id and its time."""
    for event in events:
        if isinstance(event, AnswerEvent):
            ms = (time.perf_counter() - started) * 1000
            yield AnswerEvent(replace(event.answer, id=turn.id, ms=ms))
        else:
            yield event


def _reply(turn: Turn, started: float) -> Generator[Event]:
    """Yield the events of the reply to what asks nothing; nothing is searched."""
    reply = friendly_reply(turn.question)
    yield SearchingEvent(turn.question, None)
    yield EvidenceEvent([])
    yield from _as_deltas(reply)
    yield AnswerEvent(replace(reply, id=turn.id, ms=(time.perf_counter() - started) * 1000))


def _crisis_history(turn: Turn) -> Sequence[str]:
    return turn.history if turn.crisis_history is None else turn.crisis_history


def _earlier_questions(retriever: Retriever, turn: Turn, gateway: Gateway | None) -> list[EarlierQuestion]:
    """Return the earlier questions. Of an emergency no language model gets the words: it has no collection."""
    if turn.history_collections:
        pairs = zip(turn.history, turn.history_collections, strict=True)
        return [EarlierQuestion(text, tuple(collections)) for text, collections in pairs]
    searched = turn.collections if turn.collections is not None else _all_collections(retriever)
    found = [(text, shown_card(retriever, text)) for text in turn.history if gateway is not None]
    crises = {text for text, shown in found if shown is not None and shown.is_emergency}
    return [EarlierQuestion(text, () if text in crises else tuple(searched)) for text in turn.history]


def _all_collections(retriever: Retriever) -> list[str]:
    return [collection.slug for collection in retriever.library.collections()]


def _write(
    retriever: Retriever,
    evidence: Evidence,
    gateway: Gateway | None,
    question: str,
    contact: str,
    shown: ShownCard | None,
) -> Generator[DeltaEvent | DiscardEvent, None, Answer]:
    """Yield deltas and return the answer: the model's, or the extractive one.

    Where the model fails, what it wrote is discarded, and the extractive answer begins with a sentence that says why it
    replaces the model's.

    Args:
        question: for the model.
        shown: the card, where the question is about the procedure for an emergency.
    """
    quotes = extractive.answer(retriever, evidence, contact)
    if shown is not None and (about := _about_procedure(retriever, evidence, quotes, shown)) is not None:
        return (yield from _as_deltas(replace(about, egress=gateway.egress) if gateway else about))
    if (other := not_in_force.answer(retriever, evidence, quotes)) is not None:
        return (yield from _as_deltas(replace(other, egress=gateway.egress) if gateway else other))
    if gateway is None:
        return (yield from _as_deltas(quotes))
    if quotes.refused or quotes.reason == extractive.NEAR_MISS:
        return (yield from _as_deltas(replace(quotes, egress=gateway.egress)))
    try:
        written = generative.write(retriever, evidence, gateway, quotes, question)
        return (yield from _events_of(written, generative.NAME))
    except WritingFailed as failure:
        reason = say(_reason_key(failure.code), Language(quotes.language)) + "\n"
        replacement = replace(
            quotes,
            content=CitedText((reason,)) + quotes.text,
            fallback=failure.code,
            sentences=failure.sentences,
            egress=gateway.egress,
        )
    return (yield from _as_deltas(replacement))


def _about_procedure(retriever: Retriever, evidence: Evidence, usual: Answer, shown: ShownCard) -> Answer | None:
    """Return the quotes of the procedure that the question names, where the usual answer is a refusal."""
    query, day = evidence.found.query, evidence.found.as_of
    if not usual.refused or not names_subject(query.text, shown.card):
        return None
    return procedure_answer(usual, quote_procedure(retriever, shown.card, query.language, evidence.collections, day))


def _events_of(
    pieces: Generator[CitedText, None, Answer], answerer: str
) -> Generator[DeltaEvent | DiscardEvent, None, Answer]:
    """Yield each piece of an answer as an event; closing this generator closes ``pieces``.

    Raises:
        WritingFailed: that of ``pieces``, after an event that discards what was shown.
    """
    shown = False
    with closing(pieces):
        while True:
            try:
                piece = next(pieces)
            except StopIteration as end:
                answer: Answer = end.value
                return answer
            except WritingFailed as failure:
                if shown:
                    yield DiscardEvent(failure.code)
                raise
            shown = True
            yield DeltaEvent(piece, answerer)


def _as_deltas(complete: Answer) -> Generator[DeltaEvent, None, Answer]:
    """Yield the text of a complete answer line by line, and return the answer."""
    for line in complete.text.lines():
        yield DeltaEvent(line, complete.answerer)
    return complete


def _reason_key(code: str) -> str:
    """Return the key of the message for a failure. All failures that only an administrator can repair share one."""
    known = ("may_not_leave", "down", "slow", "budget", "rubbish", "cut_off", "silent", "unsupported")
    return f"fallback_{code if code in known else 'misconfigured'}"
