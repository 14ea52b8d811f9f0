"""How alike a Chinese and an English document are, and whether that makes them twins. Pure computing."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DocumentSimilarity", "Nearest", "agreement", "is_pair", "named_alike", "nearest", "stem"]

Floats = NDArray[np.float32]

# Neighbours whose mean similarity tells how crowded a passage's surroundings are (Conneau et al. 2018, CSLS).
NEIGHBOURS = 5
_BLOCK = 4096
# Chosen on the development sets: real twins of manuals agree by .78 and more in their figures, the documents of one
# house that merely speak of the same things by .43 at most.
AGREEING, COVERED_THEN = 0.55, 0.15
# As many common figures as this need no help: three rare numbers and more.
SURELY_AGREEING, COMMON_THEN = 0.7, 10.0
# Where figures are few: nearly all passages must be each other's nearest, and by a clear lead.
COVERED_ALONE, LEAD_ALONE, AGREEING_ALONE = 0.7, 0.2, 0.2
# English characters for one Chinese character, in tables nearly 1, in running text about 3.
LEAST_RATIO, MOST_RATIO = 0.9, 6.0
FEW_FIGURES = 3

_LANGUAGE_MARK = re.compile(
    r"(?:中文|英文|繁體|簡體|繁中|中|英)(?:版|本)?|\b(?:chinese|english|chi|eng|zh|en|tc|sc|hk|hant|hans|cht|chs|c|e)\b"
)
_BETWEEN = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Nearest:
    """Of some passages, the nearest of the other language's: its place, how near, and the mean of the nearest few."""

    place: NDArray[np.intp]
    similarity: Floats
    crowd: Floats


@dataclass(frozen=True, slots=True)
class DocumentSimilarity:
    """What speaks for two documents being twins.

    Attributes:
        covered: the lesser of both sides' shares of text whose passages are each other's nearest, 0..1.
        lead: by how much these are nearer to each other than their surroundings are.
        agreement, common: see :func:`agreement`.
        ratio: characters of the English copy for one of the Chinese.
        same_name: whether the files' names differ in nothing but the language.
    """

    covered: float
    lead: float
    agreement: float | None
    common: float
    ratio: float
    same_name: bool

    @property
    def score(self) -> float:
        """One figure to order candidates by."""
        return self.covered + self.lead + (0.5 if self.agreement is None else self.agreement)


def nearest(passages: Floats, others: Floats) -> Nearest:
    """Compare vectors of length 1, shapes (m, dimension) and (n, dimension), n > 0."""
    number = min(NEIGHBOURS, len(others))
    best = np.full((len(passages), number), -2.0, dtype=np.float32)
    place = np.zeros(len(passages), dtype=np.intp)
    for start in range(0, len(others), _BLOCK):
        similar = passages @ others[start : start + _BLOCK].T
        here = similar.argmax(axis=1)
        better = similar[np.arange(len(passages)), here] > best.max(axis=1)
        place[better] = here[better] + start
        both = np.concatenate([best, similar], axis=1)
        best = np.partition(both, -number, axis=1)[:, -number:]
    return Nearest(place, best.max(axis=1), np.asarray(best.mean(axis=1), dtype=np.float32))


def agreement(
    ours: Collection[str], theirs: Collection[str], worth: Callable[[str], float]
) -> tuple[float | None, float]:
    """Return how well the figures of two documents agree, 0..1 (cosine), and what the common ones tell together.

    A rare figure of many digits tells more than a 2 that is everywhere. There is no agreement (None) where either has
    too few figures.

    Args:
        worth: how rare a figure is.
    """

    def weight(figures: Collection[str]) -> float:
        return sum(_digits(figure) * worth(figure) for figure in figures)

    common, product = weight(set(ours) & set(theirs)), weight(ours) * weight(theirs)
    if min(len(ours), len(theirs)) < FEW_FIGURES or product <= 0.0:
        return None, common
    return common / math.sqrt(product), common


def _digits(figure: str) -> float:
    number = sum(char.isdigit() for char in figure)
    return {1: 0.25, 2: 0.6}.get(number, 1.0)


def is_pair(likeness: DocumentSimilarity) -> bool:
    """Whether two documents are so alike that search may treat them as one."""
    if not LEAST_RATIO < likeness.ratio < MOST_RATIO:
        return False
    agreed = likeness.agreement
    if agreed is not None and agreed >= AGREEING and likeness.covered >= COVERED_THEN:
        return True
    if agreed is not None and agreed >= SURELY_AGREEING and likeness.common >= COMMON_THEN:
        return True
    if agreed is not None and agreed < AGREEING_ALONE:
        return False
    alone = likeness.covered >= COVERED_ALONE and likeness.lead >= LEAD_ALONE
    return alone or (likeness.same_name and likeness.covered >= COVERED_THEN)


def named_alike(one: str, other: str) -> bool:
    """Whether the names of two files differ in nothing but the language."""
    return stem(one) == stem(other) != ""


def stem(name: str) -> str:
    """Return a file's name without its ending and its marks of language: ``manual_2022_en.pdf`` → ``manual2022``."""
    bare = name.rsplit(".", maxsplit=1)[0].casefold().replace("_", " ")
    return _BETWEEN.sub("", _LANGUAGE_MARK.sub(" ", bare))
