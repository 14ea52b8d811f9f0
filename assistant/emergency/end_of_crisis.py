"""What ends an emergency in a conversation: thanks, or word that the person is safe.

A false all-clear would take the card away from somebody who needs it. So a message counts only where every word of it
is known: a courtesy, a person, a time, and what says that all is well (``all_clear.txt``).
「佢返咗嚟，周身血」 has words beside these, 「佢仲未返嚟」 and "is she safe?" too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

from assistant.no_question import asks_nothing
from kb.core import data_files
from kb.language.script import fold

__all__ = ["after_end", "ends_crisis", "only_courtesy"]

_LETTER = re.compile(r"[^\W\d_]")
_SECTION = re.compile(r"\[(\w+)\]")
# A question is no all-clear: 「佢冇事咩」.
_ASKS = re.compile(r"[?？]|[嗎吗咩未]\W*$")


def ends_crisis(text: str) -> bool:
    """Whether a message says that an emergency is over, or thanks and no more."""
    return bool(_LETTER.search(text)) and (only_courtesy(text) or is_all_clear(text))


def only_courtesy(text: str) -> bool:
    """Whether a message is thanks, a greeting or "ok" and no more."""
    return asks_nothing(text, follows=True)


def is_all_clear(text: str) -> bool:
    """Whether a message says that the person is safe, and nothing else."""
    folded = fold(text).strip()
    if _ASKS.search(folded):
        return False
    clear, any_word = _patterns()
    return bool(clear.search(folded) and any_word.fullmatch(folded))


def after_end(history: Sequence[str]) -> Sequence[str]:
    """Return the messages after the last one that says that an emergency is over."""
    last = max((at for at, text in enumerate(history) if is_all_clear(text)), default=-1)
    return history[last + 1 :]


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the patterns of what says that all is well, and of a text of known words alone, in folded script."""
    words: dict[str, list[str]] = {}
    section: list[str] = []
    for line in data_files.lines("assistant.emergency", "all_clear.txt"):
        if found := _SECTION.fullmatch(line.strip()):
            section = words.setdefault(found[1], [])
        else:
            section += [fold(word).replace("_", " ") for word in line.split()]
    courtesies = [
        fold(word).replace("_", " ")
        for line in data_files.lines("assistant", "courtesies.txt")
        for word in line.split()
    ]
    clear = _alternatives(words["clear"])
    beside = _alternatives([*words["beside"], *words["person"], *courtesies])
    # The name of a person: one Chinese character before what he is, or a word after the title.
    named = rf"(?:[^\W\d_a-z未不冇无没唔仲还又话说])?{_alternatives(words['named'])}"
    title = rf"\b(?:{'|'.join(words['title'])})\b\.?\s+[a-z]+\b"
    return re.compile(clear), re.compile(rf"(?:{clear}|{title}|{named}|{beside}|[^\w]|_)+")


def _alternatives(words: Sequence[str]) -> str:
    """Return a pattern that matches one of the words, the longest first; Latin ones as whole words."""
    ordered = sorted(set(words), key=len, reverse=True)
    parts = [re.escape(one).replace("\\ ", r"\s+") for one in ordered]
    joined = "|".join(rf"\b{part}\b" if part.isascii() else part for part in parts)
    return f"(?:{joined})"
