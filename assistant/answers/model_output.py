"""A model's stream of characters → sentences with the passages they cite."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from kb.language.script import fold
from kb.language.sentences import sentences

__all__ = ["WrittenSentence", "read_sentences"]

_MARKER = re.compile(r"[\[［【]\s*\d{1,2}(?:\s*[,，、;]\s*\d{1,2})*\s*[\]］】]")
_THOUGHT = re.compile(r"<think(?:ing)?>.*?</think(?:ing)?>", re.DOTALL | re.IGNORECASE)
_MARKUP = re.compile(r"\*\*|__|`+|^\s*#{1,6}\s+|^\s*(?:[-*•]|\d{1,2}[.、)])\s+|<[^<>\n]{1,60}>|<<+|>>+")
_SILENT = re.compile(r"^\W*(?:no answer|沒有答案|没有答案|冇答案)\W*$", re.IGNORECASE)
# A sentence longer than this is no sentence; a model that keeps repeating itself is not answering.
LONGEST = 500
MOST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence as written, without markers and markup, and the numbers of the passages it cites."""

    text: str
    cited: tuple[int, ...]

    @property
    def says_no_answer(self) -> bool:
        """Whether the model says that the passages do not answer."""
        return bool(_SILENT.match(self.text))


def read_sentences(stream: Iterable[str]) -> Iterator[WrittenSentence]:
    """Yield each sentence as soon as it is complete and once only; thoughts of a reasoning model not at all."""
    buffer = ""
    said: set[str] = set()
    repeats = 0
    for piece in _with_end(stream):
        buffer = _THOUGHT.sub("", buffer + piece)
        if "<think" in buffer.lower():
            continue
        parts = _sentence_spans(buffer)
        keep = 0 if not piece else 1  # the last sentence may go on, until the stream has ended
        for start, end in parts[: len(parts) - keep]:
            one = _written_sentence(buffer[start:end])
            repeats += fold(one.text) in said
            if one.text and fold(one.text) not in said:
                said.add(fold(one.text))
                yield one
        if repeats >= MOST_REPEATS:
            return
        buffer = buffer[parts[-1][0] :] if parts and keep else buffer


def _with_end(stream: Iterable[str]) -> Iterator[str]:
    """The stream's pieces, then "" for its end."""
    yield from (piece for piece in stream if piece)
    yield ""


def _sentence_spans(buffer: str) -> list[tuple[int, int]]:
    """Return the spans of the sentences, each with the markers that follow it: 「……。[1]下一句」."""
    parts: list[tuple[int, int]] = []
    for start, end in sentences(buffer):
        begins = start
        while parts and (lead := _MARKER.match(buffer, begins)):
            begins = lead.end()
        if begins > start:
            parts[-1] = (parts[-1][0], begins)
        if any(char.isalnum() for char in buffer[begins:end]):
            parts.append((begins, end))
    return parts


def _written_sentence(raw: str) -> WrittenSentence:
    numbers = [int(n) for marker in _MARKER.findall(raw) for n in re.findall(r"\d+", marker)]
    text = _MARKUP.sub("", _MARKER.sub("", raw))
    text = re.sub(r"\s+(?=[。，；：！？,.;:!?])", "", " ".join(text.split()))
    return WrittenSentence(text[:LONGEST], tuple(dict.fromkeys(numbers)))
