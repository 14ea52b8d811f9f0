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

__all__ = ["add", "idf", "remove_version", "search"]

K1 = 1.2
B = 0.5
# What a hit in the title or heading path counts against one in the text.
HEADING_WEIGHT = 0.7
# Words below this weight (single characters inside a longer word) score, but bring no candidates of their own.
CANDIDATE_WEIGHT = 0.2
_INSERT = sa.text("INSERT INTO chunk_words(rowid, body, heading, version_id) VALUES (:id, :body, :heading, :version)")
_VOCABULARY = (
    "CREATE VIRTUAL TABLE IF NOT EXISTS temp.chunk_vocabulary USING fts5vocab(main, chunk_words, row)"
)
_SEARCH = """
SELECT rowid, body, heading FROM chunk_words
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


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def search(
    session: Session, words: dict[str, float], idf: dict[str, float], versions: Sequence[int], limit: int
) -> list[tuple[int, float]]:
    """Score the chunks of ``versions`` that hold any of the weighted ``words``.

    Returns:
        ``[(chunk id, weighted BM25)]`` best first. Chunks with none of the words are absent, so nothing has a
        zero score.
    """
    seeking = [word for word, weight in words.items() if weight >= CANDIDATE_WEIGHT] or list(words)
    if not seeking or not versions:
        return []
    # Numbers from our own records, not from a person: safe to stand in the statement.
    among = f"AND version_id IN ({','.join(str(int(one)) for one in versions)})"
    rows = session.execute(
        sa.text(_SEARCH.format(versions=among)),
        {"match": " OR ".join(_quoted(word) for word in seeking), "limit": limit},
    ).all()
    counts = [(int(row[0]), Counter(row[1].split()), Counter(row[2].split())) for row in rows]
    average = sum(body.total() for _, body, _ in counts) / max(1, len(counts))
    scored = [(chunk_id, _bm25(words, idf, body, heading, average)) for chunk_id, body, heading in counts]
    return sorted(scored, key=lambda pair: (-pair[1], pair[0]))


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


def idf(session: Session, words: list[str]) -> dict[str, float]:
    """Return ln(1 + (N − n + ½) / (n + ½)) over all chunks of the tenant; n from FTS5's own vocabulary."""
    session.execute(sa.text(_VOCABULARY))
    total = session.scalar(sa.text("SELECT count(*) FROM chunks")) or 1
    query = sa.text("SELECT term, doc FROM temp.chunk_vocabulary WHERE term IN :words").bindparams(
        sa.bindparam("words", expanding=True)
    )
    having = {term: int(number) for term, number in session.execute(query, {"words": words})}
    return {word: math.log(1 + (total - having.get(word, 0) + 0.5) / (having.get(word, 0) + 0.5)) for word in words}
