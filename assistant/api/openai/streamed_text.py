"""The text that a client has got so far. What has been sent cannot be taken back, so each number stays one source."""

from __future__ import annotations

from dataclasses import dataclass, replace

from assistant.answers.citations import Citation
from assistant.answers.cited_text import CitedText

__all__ = ["CitationMarker", "StreamedText"]


@dataclass(frozen=True, slots=True)
class CitationMarker:
    """A marker ``[n]`` in the text, at the characters ``start``–``end``; the citation's ``n`` is the marker's."""

    start: int
    end: int
    citation: Citation


class StreamedText:
    """A text that only grows.

    A language model may fail after its first sentences; the text that stands in for it then counts its citations from
    1 again. Here a source that is new takes a number that is free, and one that was cited before keeps its own.
    """

    def __init__(self) -> None:
        self.text = ""
        self.markers: list[CitationMarker] = []
        self._numbers: dict[tuple[int, int, int], int] = {}

    @property
    def citations(self) -> list[Citation]:
        """The sources cited so far, each once and with its number in the text, in the order in which they came."""
        return list({one.citation.n: one.citation for one in self.markers}.values())

    def add(self, content: CitedText) -> str:
        """Append a piece; return it as it stands in the text."""
        old_length = len(self.text)
        for part in content.parts:
            if isinstance(part, str):
                self.text += part
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
