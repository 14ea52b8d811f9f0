"""Many files taken in at the same moment give the same index, to the last word and bit, as one after the other."""

from __future__ import annotations

import random
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import snowballstemmer
import sqlalchemy as sa

from ingest import pipeline
from ingest.context import IngestContext
from ingest.job import job_for
from ingest.workers.worker_pool import WorkerPool
from kb.core.errors import SinziError
from kb.core.settings import Settings
from kb.language import words
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.search.indexed_text import indexed_words
from kb.search.lexical.postings import BLOCK, OFFSET, POSTING
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow, DocumentRow, PostingRow, VersionRow

pytestmark = pytest.mark.slow
FILES = 16
STEMS = (
    "handl",
    "record",
    "assess",
    "observ",
    "consult",
    "regist",
    "deliver",
    "inspect",
    "depart",
    "suspend",
    "expect",
)
ENDINGS = ("ing", "ed", "s", "er", "ation", "able", "ment", "ness", "fully", "ization", "izing", "ised", "ings", "ies")
Index = dict[tuple[str, int], tuple[str, tuple[tuple[str, int], ...], bytes, bytes]]


@pytest.fixture
def quick_switches() -> Iterator[None]:
    """Let threads change places as often as Python can."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Texts of many English words that no other text has, with Chinese and Cantonese between them."""
    folder = tmp_path_factory.mktemp("documents")
    for number in range(FILES):
        chance = random.Random(number)
        lines = []
        for clause in range(1, 9):
            made = ["".join((chance.choice("bcdfgklmnprst"), chance.choice("aeiou"), stem)) for stem in STEMS]
            text = " ".join(stem + chance.choice(ENDINGS) for stem in made)
            lines.append(
                f"{clause}. {text.capitalize()} 職員須於{clause + number}日內遞交第{number}號表格，唔使影印。\n"
            )
        (folder / f"rules {number}.txt").write_text("\n".join(lines), encoding="utf-8")
    return sorted(folder.iterdir())


def _index(library: Library, vectors: VectorStore) -> Index:
    """Return what search knows of each chunk: its text, words with places and counts, and both copies of its vector."""
    with library.session() as session:
        chunks = session.execute(
            sa.select(ChunkRow.id, ChunkRow.ordinal, ChunkRow.text, ChunkRow.vector, DocumentRow.name)
            .join(VersionRow, VersionRow.id == ChunkRow.version_id)
            .join(DocumentRow, DocumentRow.id == VersionRow.document_id)
        ).all()
        postings: dict[int, list[tuple[str, int]]] = {}
        for row in session.scalars(sa.select(PostingRow).order_by(PostingRow.word)):
            for posting in np.frombuffer(row.postings, dtype=POSTING):
                chunk = row.block * BLOCK + int(posting & OFFSET)
                postings.setdefault(chunk, []).append((row.word, int(posting) >> 16))
    stored = vectors._use(lambda collection: collection.get(include=["embeddings"]))
    searched = dict(zip(map(int, stored["ids"]), stored["embeddings"], strict=True))
    return {
        (name, ordinal): (text, tuple(postings[chunk]), vector, np.asarray(searched[chunk], np.float32).tobytes())
        for chunk, ordinal, text, vector, name in chunks
    }


def _built(settings: Settings, workers: WorkerPool, slug: str, paths: list[Path], threads: int) -> Index:
    """Take the files in, each with a thread of its own, and return the index.

    The files are read and embedded one after the other by the worker processes; so that the threads meet at the index,
    each waits there for the others, and does the stage again, as after a crash.
    """
    tenant = tenants.create(settings, slug, slug)
    context = IngestContext(settings, workers)
    together = threading.Barrier(threads, action=words._stem.cache_clear)

    def step(name: str, stage: Callable[[], Any]) -> Any:
        try:
            if name == "index":
                try:
                    stage()
                finally:
                    together.wait(timeout=120)
            return stage()
        except Exception as error:
            raise SinziError("internal", reason=str(error)) from error  # the file fails, as in the queue

    jobs = [job_for(tenant, path, path.name, str(path), "main") for path in paths]
    with ThreadPoolExecutor(threads) as pool:
        list(pool.map(lambda job: pipeline.ingest(job, context, step), jobs))
    return _index(Library(tenant), VectorStore(settings, tenant, "main"))


@pytest.fixture(scope="module")
def workers(model_settings: Settings) -> Iterator[WorkerPool]:
    with WorkerPool(model_settings) as pool:
        yield pool


@pytest.fixture(scope="module")
def data(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return model_settings.model_copy(update={"data": tmp_path_factory.mktemp("threads") / "data"})


@pytest.fixture(scope="module")
def by_one_thread(data: Settings, workers: WorkerPool, documents: list[Path]) -> Index:
    index = _built(data, workers, "one-thread", documents, 1)
    assert len({name for name, _ in index}) == FILES
    assert len({word for _, postings, _, _ in index.values() for word, _ in postings}) > 500
    return index


@pytest.mark.usefixtures("quick_switches")
def test_many_threads_build_the_index_of_one(
    data: Settings, workers: WorkerPool, documents: list[Path], by_one_thread: Index
) -> None:
    assert _differing(by_one_thread, _built(data, workers, "many-threads", documents, FILES)) == []


@pytest.mark.usefixtures("quick_switches")
def test_threads_give_a_text_the_words_that_one_gives_it(
    documents: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Reading processes make the index words of files; threads make those of questions, renamed and restored texts."""
    texts = [path.read_text(encoding="utf-8") for path in documents]
    alone = [indexed_words(path.name, [], None, text) for path, text in zip(documents, texts, strict=True)]

    def by_threads() -> list[tuple[list[str], list[str]]]:
        together = threading.Barrier(FILES, action=words._stem.cache_clear)

        def found(path: Path, text: str) -> tuple[list[str], list[str]]:
            together.wait(timeout=120)
            return indexed_words(path.name, [], None, text)

        with ThreadPoolExecutor(FILES) as pool:
            return list(pool.map(found, documents, texts))

    assert all(by_threads() == alone for _ in range(3))

    class Shared:
        english = snowballstemmer.stemmer("english")

    monkeypatch.setattr(words, "_STEMMER", Shared())
    differs = False
    for _ in range(20):  # the comparison sees a stemmer that threads share: it gives other words, or fails
        try:
            differs = differs or by_threads() != alone
        except IndexError:
            differs = True
    words._stem.cache_clear()
    assert differs


def _differing(one: Index, other: Index) -> list[object]:
    if set(one) != set(other):
        return sorted(set(one) ^ set(other))
    return [key for key in one if one[key] != other[key]]
