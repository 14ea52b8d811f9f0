"""Word lists behind clause numbers: what a number of a clause stands after, and what never follows one."""

from __future__ import annotations

import json
from functools import cache
from importlib.resources import files

__all__ = ["word_list"]


@cache
def word_list(name: str) -> tuple[str, ...]:
    """Return a list of ``clause_words.json``."""
    words: dict[str, list[str]] = json.loads(
        files("ingest.structure").joinpath("clause_words.json").read_text(encoding="utf-8")
    )
    return tuple(words[name])
