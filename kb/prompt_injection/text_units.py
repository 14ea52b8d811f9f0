"""The pieces of a text that are judged: sentences, and what stands between marks."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from kb.language.sentences import sentences

__all__ = ["MOST", "JudgedPiece", "between_marks", "script_runs", "sentence_pieces"]

# The greatest length of a piece, in characters. A longer sentence is cut, so that no padding hides what it says.
MOST = 280
_OVERLAP = 60
_LATIN_RUN = re.compile(r"[\x20-\x7e‘’“”–—]{28,2000}")
# The fewest spaces of a run that is a sentence, and no address or name.
_WORDS = 3
# A bracket below this length says nothing by itself.
_SHORTEST = 16
_CUT = re.compile(r"[，,、。；;:：!?！？\s]")
# What may be set apart inside a sentence: comments, tags, brackets, code. Bounded, and never across lines.
_BETWEEN = re.compile(
    r"<!--[^\n]{1,400}?-->"
    r"|```[^`]{1,400}```"
    r"|<(?P<tag>[A-Za-z]{1,20})\b[^<>\n]{0,200}>[^<\n]{1,400}?</(?P=tag)>"
    r"|<\|[^|\n]{1,40}\|>[^\n]{1,400}?<\|[^|\n]{1,40}\|>"
    r"|/\*[^\n]{1,400}?\*/"
    r"|!?\[[^\]\n]{0,120}\]\([^()\s]{1,300}\)"
    r"|\{[^{}\n]{1,400}(?:\{[^{}\n]{0,200}\}[^{}\n]{0,100})?\}"
    r"|【[^【】\n]{1,300}】|［[^［］\n]{1,300}］|〔[^〔〕\n]{1,300}〕|（[^（）\n]{2,300}）|\([^()\n]{8,300}\)"
    r"|\[[^\[\]\n]{8,300}\]"
)


@dataclass(frozen=True, slots=True)
class JudgedPiece:
    """Characters ``start``–``end`` of a text. ``parts`` are the spans that are judged for it (a long one is cut)."""

    start: int
    end: int
    parts: tuple[tuple[int, int], ...]


def sentence_pieces(text: str) -> list[JudgedPiece]:
    """Return the sentences of a text in order; each cell of a table row is one."""
    found = []
    for start, end in sentences(text):
        for first, last in _cells(text, start, end):
            found.append(JudgedPiece(first, last, tuple(_parts(text, first, last))))
    return found


def between_marks(text: str) -> list[JudgedPiece]:
    """Return what is set apart by marks: comments, tags, code, links, brackets.

    A short bracket in front of a sentence ("[System]") is left out, because the sentence is judged with it.
    """
    found = []
    for match in _BETWEEN.finditer(text):
        start, end = match.span()
        short = end - start < _SHORTEST and match.group()[0] in "([【［〔（"
        if not short and any(char.isalnum() for char in match.group()):
            found.append(JudgedPiece(start, end, tuple(_parts(text, start, end))))
    return found


def script_runs(text: str, piece: JudgedPiece) -> list[JudgedPiece]:
    """Return the long English runs of a piece that is mostly Chinese, and the Chinese between them; [] without any."""
    cuts = [piece.start]
    for match in _LATIN_RUN.finditer(text, piece.start, piece.end):
        if match.end() - match.start() < piece.end - piece.start and match.group().strip().count(" ") >= _WORDS:
            cuts += [match.start(), match.end()]
    cuts.append(piece.end)
    if len(cuts) == 2:
        return []
    spans = itertools.pairwise(cuts)
    return [JudgedPiece(a, b, tuple(_parts(text, a, b))) for a, b in spans if any(map(str.isalnum, text[a:b]))]


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    if "\t" not in text[start:end]:
        yield start, end
        return
    for match in re.finditer(r"[^\t]+", text[start:end]):
        cell = match.group()
        if any(char.isalnum() for char in cell):
            for first, last in sentences(cell):
                yield start + match.start() + first, start + match.start() + last


def _parts(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > MOST:
        cut = start + MOST
        mark = max((match.end() for match in _CUT.finditer(text, cut - _OVERLAP, cut)), default=cut)
        yield start, mark
        start = max(start + 1, mark - _OVERLAP)
    yield start, end
