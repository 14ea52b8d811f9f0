"""What was handed to a language model for one answer: shown with the answer, to the letter."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Egress"]


@dataclass(slots=True)
class Egress:
    """Did anything leave the building for this answer?

    Attributes:
        left: whether text went to an address outside the building's own network; false for this machine and
            private addresses.
        host: where text was sent to, ``""`` if nowhere.
        model: the model's name there.
        collections: slugs of the collections whose passages were sent.
        sent: the messages as they were sent, ``{"role", "content"}``, in order, after masking.
        masked: how many pieces of personal data were replaced before, by kind.
    """

    sent_externally: bool = False
    host: str = ""
    model: str = ""
    collections: list[str] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the ``egress`` of the contract for scripts."""
        return {
            "left": self.sent_externally,
            "host": self.host or None,
            "model": self.model or None,
            "collections": self.collections,
            "sent": self.sent,
            "masked": self.masked,
        }
