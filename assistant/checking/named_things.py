"""Names in a claim: its source must have the same persons, posts, titles, codes and Latin words, in either language."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cache

from kb.core import data_files
from kb.language.quantities.dates import MONTH_NAMES, WEEKDAY_NAMES
from kb.language.script import fold, is_han
from kb.personal_data import personal_names

__all__ = ["swapped_names", "unknown_names"]

_TITLE = re.compile(r"《([^《》]{2,60})》")
_CODE = re.compile(r"[A-Za-z]*\d+[A-Za-z]+\w*|[A-Za-z]+[-/]?\d[\w/-]*|[\w.+-]+@[\w.-]+|https?://\S+|www\.\S+")
_CAPITAL = re.compile(r"\b[A-Z][A-Za-z'’]*\b")
_OPENING = re.compile(r"(?:^|[.!?:;]\s+|[“\"(]\s*)$")
# Capitalised words that are not names.
_PLAIN = frozenset(["i", "hk", "hong", "kong", "am", "pm", "chinese", "english", *MONTH_NAMES, *WEEKDAY_NAMES])


@cache
def _posts() -> tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]:
    """Return for each post a pattern of its names in a claim, and one of the names that a source may use for it."""
    rows = data_files.rows("assistant.checking", "posts.tsv")
    return tuple((_any_of(cells[0]), _any_of("; ".join(cells))) for cells in rows)


def _any_of(cell: str) -> re.Pattern[str]:
    words = sorted((fold(word.strip()) for word in cell.split(";") if word.strip()), key=len, reverse=True)
    return re.compile("|".join(re.escape(word) if is_han(word[0]) else rf"\b{re.escape(word)}s?\b" for word in words))


@cache
def _kinds() -> tuple[tuple[re.Pattern[str], ...], ...]:
    """Return for each kind (年假 病假 … are one kind) a pattern for the names of each of its things."""
    rows = data_files.rows("assistant.checking", "kinds.tsv")
    return tuple(tuple(_any_of(cell) for cell in row) for row in rows)


def swapped_names(claim: str, source: str) -> list[str]:
    """Return the words of the claim where the source names something else of the same kind: sick for annual leave."""
    ours, theirs = fold(claim), fold(source)
    found: list[str] = []
    for kind in _kinds():
        said = {one: match.group() for one in kind if (match := one.search(ours))}
        there = {one for one in kind if one.search(theirs)}
        if said and there and there.isdisjoint(said):
            found += said.values()
    return found


def unknown_names(claim: str, source: str, is_word: Callable[[str], bool]) -> list[str]:
    """Return the names in the claim that are not in its source.

    Args:
        source: the text of the passage with its title and headings.
        is_word: returns whether an English word is in the dictionary. Such a word is not a name.
    """
    folded_source = fold(source)
    return [name for name in _names_in(claim, folded_source, is_word) if fold(name).strip() not in folded_source]


def _names_in(claim: str, folded_source: str, is_word: Callable[[str], bool]) -> Iterator[str]:
    for match in (*_TITLE.finditer(claim), *_CODE.finditer(claim)):
        yield match[match.lastindex or 0]
    for start, end in personal_names.find(claim):
        if any(map(is_han, claim[start:end])):  # names in Latin letters are checked word by word below
            yield claim[start:end]
    chinese = any(map(is_han, claim))
    for match in _CAPITAL.finditer(claim):
        word = match.group()
        opens = not chinese and _OPENING.search(claim[: match.start()])
        plain = fold(word) in _PLAIN or (not chinese and is_word(word))
        if not opens and not plain and fold(word).removesuffix("'s").removesuffix("’s") not in folded_source:
            yield word
    folded = fold(claim)
    for in_claim, in_source in _posts():
        match_ = in_claim.search(folded)
        if match_ and not in_source.search(folded_source):
            yield match_.group()
