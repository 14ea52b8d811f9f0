"""The word index: the same ranking as plain BM25 over every chunk, and always what the records say now."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from kb.core.settings import Settings
from kb.language.detect import Language
from kb.library.documents import Library
from kb.publishing import version_writer
from kb.search.lexical import bm25, postings, word_index
from kb.search.lexical.bm25 import HEADING_WEIGHT, K1, B
from kb.search.lexical.word_index import WordIndex
from kb.search.query import Query, QueryName, Words
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.database import open_engine
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from tests.helpers.migrations import upgrade
from tests.helpers.shelf import Shelf

Entry = tuple[int, list[str], list[str]]


class RandomWords:
    """A tenant whose chunks are random words: rare and frequent ones, in Chinese and English, in two versions."""

    def __init__(self, settings: Settings, chunks: int, first: int = 1) -> None:
        self.library = Library(tenants.create(settings, "random", "random"))
        random = np.random.default_rng(7)
        self.language: dict[int, str] = {}
        self.version: dict[int, int] = {}
        self.entries: dict[int, Entry] = {}
        with self.library.transaction() as session:
            self.versions = _versions(session, 2)
            for chunk_id in range(first, first + chunks):
                body = [f"w{int(one)}" for one in np.minimum(random.zipf(1.3, random.integers(5, 60)), 400)]
                heading = [f"w{int(one)}" for one in random.integers(1, 50, 3)]
                self.entries[chunk_id] = (chunk_id, body, heading)
                self.language[chunk_id] = "en" if random.random() < 0.3 else "zh-Hant"
                self.version[chunk_id] = self.versions[int(random.integers(0, 2))]
                session.add(_chunk(chunk_id, self.version[chunk_id], self.language[chunk_id]))
            session.flush()
            for version in self.versions:
                word_index.add(
                    session, version, [one for key, one in self.entries.items() if self.version[key] == version]
                )

    def ranking(self, query: Query, versions: list[int]) -> dict[int, float]:
        """Plain BM25: every chunk of the versions and of no others, every word, in pure Python."""
        searched = [one for one in self.entries.values() if self.version[one[0]] in versions]
        having = Counter(word for _, body, heading in searched for word in {*body, *heading})
        total = len(searched)
        average = sum(len(body) for _, body, _ in searched) / total
        scores = {}
        for chunk_id, body, heading in searched:
            norm = K1 * (1 - B + B * len(body) / average)
            score = 0.0
            for word, weight in query.words_for(self.language[chunk_id]).items():
                times = body.count(word) + HEADING_WEIGHT * (word in heading)
                idf = math.log(1 + (total - having[word] + 0.5) / (having[word] + 0.5))
                score += weight * idf * times * (K1 + 1) / (times + norm)
            if score:
                scores[chunk_id] = score
        return scores


def _versions(session: Session, number: int) -> list[int]:
    collection = CollectionRow(slug="main", name="main")
    session.add(collection)
    session.flush()
    document = DocumentRow(collection_id=collection.id, name="random")
    session.add(document)
    session.flush()
    rows = [VersionRow(document_id=document.id, number=n, sha256=str(n), size_bytes=1) for n in range(number)]
    session.add_all(rows)
    session.flush()
    return [row.id for row in rows]


def _chunk(chunk_id: int, version: int, language: str) -> ChunkRow:
    row = ChunkRow(id=chunk_id, version_id=version, ordinal=chunk_id, kind="text", language=language, vector=b"")
    row.text, row.tokens = "", 0
    row.heading_path, row.clauses, row.pages, row.page_starts, row.boxes = [], [], [], [], []
    return row


def _query(own: Words, other: Words) -> Query:
    names = [QueryName(False, {"unheard of": 2.0}, {word: weight}, 1.0) for word, weight in other.items()]
    return Query("?", Language.TRADITIONAL, ["?"], own, own, other, names)


QUERIES = [
    _query({"w1": 0.15, "w2": 1.0, "w7": 0.6, "w30": 1.0, "w399": 1.0}, {"w3": 1.0, "w45": 0.4}),
    _query({"w1": 0.15, "w2": 0.15, "w3": 0.25}, {"w1": 1.0}),
    _query({"w11": 1.0, "w1": 0.2, "never": 1.0}, {}),
]


@pytest.mark.parametrize("pruned", [False, True])
@pytest.mark.parametrize("query", QUERIES)
def test_the_ranking_is_plain_bm25(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, query: Query, pruned: bool
) -> None:
    if pruned:
        monkeypatch.setattr(bm25, "MAX_POSTINGS", 0)
        monkeypatch.setattr(bm25, "SELECTED", 60)
    # from 8,000 on: the chunks lie in two blocks of the index
    made = RandomWords(settings, chunks=400, first=postings.BLOCK - 200)
    for versions in (made.versions, made.versions[:1]):
        found = WordIndex(made.library).search(query, versions, 10).scores
        plain = made.ranking(query, versions)
        for language in ("zh-Hant", "en"):
            here = {one: score for one, score in found.items() if made.language[one] == language}
            best = sorted((score for one, score in plain.items() if made.language[one] == language), reverse=True)[:10]
            assert sorted(here.values(), reverse=True) == pytest.approx(best, rel=1e-4)
            assert here == pytest.approx({one: plain[one] for one in here}, rel=1e-4)


def test_words_that_occur_nowhere_are_worth_most(settings: Settings) -> None:
    leg = WordIndex(RandomWords(settings, chunks=50).library).search(QUERIES[2], [1, 2], 10)
    assert "never" not in leg.idf
    assert leg.unseen_idf > leg.idf["w11"] > leg.idf["w1"]


def test_a_version_is_found_as_soon_as_it_is_published_and_never_after_its_removal(settings: Settings) -> None:
    shelf = Shelf(settings)
    shelf.put("a.txt", "年假十日。\n院友跌倒須通知家屬。")
    retriever = Retriever(settings, shelf.tenant)

    def lexical_hits(question: str) -> list[str]:
        return [one.text for one in retriever.retrieve(question) if one.why["lexical"] > 0]

    assert lexical_hits("年假") == ["年假十日。"]
    second = shelf.begin("b.txt", "另表預先呈交。")
    shelf.fill(second, "另表預先呈交。")
    assert lexical_hits("預先呈交") == []
    version_writer.publish(shelf.library, shelf.store, second)
    assert lexical_hits("預先呈交") == ["另表預先呈交。"]
    shelf.remove("b.txt")
    assert lexical_hits("預先呈交") == []
    assert lexical_hits("年假") == ["年假十日。"]


def test_nothing_of_a_removed_version_stays(settings: Settings) -> None:
    made = RandomWords(settings, chunks=60)
    first, second = made.versions
    with made.library.transaction() as session:
        word_index.remove_version(session, first)
    left = {chunk_id: entry for chunk_id, entry in made.entries.items() if made.version[chunk_id] == second}
    with made.library.session() as session:
        assert postings.chunk_ids(session) == set(left)
        words = set(session.scalars(sa.text("SELECT word FROM postings")))
    assert words == {word for _, body, heading in left.values() for word in {*body, *heading}}
    with made.library.transaction() as session:
        word_index.remove_version(session, second)
    with made.library.session() as session:
        assert session.scalar(sa.text("SELECT count(*) FROM postings")) == 0
        assert session.scalar(sa.text("SELECT count(*) FROM word_blocks")) == 0


def test_sweeping_leaves_the_words_of_chunks_that_are_there(settings: Settings) -> None:
    made = RandomWords(settings, chunks=30)
    with made.library.transaction() as session:
        session.execute(sa.delete(ChunkRow).where(ChunkRow.id > 20))
        word_index.sweep(session)
    with made.library.session() as session:
        assert postings.chunk_ids(session) == set(range(1, 21))


def test_a_chunk_is_not_counted_twice(settings: Settings) -> None:
    made = RandomWords(settings, chunks=5)
    entry = made.entries[1]
    with pytest.raises(ValueError, match="already"), made.library.transaction() as session:
        word_index.add(session, made.version[1], [entry])


def test_the_first_release_s_words_are_taken_over(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old = sa.create_engine(f"sqlite:///{path}")
    upgrade(old, "tenant", "t0001")
    with old.begin() as connection:
        connection.execute(
            sa.text(
                "INSERT INTO chunks(id, version_id, ordinal, kind, language, heading_path, text, clauses, pages, "
                "page_starts, boxes, tokens, vector) "
                "VALUES (3, 1, 0, 'text', 'en', '[]', '', '[]', '[]', '[]', '[]', 0, x'')"
            )
        )
        connection.execute(sa.text("INSERT INTO chunk_words VALUES ('sick leav sick', 'rule', 1)"))
        connection.execute(sa.text("UPDATE chunk_words SET rowid = 3"))
    old.dispose()
    engine = open_engine(path, "tenant")
    with Session(engine) as session:
        assert postings.chunk_ids(session) == {3}
        times = {
            word: int(np.frombuffer(blob, postings.POSTING)[0] >> postings.TIMES)
            for _, word, blob in postings.find(session, [0], ["sick", "leav", "rule"])
        }
    engine.dispose()
    assert times == {"sick": 2, "leav": 1, "rule": 0}
