"""A piece of text → numbers: which character sequences and which signs (``signals.tsv``) are in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from kb.core import data_files
from kb.prompt_injection.plain_form import encoded_text, plain_form

__all__ = ["BUCKETS", "features", "sequences_and_signs", "signals"]

# The number of buckets that character sequences are hashed into (Weinberger et al. 2009), and their lengths.
BUCKETS = 1 << 15
_LENGTHS = (1, 2, 3, 4, 5)
_FACTOR = np.uint32(0x9E3779B1)


@cache
def _patterns() -> list[re.Pattern[str]]:
    return [re.compile(pattern) for _, pattern in data_files.rows("kb.prompt_injection", "signals.tsv")]


@cache
def signals() -> tuple[str, ...]:
    """Return the names of the signs, in the order of their numbers."""
    return (*(name for name, _ in data_files.rows("kb.prompt_injection", "signals.tsv")), "encoded", "odd_spelling")


def features(text: str) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the buckets of a text's character sequences, each once, and its signs as 0 or 1."""
    plain = plain_form(text)
    found = [float(bool(pattern.search(plain))) for pattern in _patterns()]
    found.append(float(bool(encoded_text(text))))
    found.append(float(_differs(text, plain)))
    return sequences(plain), np.array(found, dtype=np.float32)


def _differs(text: str, plain: str) -> bool:
    """Whether the plain form has many Latin letters that the text does not have."""
    return sum(map(str.isalpha, plain)) > sum(map(str.isalpha, text)) + 3


def sequences(plain: str) -> NDArray[np.int64]:
    """Return the buckets of the character sequences of a text, ascending, each once."""
    codes = np.frombuffer(f" {plain} ".encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    found: list[NDArray[np.uint32]] = []
    value = np.zeros(len(codes), dtype=np.uint32)
    for length in _LENGTHS:
        if len(codes) < length:
            break
        value = value[: len(codes) - length + 1] * _FACTOR + codes[length - 1 :] + np.uint32(length)
        mixed = value ^ (value >> np.uint32(15))
        found.append((mixed * np.uint32(0x85EBCA6B)) >> np.uint32(17))
    return np.unique(np.concatenate(found)).astype(np.int64)


def sequences_and_signs(texts: Sequence[str]) -> tuple[list[NDArray[np.int64]], NDArray[np.float32]]:
    """Return the features of several texts: a list of buckets, and signs of shape (texts, signs)."""
    rows = [features(text) for text in texts]
    return [buckets for buckets, _ in rows], np.stack([signs for _, signs in rows])
