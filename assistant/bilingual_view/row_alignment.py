"""Which passages of a bilingual pair are in one row of the side-by-side view. Pure computing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

__all__ = ["RowIndices", "align_rows"]

IndexPair = tuple[int, int]  # the indices of a passage in the Chinese and of one in the English document, from 0
# What a pair of passages adds to the score of a chain: with the same text, in a new row, in the row before. A pair that
# begins a row places two passages. One that extends a row places only one and is left out where the two compete.
_SAME_TEXT, _NEW_ROW, _SAME_ROW = 3.0, 2.0, 0.9


@dataclass(frozen=True, slots=True)
class RowIndices:
    """A row: the indices of its passages in each document, from 0, in reading order; one of the lists may be empty."""

    chinese: list[int]
    english: list[int]


def align_rows(
    aligned: Collection[IndexPair], same_text: Collection[IndexPair], chinese: int, english: int
) -> list[RowIndices]:
    """Return the rows of a pair, in the order of the Chinese document; every passage is in exactly one row.

    Kept are those pairs of passages that follow the reading order of both documents and place most passages. Passages
    with the same text that then have no counterpart make a row too; every other passage makes a row of its own.

    Args:
        aligned: the passages that are counterparts; a passage may have several.
        same_text: passages with the same text, such as an annex that was never translated.
        chinese, english: the number of passages in each document.
    """
    rows = _grouped(_best_chain({*aligned, *same_text}, set(same_text), english))
    placed = {one for row in rows for one in row.chinese}, {one for row in rows for one in row.english}
    for ours, theirs in sorted(same_text):
        if ours not in placed[0] and theirs not in placed[1]:
            rows.append(RowIndices([ours], [theirs]))
    return _with_single_passages(rows, chinese, english)


def _best_chain(pairs: set[IndexPair], same_text: set[IndexPair], english: int) -> list[IndexPair]:
    """Return the chain with the highest score: each pair advances in both documents, or by one passage in one."""
    best: dict[IndexPair, float] = {}
    previous: dict[IndexPair, IndexPair | None] = {}
    tops = np.zeros(english + 1)  # by English index + 1: the best chain of earlier rows that ends there
    ends: list[IndexPair | None] = [None] * (english + 1)
    for ours, row in groupby(sorted(pairs), key=lambda pair: pair[0]):
        row_pairs = list(row)
        for pair in row_pairs:
            theirs = pair[1]
            top = theirs - int(tops[theirs::-1].argmax())  # of equal chains the one that ends nearest
            options = [(tops[top] + (_SAME_TEXT if pair in same_text else _NEW_ROW), ends[top])]
            options += [(best[one] + _SAME_ROW, one) for one in ((ours, theirs - 1), (ours - 1, theirs)) if one in best]
            best[pair], previous[pair] = max(options, key=lambda option: option[0])
        for pair in row_pairs:
            if best[pair] > tops[pair[1] + 1]:
                tops[pair[1] + 1], ends[pair[1] + 1] = best[pair], pair
    last = ends[int(tops.argmax())]
    chain = []
    while last is not None:
        chain.append(last)
        last = previous[last]
    return chain[::-1]


def _grouped(chain: Sequence[IndexPair]) -> list[RowIndices]:
    """Merge pairs that share a passage into one row."""
    rows: list[RowIndices] = []
    for ours, theirs in chain:
        if rows and rows[-1].chinese[-1] == ours:
            rows[-1].english.append(theirs)
        elif rows and rows[-1].english[-1] == theirs:
            rows[-1].chinese.append(ours)
        else:
            rows.append(RowIndices([ours], [theirs]))
    return rows


def _with_single_passages(rows: list[RowIndices], chinese: int, english: int) -> list[RowIndices]:
    """Add a row for each passage that is in none: Chinese by its index, English after the English passage before it."""
    in_order: list[RowIndices] = []
    row_of_chinese = {one: row for row in rows for one in row.chinese}
    placed_english = {one for row in rows for one in row.english}
    for ours in range(chinese):
        row = row_of_chinese.get(ours)
        if row is None:
            in_order.append(RowIndices([ours], []))
        elif row.chinese[0] == ours:
            in_order.append(row)
    after: dict[int, list[RowIndices]] = {}  # English passages to insert, by the index of the row before them
    row_before = -1
    row_number = {one: number for number, row in enumerate(in_order) for one in row.english}
    for theirs in range(english):
        if theirs in placed_english:
            row_before = row_number[theirs]
        else:
            after.setdefault(row_before, []).append(RowIndices([], [theirs]))
    found = after.get(-1, [])
    for number, row in enumerate(in_order):
        found += [row, *after.get(number, [])]
    return found
