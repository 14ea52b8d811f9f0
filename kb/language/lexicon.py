"""Longest match of a word table in a text, one dictionary look-up per position and word length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Generic, TypeVar

__all__ = ["Lexicon", "parse_rows", "rows"]

Value = TypeVar("Value")


@cache
def rows(name: str) -> tuple[tuple[str, ...], ...]:
    """Return the cells of a tab-separated table beside this module; empty lines and lines from ``#`` are comments."""
    return parse_rows(files("kb.language").joinpath(name).read_text(encoding="utf-8"))


def parse_rows(text: str) -> tuple[tuple[str, ...], ...]:
    """Return the cells of a tab-separated table, without its empty and comment lines."""
    return tuple(tuple(line.split("\t")) for line in text.splitlines() if line and not line.startswith("#"))


class Lexicon(Generic[Value]):
    """Keys are sequences of tokens (characters, or words); the longest key at a place wins, from left to right."""

    def __init__(self, entries: Mapping[tuple[str, ...], Value]) -> None:
        self._values = entries
        lengths: dict[str, set[int]] = {}
        for key in entries:
            lengths.setdefault(key[0], set()).add(len(key))
        self._lengths = {first: sorted(found, reverse=True) for first, found in lengths.items()}

    def __len__(self) -> int:
        return len(self._values)

    def matches(self, tokens: Sequence[str]) -> Iterator[tuple[int, int, Value]]:
        """Yield ``(start, end, value)`` in token positions; matches do not overlap."""
        position = 0
        while position < len(tokens):
            for length in self._lengths.get(tokens[position], ()):
                value = self._values.get(tuple(tokens[position : position + length]))
                if value is not None and position + length <= len(tokens):
                    yield position, position + length, value
                    position += length
                    break
            else:
                position += 1
