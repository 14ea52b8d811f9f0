"""What happens while an answer is made: the one interface of the web page, the service and the command line.

A turn gives ``searching`` → ``evidence`` → ``delta``* → ``done``, whoever answers. Text of a ``delta`` has been
checked already; the answer of ``done`` is the whole, and what counts where the two differ: a language model may fail
after its first sentences, and then the deltas of the extractive answer follow them.

Each event is a class of its own; consumers tell them apart with ``match`` or ``isinstance``. ``kind`` is its name in a
server-sent stream, ``as_dict`` the data there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from assistant.answers.answer import Answer
from assistant.answers.cited_text import CitedText
from kb.search.passage import Passage

__all__ = ["AnswerEvent", "DeltaEvent", "Event", "EvidenceEvent", "ProgressEvent", "SearchingEvent", "final_answer"]


@dataclass(frozen=True, slots=True)
class SearchingEvent:
    """The question is understood.

    Attributes:
        searched: the question as it is searched for.
        card: the fixed card of a high-stakes subject, as :meth:`.Card.localized` gives it; it is shown first.
    """

    kind: ClassVar[str] = "searching"
    searched: str
    card: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {"searched": self.searched, "card": self.card}


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """Passages are found; best first."""

    kind: ClassVar[str] = "evidence"
    passages: list[Passage]

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {
            "passages": [
                {"document": one.document, "title": one.title, "page": one.page, "clause": one.clause, "text": one.text}
                for one in self.passages
            ]
        }


@dataclass(frozen=True, slots=True)
class DeltaEvent:
    """A piece of the answer's text, to be appended to the text so far.

    Attributes:
        content: the piece with the citations its markers stand for.
        answerer: who wrote it: "llm" or "extractive". Where it changes, another text begins, which numbers its
            citations from 1 again.
    """

    kind: ClassVar[str] = "delta"
    content: CitedText
    answerer: str

    @property
    def text(self) -> str:
        """The piece with markers ``[n]``."""
        return str(self.content)

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {"text": self.text}


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The last event: the whole answer. What is sent of it depends on who asked."""

    kind: ClassVar[str] = "done"
    answer: Answer


ProgressEvent = SearchingEvent | EvidenceEvent | DeltaEvent
Event = ProgressEvent | AnswerEvent


def final_answer(events: Iterable[Event]) -> Answer:
    """Return the answer that ends a turn's events.

    Raises:
        ValueError: they end without one.
    """
    for event in events:
        if isinstance(event, AnswerEvent):
            return event.answer
    raise ValueError("a turn ends with an answer")
