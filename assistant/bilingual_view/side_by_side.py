"""A bilingual pair side by side: rows of passages, with the figures marked that only one side has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from assistant.bilingual_view.document_pairs import BilingualPair
from assistant.bilingual_view.figure_differences import all_of, missing, said
from assistant.bilingual_view.row_alignment import RowIndices, align_rows
from kb.library.documents import Library
from kb.prompt_injection.chunk_orders import quotable_text
from kb.search.bilingual import pair_records
from kb.store.tables.library_tables import ChunkRow

__all__ = ["AlignedRow", "PairView", "PassageView", "side_by_side"]

_BATCH = 500  # parameters of one SQL statement


@dataclass(frozen=True, slots=True)
class PassageView:
    """A passage; ``marks`` are the characters ``(start, end)`` of its figures that the other side does not have."""

    chunk: ChunkRow
    marks: list[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class AlignedRow:
    """Passages that say the same; one side is empty if the other document has no such passage."""

    chinese: list[PassageView]
    english: list[PassageView]

    @property
    def is_alone(self) -> bool:
        return not self.chinese or not self.english

    @property
    def differs(self) -> bool:
        """Whether one side has a figure that the other lacks; a hint only, see :mod:`.figure_differences`."""
        return any(one.marks for one in (*self.chinese, *self.english))


@dataclass(frozen=True, slots=True)
class PairView:
    """The two documents of a pair side by side; ``is_matched``: whether their passages are aligned yet."""

    rows: list[AlignedRow]
    is_matched: bool

    @property
    def differing(self) -> int:
        """The number of rows that differ."""
        return sum(row.differs for row in self.rows)

    @property
    def alone(self) -> int:
        """The number of rows with passages of one document only."""
        return sum(row.is_alone for row in self.rows)


def side_by_side(library: Library, pair: BilingualPair) -> PairView:
    """Return the two documents of a pair side by side, in reading order."""
    chinese = library.chunks_of(pair.chinese.version.id)
    english = library.chunks_of(pair.english.version.id)
    ours, theirs = ({chunk.id: index for index, chunk in enumerate(side)} for side in (chinese, english))
    aligned = [(ours[one], theirs[other]) for one, other in _aligned(library, list(ours)) if other in theirs]
    rows = align_rows(aligned, _same_text(chinese, english), len(chinese), len(english))
    return PairView(_marked(rows, chinese, english), bool(aligned))


def _aligned(library: Library, chunk_ids: list[int]) -> list[tuple[int, int]]:
    """Return the chunks with their counterparts, those in other versions included."""
    found: list[tuple[int, int]] = []
    with library.session() as session:
        for start in range(0, len(chunk_ids), _BATCH):
            counterparts = pair_records.counterparts_of(session, chunk_ids[start : start + _BATCH])
            found += [(one, other) for one, others in counterparts.items() for other in others]
    return found


def _same_text(chinese: Sequence[ChunkRow], english: Sequence[ChunkRow]) -> list[tuple[int, int]]:
    """Return the passages with the same text, ignoring white space, that occur once in each document."""
    indices: tuple[dict[str, list[int]], dict[str, list[int]]] = (defaultdict(list), defaultdict(list))
    for by_text, side in zip(indices, (chinese, english), strict=True):
        for index, chunk in enumerate(side):
            by_text["".join(chunk.text.split())].append(index)
    return [
        (ours[0], indices[1][text][0])
        for text, ours in indices[0].items()
        if text and len(ours) == 1 and len(indices[1].get(text, ())) == 1
    ]


def _marked(rows: Sequence[RowIndices], chinese: Sequence[ChunkRow], english: Sequence[ChunkRow]) -> list[AlignedRow]:
    """Mark the figures that the other side has neither in the same row nor in the rows beside it.

    A row of one document only has no marks.
    """
    marked: list[AlignedRow] = []
    for number, row in enumerate(rows):
        near = rows[max(0, number - 1) : number + 2]
        if row.chinese and row.english:
            around_chinese = [chinese[one] for other in near for one in other.chinese]
            around_english = [english[one] for other in near for one in other.english]
        else:
            around_chinese = around_english = []
        marked.append(
            AlignedRow(
                _passages([chinese[one] for one in row.chinese], around_english),
                _passages([english[one] for one in row.english], around_chinese),
            )
        )
    return marked


def _passages(passages: Sequence[ChunkRow], others: Sequence[ChunkRow]) -> list[PassageView]:
    """Mark the figures of the passages that ``others`` do not have; without others there are no marks."""
    if not others:
        return [PassageView(one, []) for one in passages]
    held = all_of(said(quotable_text(one))[1] for one in others)
    return [
        PassageView(one, [(lost.start, lost.end) for lost in missing(said(quotable_text(one))[0], held)])
        for one in passages
    ]
