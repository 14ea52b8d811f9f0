"""Addresses of the originals, as programs hand them on to people."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.answers.answer_view import SourceRef

__all__ = ["Links"]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses in one tenant; ``base`` is the service's address as people type it, ``""`` where nobody knows it."""

    base: str
    tenant: str

    def source(self, place: SourceRef) -> str:
        """Return the page that shows a place in its original, the words marked; it needs signing in."""
        if not self.base:
            return ""
        at = urlencode({"chunk": place.chunk_id, "start": place.start, "end": place.end})
        return f"{self.base.rstrip('/')}/t/{self.tenant}/sources/{place.version_id}?{at}"
