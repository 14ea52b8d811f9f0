"""The word tables beside this module, and how a pattern that names its groups is used inside another."""

from __future__ import annotations

import re
from collections.abc import Iterable

from kb.core import data_files

__all__ = ["any_of", "read_table", "unnamed"]


def read_table(name: str, columns: int) -> list[tuple[list[str], ...]]:
    """Return the rows of a tab-separated table, each cell as its words; cells left out at a row's end are empty."""
    table = data_files.rows("kb.language.quantities", name)
    return [tuple(cell.split() for cell in (*row, *[""] * (columns - len(row)))) for row in table]


def any_of(words: Iterable[str]) -> str:
    """Return a pattern of any of the words, the longest first; without brackets around it."""
    escaped = [re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word))]
    longer, single = [one for one in escaped if len(one) > 1], "".join(one for one in escaped if len(one) == 1)
    return "|".join([*longer, f"[{single}]"] if single else longer)  # a class is quicker than alternatives


def unnamed(pattern: str) -> str:
    """Return a pattern without the names of its groups, in brackets of its own."""
    return "(?:" + re.sub(r"\(\?P<\w+>", "(?:", pattern) + ")"
