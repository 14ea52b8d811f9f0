"""One turn, start to end: the way through this floor."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from assistant.answers import extractive
from assistant.answers.model import Answer
from assistant.evidence import gather
from kb.language.followup import is_follow_up, standalone
from kb.search.retriever import Retriever

__all__ = ["Turn", "answer", "searched"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A question with its context.

    Attributes:
        question: as typed.
        history: earlier questions of this person in this conversation, oldest first.
        collections: slugs to search; ``None`` for all the person may see.
        as_of: the day for which the answer should hold; today by default.
    """

    question: str
    history: Sequence[str] = ()
    collections: list[str] | None = None
    as_of: date | None = None
    id: str | None = field(default=None)


def answer(retriever: Retriever, turn: Turn) -> Answer:
    """Answer one turn from the retriever's tenant.

    Raises:
        InputError: ``question_empty``, ``question_too_long``.
    """
    started = time.perf_counter()
    evidence = gather(retriever, searched(turn.question, turn.history), turn.collections, turn.as_of)
    result = extractive.answer(retriever, evidence, retriever.tenant.contact)
    result.id = turn.id
    result.question = turn.question
    result.ms = (time.perf_counter() - started) * 1000
    return result


def searched(question: str, history: Sequence[str]) -> str:
    """Return the question to search for: a follow-up with the topic of the questions before it, others as typed."""
    earlier = list(history)
    return standalone(question, earlier) if earlier and is_follow_up(question, earlier) else question
