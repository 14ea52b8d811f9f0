"""Retrieval measured: a test collection asked through the product's own retriever.

One search answers for every system. ``hybrid`` is what the product returns, as it returns it; ``dense`` and
``lexical`` are the same candidates in the order of the score each leg gave them (``Passage.why``), so nothing of
the search is built a second time here. A document's score is that of its best passage.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from eval import index, measures, results, trec
from eval.datasets import Dataset, Query
from kb.search.passage import Passage
from kb.search.retriever import Retriever
from kb.settings import Settings

__all__ = ["SYSTEMS", "languages_of", "run", "summarise"]

_EVERYTHING = 100_000  # more passages than there are candidates
_DEPTH = 100  # documents of a run
_SHOWN = 3  # passages kept for the report
_SHOWN_CHARS = 300


def _as_returned(passage: Passage, place: int) -> float:
    return -float(place)


def _dense(passage: Passage, _place: int) -> float:
    return passage.why["dense"]


def _lexical(passage: Passage, _place: int) -> float:
    return passage.why["lexical"] or float("-inf")  # none of the words: not found by this leg


SYSTEMS: dict[str, Callable[[Passage, int], float]] = {"hybrid": _as_returned, "dense": _dense, "lexical": _lexical}


def run(
    settings: Settings,
    dataset: Dataset,
    *,
    systems: Sequence[str] = ("hybrid", "dense", "lexical"),
    names: Sequence[str] = measures.DEFAULT,
    name: str | None = None,
    progress: index.Progress = lambda step, done, total: None,
) -> Path:
    """Index the collection where needed, ask every query, measure, and keep the result.

    Returns:
        The folder of the result (see :mod:`eval.results`).
    """
    inside, tenant = index.ensure(settings, dataset, progress)
    retriever = Retriever(inside, tenant)
    retriever.retrieve("warm 暖機")  # the model loads outside the clock
    runs: dict[str, trec.Run] = {system: {} for system in systems}
    found: dict[str, list[Passage]] = {}
    milliseconds: dict[str, float] = {}
    for done, query in enumerate(dataset.queries, 1):
        started = time.perf_counter()
        passages = retriever.search(retriever.read(query.text), limit=_EVERYTHING).passages
        milliseconds[query.id] = (time.perf_counter() - started) * 1000
        found[query.id] = passages[:_SHOWN]
        for system in systems:
            runs[system][query.id] = _documents(passages, system)
        progress("ask", done, len(dataset.queries))
    summary, questions = summarise(dataset, runs, names)
    for row in questions:
        row["found"] = [_shown(passage) for passage in found[row["id"]]]
        row["ms"] = round(milliseconds[row["id"]], 1)
    summary |= results.circumstances(inside) | {"ms": _times(list(milliseconds.values()))}
    folder = results.folder_for(index.bench_folder(settings), dataset.name, name)
    results.write(folder, summary, questions)
    for system, ranked in runs.items():
        trec.write_run(folder / f"{system}.run", ranked, system)
    return folder


def _documents(passages: list[Passage], system: str) -> dict[str, float]:
    """Return a query's documents with strictly falling scores, so that no tie is left to trec_eval's own rule."""
    score = SYSTEMS[system]
    scored = [(score(passage, place), passage) for place, passage in enumerate(passages)]
    # equal scores: by chunk, so that a leg's order is not borrowed from the fusion
    scored.sort(key=lambda pair: (-pair[0], pair[1].chunk_id))
    best: dict[str, float] = {}
    for value, passage in scored:
        if value > float("-inf") and len(best) < _DEPTH:
            best.setdefault(passage.document, value)
    return {document: float(len(best) - rank) for rank, document in enumerate(best)}


def summarise(
    dataset: Dataset, runs: dict[str, trec.Run], names: Sequence[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Measure runs: tables per system and language with intervals, paired tests, and a row per query."""
    values = {system: measures.per_query(names, dataset.qrels, ranked) for system, ranked in runs.items()}
    groups = languages_of(dataset.queries)
    tables = {
        system: {
            group: {name: measures.estimate(by[name][one] for one in ids).as_dict() for name in names}
            for group, ids in groups.items()
        }
        for system, by in values.items()
    }
    summary: dict[str, Any] = {
        "kind": "retrieval", "subject": dataset.name, "documents": len(dataset.corpus), "queries": len(dataset.queries),
        "groups": {group: len(ids) for group, ids in groups.items()}, "measures": list(names), "systems": tables,
        "tests": _tests(values, groups, names),
    }
    rows = [
        {
            "id": query.id, "question": query.text, "language": query.language,
            "relevant": dataset.qrels[query.id],
            "values": {system: {name: round(by[name][query.id], 4) for name in names} for system, by in values.items()},
            "rank": {system: _rank(ranked.get(query.id, {}), dataset.qrels[query.id]) for system, ranked in runs.items()},
        }
        for query in dataset.queries
    ]
    return summary, rows


def languages_of(queries: Sequence[Query]) -> dict[str, list[str]]:
    """Return query ids per language and under "all"."""
    groups: dict[str, list[str]] = {"all": [query.id for query in queries]}
    for language in sorted({query.language for query in queries}):
        groups[language] = [query.id for query in queries if query.language == language]
    return groups


def _tests(values: dict[str, measures.Values], groups: dict[str, list[str]], names: Sequence[str]) -> list[dict[str, Any]]:
    """Every other system against the first, per measure and language."""
    systems = list(values)
    tests = []
    for other in systems[1:]:
        for group, ids in groups.items():
            for name in names:
                first = [values[systems[0]][name][one] for one in ids]
                second = [values[other][name][one] for one in ids]
                difference = float(np.mean(first) - np.mean(second)) if ids else 0.0
                p = measures.paired_test(first, second)
                tests.append({"systems": [systems[0], other], "group": group, "measure": name,
                              "difference": round(difference, 4), "p": round(p, 5)})
    return tests


def _rank(documents: dict[str, float], relevant: dict[str, int]) -> int | None:
    """Return the place of the first relevant document, from 1."""
    order = sorted(documents, key=lambda one: -documents[one])
    return next((rank for rank, one in enumerate(order, 1) if relevant.get(one, 0) > 0), None)


def _shown(passage: Passage) -> dict[str, Any]:
    return {"document": passage.document, "clause": passage.clause, "score": passage.score, "why": passage.why,
            "text": passage.text[:_SHOWN_CHARS]}


def _times(milliseconds: list[float]) -> dict[str, float]:
    p50, p95 = np.percentile(milliseconds, [50, 95]) if milliseconds else (0.0, 0.0)
    return {"p50": round(float(p50), 1), "p95": round(float(p95), 1)}
