"""The events of making an answer. The web page, the service and the command line all consume them.

A turn yields ``searching``, then ``evidence``, any number of ``delta`` and then ``done``, whichever answerer works.
Where the question calls for a card, ``card`` comes before all of them; in an emergency the ``delta`` with the card's
text follows it, also before anything is searched. The text of a ``delta`` is already checked. ``done`` has the complete
answer, and only that is valid where the deltas differ from it: a language model may fail after its first sentences.
Then ``discard`` says that they are not valid any more, and the deltas of the extractive answer follow.

Each kind of event is a class; consumers use ``match`` or ``isinstance``. ``kind`` is the name of the event in a
server-sent stream, and ``as_dict`` returns its data there.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from assistant.answers.answer import Answer
from assistant.answers.cited_text import CitedText
from kb.search.passage import Passage

__all__ = [
    "AnswerEvent",
    "CardEvent",
    "DeltaEvent",
    "DiscardEvent",
    "Event",
    "EvidenceEvent",
    "ProgressEvent",
    "SearchingEvent",
    "final_answer",
]


@dataclass(frozen=True, slots=True)
class CardEvent:
    """The question calls for a card of a high-stakes subject. The first event, before anything is searched or sent.

    Attributes:
        card: as ``Card.localized`` returns it, and ``is_emergency``: whether the question tells of an emergency.
    """

    kind: ClassVar[str] = "card"
    card: dict[str, Any]

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {"card": self.card}


@dataclass(frozen=True, slots=True)
class SearchingEvent:
    """The question to search for is known.

    Attributes:
        searched: the question that is searched for.
        card: that of the ``card`` event; None where there was none.
    """

    kind: ClassVar[str] = "searching"
    searched: str
    card: dict[str, Any] | None

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {"searched": self.searched, "card": self.card}


@dataclass(frozen=True, slots=True)
class EvidenceEvent:
    """The passages are found; best first."""

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
    """A piece of the answer's text, to be appended to the earlier pieces.

    Attributes:
        content: the piece, with the citations of its markers.
        answerer: who wrote it: "llm" or "extractive". Where it changes, a new text begins, and its citations are
            numbered from 1 again.
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
class DiscardEvent:
    """The text of all deltas so far is not valid; a new text begins.

    Attributes:
        code: why, as in ``fallback`` of the answer.
    """

    kind: ClassVar[str] = "discard"
    code: str

    def as_dict(self) -> dict[str, Any]:
        """Return the data of the server-sent event, ready for JSON."""
        return {"code": self.code}


@dataclass(frozen=True, slots=True)
class AnswerEvent:
    """The last event: the complete answer. The consumer decides which parts of it are sent to the client."""

    kind: ClassVar[str] = "done"
    answer: Answer


ProgressEvent = CardEvent | SearchingEvent | EvidenceEvent | DeltaEvent | DiscardEvent
Event = ProgressEvent | AnswerEvent


def final_answer(events: Iterable[Event]) -> Answer:
    """Return the answer of the last event of a turn.

    Raises:
        ValueError: the events end without an answer.
    """
    for event in events:
        if isinstance(event, AnswerEvent):
            return event.answer
    raise ValueError("a turn ends with an answer")
