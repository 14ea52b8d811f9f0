"""URLs of quoted places, which programs show to people."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlencode

from assistant.answers.answer_view import SourceRef

__all__ = ["Links"]


@dataclass(frozen=True, slots=True)
class Links:
    """URLs in one tenant. ``base`` is the URL of the service for people, ``""`` if it is unknown."""

    base: str
    tenant: str

    def source(self, place: SourceRef) -> str:
        """Return the URL of the page that shows a place in its original, the words marked; ``""`` without ``base``.

        The page needs signing in.
        """
        if not self.base:
            return ""
        at = urlencode({"chunk": place.chunk_id, "start": place.start, "end": place.end})
        return f"{self.base.rstrip('/')}/t/{self.tenant}/sources/{place.version_id}?{at}"
