"""Two copies of a document laid side by side: which passages stand in one row. Pure computing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import groupby

import numpy as np

__all__ = ["Places", "align_rows"]

Link = tuple[int, int]  # a place in the Chinese copy and one in the English copy, from 0
# A link that begins a row places two passages, one that adds to a row places one, and is rather left out.
_SAME, _NEW, _MORE = 3.0, 2.0, 0.9


@dataclass(frozen=True, slots=True)
class Places:
    """A row: the places of its passages in either copy, from 0, in reading order; one of the two may be empty."""

    chinese: list[int]
    english: list[int]


def align_rows(links: Collection[Link], same: Collection[Link], chinese: int, english: int) -> list[Places]:
    """Return the rows of two copies, in the order of the Chinese one; every passage stands in exactly one row.

    Of all links those are kept that run through both copies in reading order and place most passages. Passages with
    the same text that this leaves without a partner make a row nonetheless; all else stands alone at its place.

    Args:
        links: passages that were matched; one may have several partners.
        same: passages with the very same text, such as an annex that was never translated.
        chinese, english: how many passages the copies have.
    """
    rows = _grouped(_chain({*links, *same}, set(same), english))
    placed = {one for row in rows for one in row.chinese}, {one for row in rows for one in row.english}
    for ours, theirs in sorted(same):
        if ours not in placed[0] and theirs not in placed[1]:
            rows.append(Places([ours], [theirs]))
    return _filled(rows, chinese, english)


def _chain(links: set[Link], same: set[Link], english: int) -> list[Link]:
    """Return the best run of links: each goes on in both copies, or to the next passage of one of them."""
    best: dict[Link, float] = {}
    before: dict[Link, Link | None] = {}
    tops = np.zeros(english + 1)  # by place in the English copy + 1: the best run of earlier rows that ends there
    ends: list[Link | None] = [None] * (english + 1)
    for ours, row in groupby(sorted(links), key=lambda link: link[0]):
        here = list(row)
        for link in here:
            theirs = link[1]
            top = theirs - int(tops[theirs::-1].argmax())  # of equal runs the one that ends nearest
            ways = [(tops[top] + (_SAME if link in same else _NEW), ends[top])]
            ways += [(best[one] + _MORE, one) for one in ((ours, theirs - 1), (ours - 1, theirs)) if one in best]
            best[link], before[link] = max(ways, key=lambda way: way[0])
        for link in here:
            if best[link] > tops[link[1] + 1]:
                tops[link[1] + 1], ends[link[1] + 1] = best[link], link
    at = ends[int(tops.argmax())]
    run = []
    while at is not None:
        run.append(at)
        at = before[at]
    return run[::-1]


def _grouped(run: Sequence[Link]) -> list[Places]:
    """Bring links that share a passage into one row."""
    rows: list[Places] = []
    for ours, theirs in run:
        if rows and rows[-1].chinese[-1] == ours:
            rows[-1].english.append(theirs)
        elif rows and rows[-1].english[-1] == theirs:
            rows[-1].chinese.append(ours)
        else:
            rows.append(Places([ours], [theirs]))
    return rows


def _filled(rows: list[Places], chinese: int, english: int) -> list[Places]:
    """Put passages without a partner where they stand: Chinese by their own place, English behind the one before."""
    whole: list[Places] = []
    with_chinese = {one: row for row in rows for one in row.chinese}
    with_english = {one for row in rows for one in row.english}
    for ours in range(chinese):
        row = with_chinese.get(ours)
        if row is None:
            whole.append(Places([ours], []))
        elif row.chinese[0] == ours:
            whole.append(row)
    after: dict[int, list[Places]] = {}
    behind = -1
    place_of = {one: place for place, row in enumerate(whole) for one in row.english}
    for theirs in range(english):
        if theirs in with_english:
            behind = place_of[theirs]
        else:
            after.setdefault(behind, []).append(Places([], [theirs]))
    found = after.get(-1, [])
    for place, row in enumerate(whole):
        found += [row, *after.get(place, [])]
    return found
