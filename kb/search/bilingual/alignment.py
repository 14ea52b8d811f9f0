"""Which passage of one copy says what a passage of the other says. Pure computing.

Both copies say the same in the same order, so passages are matched along one way through both, from the first to the
last (dynamic time warping, Sakoe & Chiba 1978): a copy's passages are cut at other places than its twin's, so several
may share one partner.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet

import numpy as np
from numpy.typing import NDArray

__all__ = ["align", "fit"]

Floats = NDArray[np.float32]
# What common figures count against nearness in meaning, both 0..1.
FIGURES_WEIGHT = 0.4
# Passages that fit less than USUAL cost the way something; below LEAST they are no pair, only neighbours of pairs.
# Chosen on a manual of 370 passages in either language, where the clauses' numbers tell what belongs together.
USUAL = 0.4
LEAST = 0.25
NEARLY = 0.2


def fit(
    cosines: Floats, ours: Sequence[AbstractSet[str]], theirs: Sequence[AbstractSet[str]], worth: Mapping[str, float]
) -> Floats:
    """Return how well passages fit, shape (ours, theirs).

    Args:
        cosines: of their vectors, shape (ours, theirs).
        ours, theirs: the figures of each passage.
        worth: how rare each figure is.
    """
    place = {figure: number for number, figure in enumerate(worth)}
    return np.asarray(cosines + FIGURES_WEIGHT * (_weighed(ours, place, worth) @ _weighed(theirs, place, worth).T))


def _weighed(passages: Sequence[AbstractSet[str]], place: Mapping[str, int], worth: Mapping[str, float]) -> Floats:
    """Return a row of length 1 per passage: what each of its figures counts."""
    rows = np.zeros((len(passages), len(place)), dtype=np.float32)
    for row, figures in zip(rows, passages, strict=True):
        for figure in figures:
            row[place[figure]] = worth[figure] ** 0.5
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-6), dtype=np.float32)


def align(fits: Floats) -> list[tuple[int, int]]:
    """Return the pairs ``(ours, theirs)`` that fit; a passage may have several partners, or none.

    Pairs lie on the way, or beside it where they fit nearly as well as the best of either: what one copy says in one
    passage may end in the next one of the other.

    Args:
        fits: of :func:`fit`, neither side 0.
    """
    on_the_way = _way(fits - USUAL)
    ours, theirs = np.full(len(fits), -np.inf), np.full(fits.shape[1], -np.inf)
    for i, j in on_the_way:
        ours[i], theirs[j] = max(ours[i], fits[i, j]), max(theirs[j], fits[i, j])
    pairs: dict[tuple[int, int], None] = {}
    for i, j in on_the_way:
        for at, across in ((i, j), (i, j - 1), (i, j + 1), (i - 1, j), (i + 1, j)):
            if 0 <= at < len(ours) and 0 <= across < len(theirs):
                least = max(LEAST, min(ours[at], theirs[across]) - NEARLY)
                if fits[at, across] >= least:
                    pairs[at, across] = None
    return list(pairs)


def _way(gains: Floats) -> list[tuple[int, int]]:
    """Return the way from the first to the last pair that gains most; every step goes on in one copy or in both."""
    rows, columns = gains.shape
    came = np.zeros(gains.shape, dtype=np.uint8)  # 0: on in both, 1: on in ours, 2: on in theirs
    before, last = np.full(rows + 1, -np.inf), np.full(rows + 1, -np.inf)  # the two diagonals before, by row + 1
    for diagonal in range(rows + columns - 1):
        i = np.arange(max(0, diagonal - columns + 1), min(rows - 1, diagonal) + 1)
        choices = np.stack([before[i], last[i], last[i + 1]])
        came[i, diagonal - i] = choices.argmax(axis=0)
        reached = choices.max(axis=0) if diagonal else np.zeros(1)
        here = np.full(rows + 1, -np.inf)
        here[i + 1] = reached + gains[i, diagonal - i]
        before, last = last, here
    way = [(rows - 1, columns - 1)]
    while way[-1] != (0, 0):
        i, j = way[-1]
        step = came[i, j]
        way.append((i - (step != 2), j - (step != 1)))
    return way[::-1]
