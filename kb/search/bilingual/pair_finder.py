"""Looking for the twin of each published document, in the background: nearness in meaning, figures, names."""

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
from kb.search.bilingual.alignment import align, fit
from kb.search.bilingual.passages_by_language import LanguagePassages
from kb.search.bilingual.similarity import DocumentSimilarity, Nearest, agreement, is_pair, named_alike, nearest
from kb.search.lexical.postings import POSTING
from kb.store.tables.library_tables import ChunkRow, DocumentRow, PairSearchedRow, PostingRow, VersionRow

__all__ = ["find_pairs", "pair_documents"]

# With fewer passages of either language their mean says nothing.
LEAST = 5
# Documents that most of a document's passages point to: these are compared in full.
CANDIDATES = 3
_AT_ONCE = 500


def find_pairs(library: Library, *, go_on: Callable[[], bool] = lambda: True) -> int:
    """Look for the twins of versions published since, and return how many documents got one.

    What is left to do is what the records lack, so a run cut short is gone on with.

    Args:
        go_on: asked before every version.
    """
    with library.session() as session:
        waiting = pair_records.versions_to_search(session)
        if not waiting or min(passages_by_language.count(session).values()) < LEAST:
            return 0
        both = passages_by_language.read(session)
    found = 0
    for version in waiting:
        if not go_on():
            break
        with library.transaction() as session:
            found += _seek(session, both, version)
            session.merge(PairSearchedRow(version_id=version.id))
    return found


def pair_documents(library: Library, chinese_id: int, english_id: int) -> None:
    """Make two documents twins because a person says so."""
    with library.session() as session:
        both = passages_by_language.read(session)
    with library.transaction() as session:
        pairs = _pairs(session, both, chinese_id, english_id)
        pair_records.save_pair(session, chinese_id, english_id, pair_records.SET)
        pair_records.save_alignment(session, chinese_id, english_id, pairs)


def _seek(session: Session, both: dict[bool, LanguagePassages], version: VersionRow) -> bool:
    """Look for the twin of one version; return whether it has one now."""
    mine = version.document_id
    known = pair_records.pair_of(session, mine)
    if known is not None and known.state == pair_records.SET:
        pairs = _pairs(session, both, known.chinese_id, known.english_id)
        pair_records.save_alignment(session, known.chinese_id, known.english_id, pairs)
        return True
    ours = max(both.values(), key=lambda side: side.characters(mine))
    theirs = both[not ours.chinese].without(mine)
    here = ours.of(mine)
    if not len(here):
        return False
    out = nearest(ours.vectors[here], theirs.vectors)
    best: tuple[float, int] | None = None
    names = {row.id: row.name for row in session.execute(sa.select(DocumentRow.id, DocumentRow.name))}
    for other in _candidates(session, ours, theirs, out, mine, names):
        found = _likeness(session, ours, theirs, mine, other, out, named_alike(names[mine], names[other]))
        if is_pair(found) and (best is None or found.score > best[0]):
            best = (found.score, other)
    if best is None or not _is_free(session, best[1], mine, best[0]):
        return False
    chinese_id, english_id = (mine, best[1]) if ours.chinese else (best[1], mine)
    # all is read and computed before the first write: nobody waits for it
    pairs = _pairs(session, both, chinese_id, english_id)
    pair_records.save_pair(session, chinese_id, english_id, pair_records.FOUND, round(best[0], 3))
    pair_records.save_alignment(session, chinese_id, english_id, pairs)
    return True


def _is_free(session: Session, document_id: int, asking: int, score: float) -> bool:
    """Whether a document has no twin, or one found with less reason than this."""
    pair = pair_records.pair_of(session, document_id)
    if pair is None or asking in (pair.chinese_id, pair.english_id):
        return True
    return pair.state == pair_records.FOUND and pair.score < score


