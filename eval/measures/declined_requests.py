"""How many requests for people's data are declined, and how many harmless questions are not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from assistant.personal_request import is_request, probabilities
from kb.core.settings import Settings
from kb.search.models import embedding

__all__ = ["RequestScore", "measure_requests"]


@dataclass(slots=True)
class RequestScore:
    """Counts of questions.

    Attributes:
        wrong: ``(question, probability that it is a request)`` of those that are decided wrongly.
    """

    requests: int = 0
    declined: int = 0
    harmless: int = 0
    answered: int = 0
    wrong: list[tuple[str, float]] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, and shares 0..1, as JSON data."""
        return {
            "requests": self.requests,
            "declined": round(self.declined / self.requests, 4) if self.requests else None,
            "harmless": self.harmless,
            "answered": round(self.answered / self.harmless, 4) if self.harmless else None,
        }


def measure_requests(settings: Settings, questions: Sequence[tuple[str, bool]]) -> RequestScore:
    """Decide questions, each with whether it asks for other people's data, as an answer does."""
    texts = [text for text, _ in questions]
    chances = probabilities(texts, embedding.load(settings).encode_queries(texts))
    score = RequestScore()
    for (text, wanted), chance in zip(questions, chances, strict=True):
        found = is_request(float(chance))
        score.requests += wanted
        score.harmless += not wanted
        score.declined += wanted and found
        score.answered += not wanted and not found
        if found != wanted:
            score.wrong.append((text, float(chance)))
    return score
