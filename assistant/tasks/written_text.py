"""The result of a summary or a draft."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.answers.citations import Citation
from assistant.llm.egress_record import Egress

__all__ = ["Point", "WrittenText"]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a summary.

    Attributes:
        heading: the heading of the section it is from; ``""`` where there is none.
        text: the words of the line: the quote of the citation, unless a model wrote them.
    """

    heading: str
    text: str
    citation: Citation

    def as_dict(self) -> dict[str, Any]:
        """Return the point as JSON data."""
        return {"heading": self.heading, "text": self.text, "citation": self.citation.as_dict()}


@dataclass(frozen=True, slots=True)
class WrittenText:
    """A text with its sources.

    Attributes:
        kind: "summary", "email", "notice" or "minutes".
        language: of the text, a :class:`~kb.language.detect.Language`.
        text: with markers ``[n]``.
        answerer: who wrote it: "llm" or "extractive".
        points: the lines of a summary; empty for a draft.
        fallback: the code of why quotes replace the model's text; ``""`` where they do not.
        unsure: whether the quotes may not concern the question, as with an answer of low confidence.
        egress: what was sent to a language model.
    """

    kind: str
    language: str
    text: str
    answerer: str
    citations: list[Citation] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)
    fallback: str = ""
    unsure: bool = False
    egress: Egress = field(default_factory=Egress)

    def as_dict(self) -> dict[str, Any]:
        """Return the text as JSON data; keys and their order are stable."""
        return {
            "kind": self.kind,
            "language": self.language,
            "text": self.text,
            "answerer": self.answerer,
            "citations": [citation.as_dict() for citation in self.citations],
            "points": [point.as_dict() for point in self.points],
            "fallback": self.fallback or None,
            "unsure": self.unsure,
            "egress": self.egress.as_dict(),
        }
