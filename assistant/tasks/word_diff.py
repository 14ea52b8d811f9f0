"""The words that differ between two wordings: whole words and numbers, no fragments."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

__all__ = ["DiffPiece", "diff_words"]

# Latin words and numbers whole, Chinese by the character.
_WORDS = re.compile(r"[A-Za-z]+|\d[\d,.]*\d|\d|\s+|.", re.DOTALL)
# An unchanged piece between two changes that is shorter, in characters, becomes part of the change.
_SHORTEST_SAME = 2


@dataclass(frozen=True, slots=True)
class DiffPiece:
    """A piece of one wording; ``changed``: it is not in the other wording."""

    text: str
    changed: bool


def diff_words(before: str, after: str) -> tuple[list[DiffPiece], list[DiffPiece]]:
    """Split two wordings into unchanged and changed pieces. The pieces of a wording joined are the whole wording."""
    ours, theirs = _WORDS.findall(before), _WORDS.findall(after)
    runs = SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes()
    old: list[DiffPiece] = []
    new: list[DiffPiece] = []
    for place, (tag, a, b, c, d) in enumerate(runs):
        left, right = "".join(ours[a:b]), "".join(theirs[c:d])
        between = 0 < place < len(runs) - 1
        changed = tag != "equal" or (between and len(left.strip()) < _SHORTEST_SAME)
        _append(old, left, changed)
        _append(new, right, changed)
    return old, new


def _append(pieces: list[DiffPiece], text: str, changed: bool) -> None:
    if not text:
        return
    if pieces and pieces[-1].changed == changed:
        text = pieces.pop().text + text
    pieces.append(DiffPiece(text, changed))
