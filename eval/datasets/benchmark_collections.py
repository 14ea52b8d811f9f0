"""Reads test collections: BEIR folders, and TREC topics with qrels.

    BEIR   corpus.jsonl {_id, title, text} · queries.jsonl {_id, text, lang?} · qrels.tsv or qrels/<split>.tsv
           (query-id, corpus-id, score) · unanswerable.jsonl {_id, text, lang?} (optional)
    TREC   corpus.jsonl as above · topics.* (``<top>`` blocks, XML, or tab-separated) · qrels.* (topic 0 document grade)

The language of a query is its ``lang`` (or ``language``) field, unchanged. A query without that field gets the detected
language.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from eval.datasets import trec_files
from kb.core.errors import InputError
from kb.language.detect import detect

__all__ = ["BenchmarkQuery", "CorpusEntry", "Dataset", "load"]


@dataclass(frozen=True, slots=True)
class CorpusEntry:
    """One document of a test collection."""

    id: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class BenchmarkQuery:
    """One query of a test collection.

    Attributes:
        language: for example "yue", "zh-Hant" or "en".
        extra: the other fields of the line; the measures do not use them (gold answers, topic …).
    """

    id: str
    text: str
    language: str
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Dataset:
    """A test collection.

    Attributes:
        qrels: ``{query id: {document id: grade}}``. ``queries`` has only queries with at least one judged document.
        unanswerable: questions that the corpus cannot answer; they measure refusal.
        digest: SHA-256 of the corpus, in hexadecimal. It is part of the name of the collection's index.
    """

    name: str
    path: Path
    corpus: list[CorpusEntry]
    queries: list[BenchmarkQuery]
    qrels: dict[str, dict[str, int]]
    unanswerable: list[BenchmarkQuery]
    digest: str

    def limited(self, number: int | None) -> Dataset:
        """Return the collection with at most ``number`` queries.

        The choice depends only on the query ids: it is the same for every run and for every order of the file.
        ``None`` keeps all queries.
        """
        if number is None or number >= len(self.queries):
            return self
        chosen = {one.id for one in sorted(self.queries, key=_sampling_key)[:number]}
        queries = [one for one in self.queries if one.id in chosen]
        qrels = {key: value for key, value in self.qrels.items() if key in chosen}
        return Dataset(self.name, self.path, self.corpus, queries, qrels, self.unanswerable, self.digest)


def load(folder: Path) -> Dataset:
    """Read a test collection from its folder.

    Raises:
        InputError: ``dataset_invalid``, with the file, the line and the reason.
    """
    corpus = [
        CorpusEntry(str(row["_id"]), str(row.get("title") or ""), str(row["text"]))
        for row in _rows(folder / "corpus.jsonl", ("_id", "text"))
    ]
    queries = _queries(folder)
    qrels = _qrels(folder)
    known = {one.id for one in corpus}
    unknown = {document for judged in qrels.values() for document in judged} - known
    if unknown:
        raise _invalid(folder, f"qrels name documents that corpus.jsonl lacks: {', '.join(sorted(unknown)[:3])} …")
    unanswerable = folder / "unanswerable.jsonl"
    return Dataset(
        name=folder.resolve().name,
        path=folder,
        corpus=corpus,
        queries=[one for one in queries if qrels.get(one.id)],
        qrels=qrels,
        unanswerable=[_query(row) for row in _rows(unanswerable, ("_id", "text"))] if unanswerable.is_file() else [],
        digest=hashlib.sha256(repr(corpus).encode()).hexdigest(),
    )


def _queries(folder: Path) -> list[BenchmarkQuery]:
    path = folder / "queries.jsonl"
    if path.is_file():
        return [_query(row) for row in _rows(path, ("_id", "text"))]
    topics = next(iter(sorted(folder.glob("topics*"))), None)
    if topics is None:
        raise _invalid(folder, "neither queries.jsonl nor topics.*")
    return [BenchmarkQuery(key, text, detect(text).value) for key, text in trec_files.read_topics(topics)]


def _query(row: dict[str, Any]) -> BenchmarkQuery:
    text = str(row["text"])
    extra = {key: value for key, value in row.items() if key not in ("_id", "text", "lang", "language")}
    return BenchmarkQuery(
        str(row["_id"]), text, str(row.get("lang") or row.get("language") or detect(text).value), extra
    )


def _qrels(folder: Path) -> dict[str, dict[str, int]]:
    beir = [folder / "qrels.tsv", *(folder / "qrels" / f"{split}.tsv" for split in ("test", "dev", "train"))]
    path = next((path for path in beir if path.is_file()), None)
    if path is None:
        path = next(iter(sorted(folder.glob("qrels*"))), None)
    if path is None or not path.is_file():
        raise _invalid(folder, "no qrels.tsv, qrels/<split>.tsv or qrels.*")
    return trec_files.read_qrels(path)


def _rows(path: Path, required: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    """Yield the JSON objects of a file; each must have the ``required`` fields."""
    if not path.is_file():
        raise _invalid(path, "the file is missing")
    with path.open(encoding="utf-8") as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise _invalid(path, f"line {number} is not JSON") from error
            missing = [name for name in required if not isinstance(row, dict) or row.get(name) is None]
            if missing:
                raise _invalid(path, f"line {number} lacks {', '.join(missing)}")
            yield row


def _sampling_key(query: BenchmarkQuery) -> str:
    return hashlib.sha256(query.id.encode()).hexdigest()


def _invalid(path: Path, reason: str) -> InputError:
    return InputError("dataset_invalid", path=str(path), reason=reason)
