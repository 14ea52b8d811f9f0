"""Longest match of a word table in a text, one dictionary look-up per position and word length."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Generic, TypeVar

__all__ = ["Lexicon"]

Value = TypeVar("Value")


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
