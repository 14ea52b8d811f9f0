"""Finds the counterpart of each published document, in the background.

Compared are the vectors of the passages, the figures (amounts, days, clause numbers) and the file names.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import sqlalchemy as sa
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from kb.language.words import index_words
from kb.library.documents import Library
from kb.search.bilingual import pair_records, passages_by_language
from kb.search.bilingual.alignment import align, fit_scores
from kb.search.bilingual.passages_by_language import LanguagePassages
from kb.search.bilingual.similarity import DocumentSimilarity, Nearest, agreement, has_same_name, is_pair, nearest
from kb.search.lexical.postings import POSTING
from kb.store.tables.library_tables import ChunkRow, DocumentRow, PairSearchedRow, PostingRow, VersionRow
from kb.store.tables.states import PairState

__all__ = ["find_pairs", "pair_documents"]

# With fewer passages in one of the languages, the mean of its vectors is not reliable.
MIN_PASSAGES = 5
# So many documents are compared in full: those that contain the nearest passages of most of a document's text.
CANDIDATES = 3
_BATCH = 500  # parameters of one SQL statement


def find_pairs(library: Library, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Find the counterparts of all published versions for which this was not done yet.

    The database records which versions are done, so an interrupted run continues with the next call.

    Args:
        go_on: called before each version; False stops the run.

    Returns:
        The number of documents that have a counterpart now.
    """
    with library.session() as session:
        waiting = pair_records.versions_to_search(session)
        if not waiting or min(passages_by_language.count(session).values()) < MIN_PASSAGES:
            return 0
        both = passages_by_language.read(session)
    found = 0
    for version in waiting:
        if not go_on():
            break
        with library.transaction() as session:
            found += _find_counterpart(session, both, version)
            session.merge(PairSearchedRow(version_id=version.id))
    return found


def pair_documents(library: Library, chinese_id: int, english_id: int) -> None:
    """Store two documents as a pair because a person says so, and align their passages."""
    with library.session() as session:
        both = passages_by_language.read(session)
    with library.transaction() as session:
        aligned = _align_passages(session, both, chinese_id, english_id)
        pair_records.save_pair(session, chinese_id, english_id, PairState.SET)
        pair_records.save_alignment(session, chinese_id, english_id, aligned)


def _find_counterpart(session: Session, both: dict[bool, LanguagePassages], version: VersionRow) -> bool:
    """Find the counterpart of one version's document and store it; return whether the document has one now."""
    mine = version.document_id
    known = pair_records.pair_of(session, mine)
    if known is not None and known.state == PairState.SET:
        aligned = _align_passages(session, both, known.chinese_id, known.english_id)
        pair_records.save_alignment(session, known.chinese_id, known.english_id, aligned)
        return True
    ours = max(both.values(), key=lambda side: side.characters(mine))
    theirs = both[not ours.chinese].without(mine)
    own_rows = ours.indices_of(mine)
    if not len(own_rows):
        return False
    forward = nearest(ours.vectors[own_rows], theirs.vectors)
    best: tuple[float, int] | None = None
    names = {row.id: row.name for row in session.execute(sa.select(DocumentRow.id, DocumentRow.name))}
    for other in _candidates(session, ours, theirs, forward, mine, names):
        similarity = _compare(session, ours, theirs, mine, other, forward, has_same_name(names[mine], names[other]))
        if is_pair(similarity) and (best is None or similarity.score > best[0]):
            best = (similarity.score, other)
    if best is None or not _is_free(session, best[1], mine, best[0]):
        return False
    chinese_id, english_id = (mine, best[1]) if ours.chinese else (best[1], mine)
    # All reading and computing comes before the first write, so that no other writer waits for it.
    aligned = _align_passages(session, both, chinese_id, english_id)
    pair_records.save_pair(session, chinese_id, english_id, PairState.FOUND, round(best[0], 3))
    pair_records.save_alignment(session, chinese_id, english_id, aligned)
    return True


def _is_free(session: Session, document_id: int, asking: int, score: float) -> bool:
    """Whether a document has no counterpart, or one that was found with a lower score than this."""
    pair = pair_records.pair_of(session, document_id)
    if pair is None or asking in (pair.chinese_id, pair.english_id):
        return True
    return pair.state == PairState.FOUND and pair.score < score


def _candidates(
    session: Session,
    ours: LanguagePassages,
    theirs: LanguagePassages,
    forward: Nearest,
    mine: int,
    names: dict[int, str],
) -> list[int]:
    """Return the documents to compare in full: by nearest passages, weighted by length, and by file name."""
    votes: Counter[int] = Counter()
    nearest_documents, lengths = theirs.documents[forward.index], ours.lengths[ours.indices_of(mine)]
    for document_id, length in zip(nearest_documents.tolist(), lengths.tolist(), strict=True):
        votes[document_id] += length
    published = set(theirs.documents.tolist())
    same_name = [one for one, name in names.items() if one in published and has_same_name(name, names[mine])]
    chosen = [*(one for one, _ in votes.most_common(CANDIDATES)), *same_name[:CANDIDATES]]
    excluded = {mine, *pair_records.rejected_counterparts(session, mine)}
    return [one for one in dict.fromkeys(chosen) if one not in excluded]


