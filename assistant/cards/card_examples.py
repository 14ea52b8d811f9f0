"""How near a message is to the examples of a card.

Examples that an owner adds count at once, without any training by hand: the trained model does not know them. The
measure is a linear discriminant from the mean of a card's examples against the mean of all kinds of messages that the
model was trained on, with their covariance, plus the cosine with the nearest example. With as many false alarms it
finds more than the nearest example alone (``docs/decisions/0023-cards-by-example.md``).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from kb.core import data_files
from kb.language.script import fold, is_cjk
from kb.search.models.encoder import Vectors

__all__ = ["ExampleMatch", "contains", "match_examples"]

# The share of the discriminant, in standard deviations, beside the cosine.
_DISCRIMINANT = 0.1
# Added to the covariance, as a share of its mean variance: a few examples say little about most directions.
_SHRINKAGE = 10.0


@dataclass(frozen=True, slots=True)
class ExampleMatch:
    """How near a message is to a card's examples.

    Attributes:
        score: of all examples together.
        cosine: with the nearest one, after the mean of all messages was taken away.
        nearest: the number of the nearest example.
    """

    score: float
    cosine: float
    nearest: int


@dataclass(frozen=True, slots=True)
class _Background:
    """Mean and covariance of vectors of many messages, shapes (dimension,) and (dimension, dimension)."""

    mean: NDArray[np.float32]
    covariance: NDArray[np.float32]
    shrunk_inverse: NDArray[np.float32]


@cache
def _background() -> _Background:
    arrays = data_files.arrays("assistant.cards", "card_model.npz")
    covariance = arrays["covariance"].astype(np.float32) * float(arrays["covariance_scale"])
    size = len(covariance)
    shrunk = covariance + _SHRINKAGE * np.trace(covariance) / size * np.eye(size, dtype=np.float32)
    return _Background(arrays["mean"].astype(np.float32), covariance, np.linalg.inv(shrunk))


def match_examples(vector: NDArray[np.float32], examples: Vectors) -> ExampleMatch:
    """Compare a message with the examples of one card.

    Args:
        vector: of the message in written Chinese or English, shape (dimension,).
        examples: vectors of the examples in the same form, shape (examples, dimension); at least one.
    """
    known = _background()
    centred, others = vector - known.mean, examples - known.mean
    cosines = _unit(others) @ _unit(centred[None, :])[0]
    direction = known.shrunk_inverse @ others.mean(axis=0)
    deviation = float(np.sqrt(direction @ known.covariance @ direction))
    discriminant = float(centred @ direction) / max(deviation, 1e-9)
    nearest = int(cosines.argmax())
    return ExampleMatch(_DISCRIMINANT * discriminant + float(cosines[nearest]), float(cosines[nearest]), nearest)


def _unit(rows: Vectors) -> Vectors:
    unit: Vectors = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return unit


def contains(message: str, examples: Sequence[str]) -> int | None:
    """Return the number of the first example that stands in a message word for word; None if none does."""
    folded = fold(message)
    return next((number for number, one in enumerate(examples) if _pattern(one).search(folded)), None)


@lru_cache(maxsize=4096)
def _pattern(example: str) -> re.Pattern[str]:
    """Return a pattern of the folded example; Latin letters begin and end as words do."""
    text = fold(example).strip(" .。!！?？")
    before = "" if not text or is_cjk(text[0]) else r"(?<![a-z0-9])"
    after = "" if not text or is_cjk(text[-1]) else r"(?![a-z0-9])"
    return re.compile(before + re.escape(text) + after if text else r"(?!)")
