"""How similar a Chinese and an English document are, and whether they are a pair. Pure computing, no database."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["DocumentSimilarity", "Nearest", "agreement", "has_same_name", "is_pair", "nearest"]

Floats = NDArray[np.float32]

# The mean similarity of this many nearest neighbours measures how dense a vector's neighbourhood is
# (CSLS, Conneau et al. 2018).
NEIGHBOURS = 5
_BLOCK = 4096
# Thresholds of :func:`is_pair`, chosen on the development sets. There the figures of real pairs of manuals agree by .78
# and more; those of other documents of the same organisation on the same subjects agree by .43 at most.
MIN_AGREEMENT, MIN_COVERED = 0.55, 0.15
# So many common figures are enough without covered text: more than three rare numbers.
HIGH_AGREEMENT, MIN_COMMON = 0.7, 10.0
# Without many figures: nearly all passages must be each other's nearest, and by a clear lead. Figures that agree less
# than WEAK_AGREEMENT rule a pair out.
HIGH_COVERED, MIN_LEAD, WEAK_AGREEMENT = 0.7, 0.2, 0.2
# English characters for each Chinese character: nearly 1 in tables, about 3 in running text.
MIN_RATIO, MAX_RATIO = 0.9, 6.0
# With fewer figures their agreement means nothing.
MIN_FIGURES = 3

_LANGUAGE_MARK = re.compile(
    r"(?:中文|英文|繁體|簡體|繁中|中|英)(?:版|本)?|\b(?:chinese|english|chi|eng|zh|en|tc|sc|hk|hant|hans|cht|chs|c|e)\b"
)
_SEPARATORS = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Nearest:
    """For each of some passages, the nearest passage in the other language.

    Attributes:
        index: of the nearest passage.
        similarity: the cosine with it.
        neighbourhood: the mean cosine with the NEIGHBOURS nearest passages.
    """

    index: NDArray[np.intp]
    similarity: Floats
    neighbourhood: Floats


@dataclass(frozen=True, slots=True)
class DocumentSimilarity:
    """The facts by which :func:`is_pair` decides.

    Attributes:
        covered: the share of text in passages that are each other's nearest, 0..1; the lower share of the two
            documents.
        lead: how much more similar these passages are to each other than to their neighbourhoods.
        agreement, common: see :func:`agreement`.
        ratio: English characters for each Chinese character.
        same_name: whether the file names differ only in their language marks.
    """

    covered: float
    lead: float
    agreement: float | None
    common: float
    ratio: float
    same_name: bool

    @property
    def score(self) -> float:
        """One number to sort candidates by."""
        return self.covered + self.lead + (0.5 if self.agreement is None else self.agreement)


def nearest(passages: Floats, others: Floats) -> Nearest:
    """Return the nearest of ``others`` for each passage.

    Args:
        passages, others: vectors of length 1, shapes (m, dimension) and (n, dimension), n > 0.
    """
    number = min(NEIGHBOURS, len(others))
    best = np.full((len(passages), number), -2.0, dtype=np.float32)
    index = np.zeros(len(passages), dtype=np.intp)
    for start in range(0, len(others), _BLOCK):
        cosines = passages @ others[start : start + _BLOCK].T
        block_best = cosines.argmax(axis=1)
        better = cosines[np.arange(len(passages)), block_best] > best.max(axis=1)
        index[better] = block_best[better] + start
        both = np.concatenate([best, cosines], axis=1)
        best = np.partition(both, -number, axis=1)[:, -number:]
    return Nearest(index, best.max(axis=1), np.asarray(best.mean(axis=1), dtype=np.float32))


def agreement(
    ours: Collection[str], theirs: Collection[str], rarity: Callable[[str], float]
) -> tuple[float | None, float]:
    """Return how well the figures of two documents agree (cosine, 0..1), and the weight of the common figures.

    A rare figure of many digits weighs more than a 2, which is in every document. The agreement is None where one of
    the documents has too few figures.

    Args:
        rarity: the weight of a figure; a rare figure weighs more.
    """

    def weight(figures: Collection[str]) -> float:
        return sum(_digits_weight(figure) * rarity(figure) for figure in figures)

    common, product = weight(set(ours) & set(theirs)), weight(ours) * weight(theirs)
    if min(len(ours), len(theirs)) < MIN_FIGURES or product <= 0.0:
        return None, common
    return common / math.sqrt(product), common


def _digits_weight(figure: str) -> float:
    digits = sum(char.isdigit() for char in figure)
    return {1: 0.25, 2: 0.6}.get(digits, 1.0)


def is_pair(similarity: DocumentSimilarity) -> bool:
    """Whether two documents are similar enough to be ranked as one document in two languages."""
    if not MIN_RATIO < similarity.ratio < MAX_RATIO:
        return False
    agreed = similarity.agreement
    if agreed is not None and agreed >= MIN_AGREEMENT and similarity.covered >= MIN_COVERED:
        return True
    if agreed is not None and agreed >= HIGH_AGREEMENT and similarity.common >= MIN_COMMON:
        return True
    if agreed is not None and agreed < WEAK_AGREEMENT:
        return False
    without_figures = similarity.covered >= HIGH_COVERED and similarity.lead >= MIN_LEAD
    return without_figures or (similarity.same_name and similarity.covered >= MIN_COVERED)


def has_same_name(one: str, other: str) -> bool:
    """Whether two file names differ only in their language marks."""
    return name_stem(one) == name_stem(other) != ""


def name_stem(name: str) -> str:
    """Return a file name without its ending and its language marks: ``manual_2022_en.pdf`` → ``manual2022``."""
    bare = name.rsplit(".", maxsplit=1)[0].casefold().replace("_", " ")
    return _SEPARATORS.sub("", _LANGUAGE_MARK.sub(" ", bare))
