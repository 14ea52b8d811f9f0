"""Runs that measure retrieval: the queries of a test collection, searched with the product's retriever."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from eval.datasets import collection_index, trec_files
from eval.datasets.benchmark_collections import Dataset
from eval.measures import retrieval_measures
from eval.measures.run_summary import summarise
from eval.runs import results
from eval.runs.search_systems import SYSTEMS, document_scores
from eval.runs.speed.latency import percentiles
from kb.core.settings import Settings
from kb.search.passage import Passage
from kb.search.retriever import Retriever

__all__ = ["run"]

_NO_LIMIT = 100_000  # more passages than there are candidates
_REPORT_PASSAGES = 3  # passages of a query in the report
_REPORT_CHARS = 300


def run(
    settings: Settings,
    dataset: Dataset,
    *,
    systems: Sequence[str] = ("hybrid", "dense", "lexical"),
    names: Sequence[str] = retrieval_measures.DEFAULT_MEASURES,
    name: str | None = None,
    progress: collection_index.Progress = lambda step, done, total: None,
) -> Path:
    """Index the collection if needed, search every query, compute the measures and write the result.

    Systems with the same query and ranking weights share one search. The times and the passages in the report are those
    of the first system.

    Returns:
        The folder of the result (see :mod:`eval.runs.results`).
    """
    index_settings, tenant = collection_index.ensure(settings, dataset, progress)
    retriever = Retriever(index_settings, tenant)
    retriever.retrieve("warm 暖機")  # loads the model, so that the first query is not slower
    runs: dict[str, trec_files.Run] = {system: {} for system in systems}
    found: dict[str, list[Passage]] = {}
    milliseconds: dict[str, float] = {}
    searches = list(dict.fromkeys((SYSTEMS[system].read, SYSTEMS[system].ranking) for system in systems))
    for done, query in enumerate(dataset.queries, 1):
        for read, retriever.ranking in searches:
            started = time.perf_counter()
            passages = retriever.search(read(retriever, query.text), limit=_NO_LIMIT).passages
            milliseconds.setdefault(query.id, (time.perf_counter() - started) * 1000)
            found.setdefault(query.id, passages[:_REPORT_PASSAGES])
            for system in systems:
                if (SYSTEMS[system].read, SYSTEMS[system].ranking) == (read, retriever.ranking):
                    runs[system][query.id] = document_scores(passages, SYSTEMS[system])
        progress("ask", done, len(dataset.queries))
    summary, questions = summarise(dataset, runs, names)
    for row in questions:
        row["found"] = [_report_passage(passage) for passage in found[row["id"]]]
        row["ms"] = round(milliseconds[row["id"]], 1)
    summary |= results.run_metadata(index_settings) | {"ms": percentiles(list(milliseconds.values()))}
    folder = results.collection_run_folder(collection_index.bench_folder(settings), dataset.name, name)
    results.write(folder, summary, questions)
    for system, ranked in runs.items():
        trec_files.write_run(folder / f"{system}.run", ranked, system)
    return folder


def _report_passage(passage: Passage) -> dict[str, Any]:
    return {
        "document": passage.document,
        "clause": passage.clause,
        "score": passage.score,
        "why": passage.why,
        "text": passage.text[:_REPORT_CHARS],
    }
