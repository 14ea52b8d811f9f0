"""The two copies of a document side by side, with the figures that one of them lacks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.bilingual_view.document_pairs import Pair
from assistant.bilingual_view.figure_differences import all_of, missing, said
from assistant.bilingual_view.row_alignment import Places, align_rows
from kb.library.documents import Library
from kb.search.bilingual import pair_records as twins
from kb.store.tables.library_tables import ChunkRow

__all__ = ["PairRow", "PairView", "PassageView", "side_by_side"]

_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage, and the characters ``start``–``end`` of its figures that the other copy does not have near it."""

    chunk: ChunkRow
    marks: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class PairRow:
    """Passages of either copy that say the same; one side is empty where the other copy has no such passage."""

    chinese: list[PassageView]
    english: list[PassageView]

    @property
    def is_alone(self) -> bool:
        return not self.chinese or not self.english

    @property
    def differs(self) -> bool:
        """Whether a figure of one side is missing from the other; only to be looked at, see :mod:`.twin_figures`."""
        return any(one.marks for one in (*self.chinese, *self.english))


@dataclass(frozen=True, slots=True)
class PairView:
    """Two copies side by side; ``is_matched`` tells whether their passages have been matched with each other yet."""

    rows: list[PairRow]
    is_matched: bool

    @property
    def differing(self) -> int:
        return sum(row.differs for row in self.rows)

    @property
    def alone(self) -> int:
        return sum(row.is_alone for row in self.rows)


def side_by_side(library: Library, pair: Pair) -> PairView:
    """Lay the two copies of a pair side by side, in reading order."""
    chinese = library.chunks_of(pair.chinese.version.id)
    english = library.chunks_of(pair.english.version.id)
    ours, theirs = ({chunk.id: at for at, chunk in enumerate(copy)} for copy in (chinese, english))
    links = [(ours[one], theirs[other]) for one, other in _links(library, list(ours)) if other in theirs]
    places = align_rows(links, _same(chinese, english), len(chinese), len(english))
    return PairView(_marked(places, chinese, english), bool(links))


def _links(library: Library, chunk_ids: list[int]) -> list[tuple[int, int]]:
    """Return the chunks with those that say the same, of any version."""
    found: list[tuple[int, int]] = []
    with library.session() as session:
        for start in range(0, len(chunk_ids), _AT_ONCE):
            pairs = twins.counterparts_of(session, chunk_ids[start : start + _AT_ONCE])
            found += [(one, other) for one, others in pairs.items() for other in others]
    return found


def _same(chinese: Sequence[ChunkRow], english: Sequence[ChunkRow]) -> list[tuple[int, int]]:
    """Return passages with the very same text, white space apart, that stand once in either copy."""
    at: tuple[dict[str, list[int]], dict[str, list[int]]] = (defaultdict(list), defaultdict(list))
    for places, side in zip(at, (chinese, english), strict=True):
        for place, chunk in enumerate(side):
            places["".join(chunk.text.split())].append(place)
    return [
        (ours[0], at[1][text][0])
        for text, ours in at[0].items()
        if text and len(ours) == 1 and len(at[1].get(text, ())) == 1
    ]


def _marked(places: Sequence[Places], chinese: Sequence[ChunkRow], english: Sequence[ChunkRow]) -> list[PairRow]:
    """Mark figures that neither the other side of a row nor that of its neighbours has; a side alone has no marks."""
    rows: list[PairRow] = []
    for at, row in enumerate(places):
        near = places[max(0, at - 1) : at + 2]
        if row.chinese and row.english:
            around_chinese = [chinese[one] for place in near for one in place.chinese]
            around_english = [english[one] for place in near for one in place.english]
        else:
            around_chinese = around_english = []
        rows.append(
            PairRow(
                _sides([chinese[one] for one in row.chinese], around_english),
                _sides([english[one] for one in row.english], around_chinese),
            )
        )
    return rows


def _sides(passages: Sequence[ChunkRow], other: Sequence[ChunkRow]) -> list[PassageView]:
    """Mark passages against those of the other copy around them; against none there is nothing to mark."""
    if not other:
        return [PassageView(one, []) for one in passages]
    held = all_of(said(one.text)[1] for one in other)
    return [PassageView(one, [(lost.start, lost.end) for lost in missing(said(one.text)[0], held)]) for one in passages]
