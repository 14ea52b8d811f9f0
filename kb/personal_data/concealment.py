"""Text as somebody reads it who may not see people's data: a mark stands in place of each piece.

A mark is as long as the piece: its words (``marks.tsv``), then characters that cannot be seen. So places in the text
stay what they are: of quotes, pages, clauses, table rows. A piece that is too short for any words becomes bars.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache

from kb.core import data_files
from kb.language.script import is_han
from kb.personal_data.personal_span import PersonalSpan
from kb.personal_data.persons_finder import find_persons_data

__all__ = ["conceal", "conceal_text", "holds_marks", "without_fill"]

# The end of each mark: WORD JOINER, which no font draws and no document of ours has behind a bracket.
FILL = "\u2060"
BAR = "▇"
_MARK = re.compile(rf"[］\]{BAR}]{FILL}")
_SEPARATORS = re.compile(r"([\n\t]+)")
# A piece of text that is hidden wherever it stands again must not be a part of ordinary words.
_SHORTEST_KNOWN = 4


@cache
def _words() -> dict[str, tuple[list[str], list[str]]]:
    rows = data_files.rows("kb.personal_data", "marks.tsv")
    return {kind: (chinese.split(";"), english.split(";")) for kind, chinese, english in rows}


def conceal(text: str, pieces: Iterable[tuple[int, int, str]]) -> str:
    """Return the text with marks in place of ``pieces``, in order and without overlap; its length is the same."""
    parts: list[str] = []
    at = 0
    chinese = any(is_han(char) for char in text)
    for start, end, kind in pieces:
        parts += [text[at:start], _mark(text[start:end], kind, chinese)]
        at = end
    return "".join([*parts, text[at:]])


def _mark(piece: str, kind: str, chinese: bool) -> str:
    """Return the mark of a piece. Line ends and tabs stay, since lines and cells are counted."""
    done = False
    parts = []
    for part in _SEPARATORS.split(piece):
        if not part or part[0] in "\n\t":
            parts.append(part)
            continue
        parts.append(FILL * len(part) if done else _fitted(len(part), kind, chinese))
        done = True
    return "".join(parts)


def _fitted(length: int, kind: str, chinese: bool) -> str:
    words = _words().get(kind, _words()["other"])[0 if chinese else 1]
    fitting = next((one for one in words if len(one) < length), None)
    if fitting is None:
        fitting = BAR * max(1, length - 1)
    return fitting + FILL * (length - len(fitting))


def holds_marks(text: str) -> bool:
    """Whether something is hidden in a text."""
    return bool(_MARK.search(text))


def without_fill(text: str) -> str:
    """Return a text without the invisible ends of marks, for a program that stumbles over them."""
    return text.replace(FILL, "")


@lru_cache(maxsize=4096)
def _found_in(text: str) -> tuple[PersonalSpan, ...]:
    return tuple(find_persons_data(text))


def conceal_text(text: str, known: Sequence[tuple[str, str]] = ()) -> str:
    """Return a text of any origin without people's data: what is found in it, and what is known from elsewhere.

    Args:
        known: ``(characters, kind)`` of pieces that are hidden in the documents that the text is made of. There the
            words around a piece told what it is; here they may be missing.
    """
    hidden = conceal(text, _found_in(text))
    for characters, kind in sorted(known, key=lambda one: -len(one[0])):
        plain = " ".join(characters.split())
        for written in {characters, plain}:
            if len(written) >= _SHORTEST_KNOWN or (len(written) > 1 and not written.isascii()):
                hidden = _again(hidden, written, kind)
    return hidden


def _again(text: str, written: str, kind: str) -> str:
    edges = (r"(?<![A-Za-z0-9])", r"(?![A-Za-z0-9])") if written.isascii() else ("", "")
    found = re.finditer(f"{edges[0]}{re.escape(written)}{edges[1]}", text)
    return conceal(text, [(*one.span(), kind) for one in found])