def _candidates(
    session: Session, ours: LanguagePassages, theirs: LanguagePassages, out: Nearest, mine: int, names: dict[int, str]
) -> list[int]:
    """Return the documents that most of the text points to, and those whose files are named alike."""
    votes: Counter[int] = Counter()
    pointed, lengths = theirs.documents[out.place], ours.lengths[ours.of(mine)]
    for document_id, length in zip(pointed.tolist(), lengths.tolist(), strict=True):
        votes[document_id] += length
    there = set(theirs.documents.tolist())
    alike = [one for one, name in names.items() if one in there and named_alike(name, names[mine])]
    chosen = [*(one for one, _ in votes.most_common(CANDIDATES)), *alike[:CANDIDATES]]
    excluded = {mine, *pair_records.rejected(session, mine)}
    return [one for one in dict.fromkeys(chosen) if one not in excluded]


def _likeness(
    session: Session,
    ours: LanguagePassages,
    theirs: LanguagePassages,
    mine: int,
    other: int,
    out: Nearest,
    same_name: bool,
) -> DocumentSimilarity:
    """Compare a document with one in the other language.

    Args:
        out: the nearest passages of ``theirs`` to the document's.
    """
    here, there = ours.of(mine), theirs.of(other)
    back = nearest(theirs.vectors[there], ours.vectors)
    row_of = {place: row for row, place in enumerate(there.tolist())}
    pairs = [
        (row, row_of[place])
        for row, place in enumerate(out.place.tolist())
        if place in row_of and back.place[row_of[place]] == here[row]
    ]
    lengths, other_lengths = ours.lengths[here], theirs.lengths[there]
    covered = min(
        sum(int(lengths[row]) for row, _ in pairs) / max(1, int(lengths.sum())),
        sum(int(other_lengths[row]) for _, row in pairs) / max(1, int(other_lengths.sum())),
    )
    leads = [float(2 * out.similarity[one] - out.crowd[one] - back.crowd[other]) for one, other in pairs]
    figures = frozenset().union(*_figures(session, ours.ids[here]))
    other_figures = frozenset().union(*_figures(session, theirs.ids[there]))
    worth = _worth(session, figures | other_figures, len(ours.ids) + len(theirs.ids))
    agreed, common = agreement(figures, other_figures, lambda figure: worth[figure])
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
    """Return for each passage the index words with a digit in them; ids ascend, in the order of reading."""
    found: list[frozenset[str]] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = sa.select(ChunkRow.text).where(ChunkRow.id.in_(ids[start : start + _AT_ONCE].tolist()))
        for text in session.scalars(query.order_by(ChunkRow.id)):
            found.append(_figures_in(text))
    return found


@lru_cache(maxsize=4096)  # a document is compared with several, and matched with one of them
def _figures_in(text: str) -> frozenset[str]:
    return frozenset(word for word in index_words(text) if any(map(str.isdigit, word)))


def _worth(session: Session, figures: frozenset[str], passages: int) -> dict[str, float]:
    """Return what each figure tells: the rarer, the more."""
    number = dict.fromkeys(figures, 1.0)
    named = sorted(figures)
    for start in range(0, len(named), _AT_ONCE):
        size = sa.func.sum(sa.func.length(PostingRow.postings))
        query = sa.select(PostingRow.word, size).where(PostingRow.word.in_(named[start : start + _AT_ONCE]))
        for word, size_bytes in session.execute(query.group_by(PostingRow.word)):
            number[word] = size_bytes / POSTING.itemsize
    return {figure: math.log(1 + passages / having) for figure, having in number.items()}


def _pairs(
    session: Session, both: dict[bool, LanguagePassages], chinese_id: int, english_id: int
) -> list[tuple[int, int]]:
    """Match the passages of two twins with each other."""
    ours, theirs = both[True].of(chinese_id), both[False].of(english_id)
    if not len(ours) or not len(theirs):
        return []
    ours_ids, theirs_ids = both[True].ids[ours], both[False].ids[theirs]
    figures, other_figures = _figures(session, ours_ids), _figures(session, theirs_ids)
    worth = _worth(session, frozenset().union(*figures, *other_figures), len(both[True].ids) + len(both[False].ids))
    cosines = both[True].vectors[ours] @ both[False].vectors[theirs].T
    matched = align(fit(cosines, figures, other_figures, worth))
    return [(int(ours_ids[i]), int(theirs_ids[j])) for i, j in matched]
