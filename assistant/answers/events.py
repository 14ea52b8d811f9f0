"""What happens while an answer is made: the one interface of the web page, the service and the command line.

A turn gives ``searching`` → ``evidence`` → ``delta``* → ``done``, whoever answers. Text of a ``delta`` has been
checked already; the answer of ``done`` is the whole, and what counts where the two differ.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Literal

from assistant.answers.answer import Answer
from kb.search.passage import Passage

__all__ = ["Event", "Kind", "pieces"]

Kind = Literal["searching", "evidence", "delta", "done"]


@dataclass(frozen=True, slots=True)
class Event:
    """One step of a turn.

    Attributes:
        kind: ``searching``: the question is understood; ``evidence``: passages are found; ``delta``: a piece of the
            answer's text; ``done``: the last event, with the answer.
        text: of ``searching``, the question as it is searched for; of ``delta``, what to append to the text so far.
        passages: of ``evidence``, best first.
        answer: of ``done``.
        card: of ``searching``, the fixed card of a high-stakes subject as ``Card.as_dict`` gives it; shown first.
    """

    kind: Kind
    text: str = ""
    passages: list[Passage] = field(default_factory=list)
    answer: Answer | None = None
    card: dict[str, Any] | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the data of a server-sent event of this kind, ready for JSON."""
        if self.kind == "searching":
            return {"searched": self.text, "card": self.card}
        if self.kind == "delta":
            return {"text": self.text}
        if self.answer is not None:
            return self.answer.as_dict()
        return {
            "passages": [
                {"document": one.document, "title": one.title, "page": one.page, "clause": one.clause, "text": one.text}
                for one in self.passages
            ]
        }


def pieces(text: str) -> Iterator[Event]:
    """Yield a text that is there already as deltas, line by line."""
    for line in text.splitlines(keepends=True):
        yield Event("delta", text=line)
