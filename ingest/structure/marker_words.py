"""Word lists behind clause numbers: what a number of a clause stands after, and what never follows one."""

from __future__ import annotations

from functools import cache

from kb.core import data_files

__all__ = ["word_list"]


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Return a list of ``clause_words.json``."""
    words: dict[str, list[str]] = data_files.json_data("ingest.structure", "clause_words.json")
    return tuple(words[name])
