"""The words that names consist of: surnames, characters and syllables of given names, and what looks like a name."""

from __future__ import annotations

from functools import cache

from kb.core import data_files
from kb.personal_data.comparable_text import comparable_pattern

__all__ = ["chinese_surnames", "english_surnames", "name_words"]

_ROOM = "kb.personal_data"


def _surnames() -> set[str]:
    return {comparable_pattern(word) for line in data_files.lines(_ROOM, "surnames.txt") for word in line.split()}


@cache
def chinese_surnames() -> str:
    """Return the Chinese surnames, as in a comparable text, as a regular expression (``a|b|c``), longest first."""
    return "|".join(sorted((word for word in _surnames() if not word.isascii()), key=lambda word: (-len(word), word)))


@cache
def english_surnames() -> frozenset[str]:
    """Return the surnames in Latin letters, in small letters."""
    return frozenset(word.lower() for word in _surnames() if word.isascii())


@cache
def name_words(kind: str) -> frozenset[str]:
    """Return the words of a kind in ``name_words.tsv``, as in a comparable text."""
    cells = [cell for name, cell in data_files.rows(_ROOM, "name_words.tsv") if name == kind]
    split = (cell.split("|") if "|" in cell else cell.split() for cell in cells)
    return frozenset(comparable_pattern(word) for words in split for word in words)
