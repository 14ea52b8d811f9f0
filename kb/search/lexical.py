"""The word index: BM25 over SQLite's FTS5, in the tenant's own records.

Words come from :mod:`kb.language.words`. FTS5 finds the candidates; since its own ``bm25()`` knows no weights
for the words of a query, the candidates are scored here, with the usual formula (Robertson & Zaragoza 2009,
eq. 3.15, with the non-negative idf of Lucene).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence

import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.search.query import Query

__all__ = ["add", "idf", "remove_version", "search"]

K1 = 1.2
B = 0.5
# What a hit in the title or heading path counts against one in the text.
HEADING_WEIGHT = 0.7
# Words below this weight (single characters inside a longer word) score, but bring no candidates of their own.
CANDIDATE_WEIGHT = 0.2
# Only so many of the most telling words bring candidates: a loose translation must not make a search slow.
MOST_WORDS = 14
_INSERT = sa.text("INSERT INTO chunk_words(rowid, body, heading, version_id) VALUES (:id, :body, :heading, :version)")
_VOCABULARY = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.chunk_vocabulary USING fts5vocab(main, chunk_words, row)"
_SEARCH = """
SELECT chunk_words.rowid, body, heading, chunks.language FROM chunk_words JOIN chunks ON chunks.id = chunk_words.rowid
WHERE chunk_words MATCH :match {versions} ORDER BY bm25(chunk_words, 1.0, 0.7) LIMIT :limit
"""


def add(session: Session, version_id: int, rows: Iterable[tuple[int, Sequence[str], Sequence[str]]]) -> None:
    """Add ``(chunk id, words of the text, words of title and headings)`` of one version."""
    values = [
        {"id": chunk_id, "body": " ".join(body), "heading": " ".join(heading), "version": version_id}
        for chunk_id, body, heading in rows
    ]
    if values:
        session.execute(_INSERT, values)


def remove_version(session: Session, version_id: int) -> None:
    """Delete all words of a version's chunks."""
    session.execute(sa.text("DELETE FROM chunk_words WHERE version_id = :version"), {"version": version_id})


def search(
    session: Session, query: Query, idf: dict[str, float], versions: Sequence[int], limit: int
) -> dict[int, float]:
    """Score chunks of ``versions`` that hold words of the question, each with the words of its own language.

    Returns:
        ``{chunk id: weighted BM25}``, at most ``limit`` candidates for the question's language and as many for the
        other. Chunks with none of the words are absent, so nothing has a zero score.
    """
    rows: dict[int, tuple[Counter[str], Counter[str], str]] = {}
    for words in (query.own, query.other):
        for row in _candidates(session, words, idf, versions, limit):
            rows[int(row[0])] = (Counter(row[1].split()), Counter(row[2].split()), str(row[3]))
    average = sum(body.total() for body, _, _ in rows.values()) / max(1, len(rows))
    scores = {
        chunk_id: _bm25(query.words_for(language), idf, body, heading, average)
        for chunk_id, (body, heading, language) in rows.items()
    }
    return {chunk_id: score for chunk_id, score in scores.items() if score > 0.0}


def _candidates(
    session: Session, words: dict[str, float], idf: dict[str, float], versions: Sequence[int], limit: int
) -> Sequence[sa.Row[int, str, str, str]]:
    there = [word for word in words if word in idf]
    seeking = [word for word in there if words[word] >= CANDIDATE_WEIGHT] or there
    if not seeking or not versions:
        return []
    telling = sorted(seeking, key=lambda word: -words[word] * idf[word])[:MOST_WORDS]
    # Numbers from our own records, not from a person: safe to stand in the statement.
    among = f"AND chunk_words.version_id IN ({','.join(str(int(one)) for one in versions)})"
    match = " OR ".join('"' + word.replace('"', '""') + '"' for word in telling)
    return session.execute(sa.text(_SEARCH.format(versions=among)), {"match": match, "limit": limit}).all()


def _bm25(
    words: dict[str, float], idf: dict[str, float], body: Counter[str], heading: Counter[str], average: float
) -> float:
    norm = K1 * (1 - B + B * body.total() / max(average, 1.0))
    score = 0.0
    for word, weight in words.items():
        frequency = body[word] + HEADING_WEIGHT * min(heading[word], 1)
        if frequency:
            score += weight * idf[word] * frequency * (K1 + 1) / (frequency + norm)
    return score


def idf(session: Session, words: list[str]) -> tuple[dict[str, float], float]:
    """Return ln(1 + (N − n + ½) / (n + ½)) of the words that occur, and the value of a word that occurs nowhere.

    N is the highest chunk id (removed chunks still count), which costs no scan; n comes from FTS5's own vocabulary.
    """
    session.execute(sa.text(_VOCABULARY))
    total = session.scalar(sa.text("SELECT max(id) FROM chunks")) or 0
    query = sa.text("SELECT term, doc FROM temp.chunk_vocabulary WHERE term IN :words").bindparams(
        sa.bindparam("words", expanding=True)
    )
    having = {str(term): int(number) for term, number in session.execute(query, {"words": words})}
    total = max([total, *having.values()])
    found = {word: math.log(1 + (total - number + 0.5) / (number + 0.5)) for word, number in having.items()}
    return found, math.log(1 + (total + 0.5) / 0.5)
