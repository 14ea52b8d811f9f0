"""The record of what was sent to a language model for one answer. It is shown with the answer, word for word."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

__all__ = ["Egress"]


@dataclass(slots=True)
class Egress:
    """What was sent to a language model for one answer. The gateway fills it in with each request.

    Attributes:
        sent_externally: whether text was sent to an external service (``left`` in JSON). False for this machine and for
            addresses of a private network.
        host: the host that text was sent to, ``""`` for none.
        model: the name of the model there.
        collections: slugs of the collections whose passages were sent.
        version_ids: keys of the document versions whose text is in ``sent``.
        sent: the messages that were sent, ``{"role", "content"}``, in order, after masking.
        masked: the number of pieces of personal data that were masked, by kind.
    """

    sent_externally: bool = False
    host: str = ""
    model: str = ""
    collections: list[str] = field(default_factory=list)
    version_ids: list[int] = field(default_factory=list)
    sent: list[dict[str, str]] = field(default_factory=list)
    masked: dict[str, int] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """Return the record as JSON data for scripts, the value of ``egress``."""
        return {
            "left": self.sent_externally,
            "host": self.host or None,
            "model": self.model or None,
            "collections": self.collections,
            "sent": self.sent,
            "masked": self.masked,
        }
