"""What the tasks give back."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.answers.citations import Citation
from assistant.llm.egress_record import Egress

__all__ = ["Point", "WrittenText"]


@dataclass(frozen=True, slots=True)
class Point:
    """One line of a summary under its heading; its words are the citation's quote unless a model wrote them."""

    heading: str
    text: str
    citation: Citation

    def as_dict(self) -> dict[str, Any]:
        return {"heading": self.heading, "text": self.text, "citation": self.citation.as_dict()}


@dataclass(slots=True)
class WrittenText:
    """A text with its sources.

    Attributes:
        text: with markers ``[n]``.
        answerer: "llm" or "extractive".
        fallback: why the extractive text stands in, ``""`` where it does not.
        unsure: whether the quotes may miss what was asked, as with an answer of low confidence.
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