def _compare(
    session: Session,
    ours: LanguagePassages,
    theirs: LanguagePassages,
    mine: int,
    other: int,
    forward: Nearest,
    same_name: bool,
) -> DocumentSimilarity:
    """Compare a document with one in the other language.

    Args:
        forward: for each of the document's passages, the nearest passage of ``theirs``.
    """
    own_rows, other_rows = ours.indices_of(mine), theirs.indices_of(other)
    back = nearest(theirs.vectors[other_rows], ours.vectors)
    row_of = {index: row for row, index in enumerate(other_rows.tolist())}
    mutual = [
        (row, row_of[index])
        for row, index in enumerate(forward.index.tolist())
        if index in row_of and back.index[row_of[index]] == own_rows[row]
    ]
    lengths, other_lengths = ours.lengths[own_rows], theirs.lengths[other_rows]
    covered = min(
        sum(int(lengths[row]) for row, _ in mutual) / max(1, int(lengths.sum())),
        sum(int(other_lengths[row]) for _, row in mutual) / max(1, int(other_lengths.sum())),
    )
    leads = [
        float(2 * forward.similarity[one] - forward.neighbourhood[one] - back.neighbourhood[other])
        for one, other in mutual
    ]
    figures = frozenset().union(*_figures(session, ours.ids[own_rows]))
    other_figures = frozenset().union(*_figures(session, theirs.ids[other_rows]))
    rarity = _rarity(session, figures | other_figures, len(ours.ids) + len(theirs.ids))
    agreed, common = agreement(figures, other_figures, lambda figure: rarity[figure])
    english, chinese = (other_lengths, lengths) if ours.chinese else (lengths, other_lengths)
    return DocumentSimilarity(
        covered=covered,
        lead=sum(leads) / len(leads) if leads else 0.0,
        agreement=agreed,
        common=common,
        ratio=int(english.sum()) / max(1, int(chinese.sum())),
        same_name=same_name,
    )


def _figures(session: Session, ids: NDArray[np.int64]) -> list[frozenset[str]]:
    """Return the figures of each passage: the index words that contain a digit. ``ids`` are ascending."""
    found: list[frozenset[str]] = []
    for start in range(0, len(ids), _BATCH):
        query = sa.select(ChunkRow.text).where(ChunkRow.id.in_(ids[start : start + _BATCH].tolist()))
        for text in session.scalars(query.order_by(ChunkRow.id)):
            found.append(_figures_in(text))
    return found


@lru_cache(maxsize=4096)  # a document is compared with several others, and then aligned with one of them
def _figures_in(text: str) -> frozenset[str]:
    return frozenset(word for word in index_words(text) if any(map(str.isdigit, word)))


def _rarity(session: Session, figures: frozenset[str], passages: int) -> dict[str, float]:
    """Return the weight of each figure, ln(1 + passages ÷ passages that contain it)."""
    counts = dict.fromkeys(figures, 1.0)
    ordered = sorted(figures)
    for start in range(0, len(ordered), _BATCH):
        size = sa.func.sum(sa.func.length(PostingRow.postings))
        query = sa.select(PostingRow.word, size).where(PostingRow.word.in_(ordered[start : start + _BATCH]))
        for word, size_bytes in session.execute(query.group_by(PostingRow.word)):
            counts[word] = size_bytes / POSTING.itemsize
    return {figure: math.log(1 + passages / count) for figure, count in counts.items()}


def _align_passages(
    session: Session, both: dict[bool, LanguagePassages], chinese_id: int, english_id: int
) -> list[tuple[int, int]]:
    """Return the chunk ids ``(Chinese, English)`` of the passages of a pair that are each other's counterparts."""
    ours, theirs = both[True].indices_of(chinese_id), both[False].indices_of(english_id)
    if not len(ours) or not len(theirs):
        return []
    ours_ids, theirs_ids = both[True].ids[ours], both[False].ids[theirs]
    figures, other_figures = _figures(session, ours_ids), _figures(session, theirs_ids)
    rarity = _rarity(session, frozenset().union(*figures, *other_figures), len(both[True].ids) + len(both[False].ids))
    cosines = both[True].vectors[ours] @ both[False].vectors[theirs].T
    aligned = align(fit_scores(cosines, figures, other_figures, rarity))
    return [(int(ours_ids[i]), int(theirs_ids[j])) for i, j in aligned]
