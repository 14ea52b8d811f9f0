"""The text that was sent to a client so far, with its citations. A number that was sent always means one source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.answers.citations import Citation
from assistant.answers.cited_text import CitedText
from assistant.service.plain_markup import as_plain_markup

__all__ = ["CitationMarker", "StreamedText"]


@dataclass(frozen=True, slots=True)
class CitationMarker:
    """A marker ``[n]`` in the text, at characters ``start``–``end``. The ``n`` of its citation is the same number."""

    start: int
    end: int
    citation: Citation


class StreamedText:
    """A text that only grows, with numbered citations.

    A language model may fail after its first sentences. Then another text replaces it, and this text numbers its
    citations from 1 again. So a new source gets a free number here. A source that was cited before keeps its number.
    """

    def __init__(self) -> None:
        self.text = ""
        self.markers: list[CitationMarker] = []
        self._numbers: dict[tuple[int, int, int], int] = {}

    @property
    def citations(self) -> list[Citation]:
        """The sources cited so far, each once, with its number in the text, in order of first citation."""
        return list({one.citation.n: one.citation for one in self.markers}.values())

    def add(self, content: CitedText) -> str:
        """Append a piece of text, and return the piece with its final citation numbers."""
        old_length = len(self.text)
        for part in content.parts:
            if isinstance(part, str):
                self.text += as_plain_markup(part, self.text)
                continue
            citation = replace(part, n=self._number(part))
            start = len(self.text)
            self.text += f"[{citation.n}]"
            self.markers.append(CitationMarker(start, len(self.text), citation))
        return self.text[old_length:]

    def _number(self, citation: Citation) -> int:
        used = self._numbers.values()
        free = citation.n if citation.n not in used else max(used) + 1
        return self._numbers.setdefault(citation.span, free)
