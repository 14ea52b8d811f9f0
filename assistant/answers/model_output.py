"""A model's stream of characters → sentences with the numbers of the passages that they cite."""

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
# Markdown: an image goes, a link is its words. What reader would look where it leads?
_IMAGE = re.compile(r"!\[[^\]\n]{0,200}\][(\[][^)\]\n]{0,500}[)\]]")
_LINK = re.compile(r"\[([^\]\d\n][^\]\n]{0,200})\][(\[][^)\]\n]{0,500}[)\]]")
_OPEN_IMAGE = re.compile(r"!(?:\[[^\]\n]{0,200}(?:\][(\[]?[^)\]\n]{0,500})?)?$")
_SILENT = re.compile(r"^\W*(?:no answer|沒有答案|没有答案|冇答案)\W*$", re.IGNORECASE)
# A longer sentence, in characters, is cut. A model that repeats its sentences so often is stopped.
MAX_CHARS = 500
MAX_REPEATS = 3


@dataclass(frozen=True, slots=True)
class WrittenSentence:
    """A sentence of the model without markers and markup, and the numbers of the passages that it cites, from 1."""

    text: str
    cited: tuple[int, ...]

    @property
    def says_no_answer(self) -> bool:
        """Whether the model says that the passages have no answer."""
        return bool(_SILENT.match(self.text))


def read_sentences(stream: Iterable[str]) -> Iterator[WrittenSentence]:
    """Yield each sentence once, as soon as it is complete. The thoughts of a reasoning model are left out."""
    buffer = ""
    said: set[str] = set()
    repeats = 0
    for piece in _with_end(stream):
        buffer = _THOUGHT.sub("", buffer + piece)
        buffer = _IMAGE.sub("", buffer)
        if "<think" in buffer.lower() or (piece and _OPEN_IMAGE.search(buffer)):
            continue
        parts = _sentence_spans(buffer)
        keep = 0 if not piece else 1  # the last sentence may continue until the stream ends
        for start, end in parts[: len(parts) - keep]:
            one = _written_sentence(buffer[start:end])
            repeats += fold(one.text) in said
            if one.text and fold(one.text) not in said:
                said.add(fold(one.text))
                yield one
        if repeats >= MAX_REPEATS:
            return
        buffer = buffer[parts[-1][0] :] if parts and keep else buffer


def _with_end(stream: Iterable[str]) -> Iterator[str]:
    """Yield the pieces of the stream, and then "" for its end."""
    yield from (piece for piece in stream if piece)
    yield ""


def _sentence_spans(buffer: str) -> list[tuple[int, int]]:
    """Return (start, end) of each sentence, with the markers that follow it: 「……。[1]下一句」."""
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
    text = _MARKUP.sub("", _MARKER.sub("", _LINK.sub(r"\1", _IMAGE.sub("", raw))))
    text = re.sub(r"\s+(?=[。，；：！？,.;:!?])", "", " ".join(text.split()))
    return WrittenSentence(text[:MAX_CHARS], tuple(dict.fromkeys(numbers)))
