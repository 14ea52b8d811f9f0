"""Summarises runs: tables per system and language with intervals, paired tests, and a row per query."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from eval.datasets import trec_files
from eval.datasets.benchmark_collections import BenchmarkQuery, Dataset
from eval.measures import retrieval_measures

__all__ = ["summarise"]


def summarise(
    dataset: Dataset, runs: dict[str, trec_files.Run], names: Sequence[str]
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the summary of the runs and one row per query.

    Args:
        runs: ``{system: run}``; the paired tests compare each other system with the first.
        names: measures, see :mod:`eval.measures.retrieval_measures`.

    Returns:
        The content of ``run.json`` without its metadata, and the rows of ``questions.jsonl``; see
        :mod:`eval.runs.results`.
    """
    values = {system: retrieval_measures.per_query(names, dataset.qrels, ranked) for system, ranked in runs.items()}
    groups = _queries_by_language(dataset.queries)
    tables = {
        system: {
            group: {name: retrieval_measures.estimate(by[name][one] for one in ids).as_dict() for name in names}
            for group, ids in groups.items()
        }
        for system, by in values.items()
    }
    summary: dict[str, Any] = {
        "kind": "retrieval",
        "subject": dataset.name,
        "documents": len(dataset.corpus),
        "queries": len(dataset.queries),
        "groups": {group: len(ids) for group, ids in groups.items()},
        "measures": list(names),
        "systems": tables,
        "tests": _paired_tests(values, groups, names),
    }
    rows = [
        {
            "id": query.id,
            "question": query.text,
            "language": query.language,
            "relevant": dataset.qrels[query.id],
            "values": {system: {name: round(by[name][query.id], 4) for name in names} for system, by in values.items()},
            "rank": {
                system: _first_relevant_rank(ranked.get(query.id, {}), dataset.qrels[query.id])
                for system, ranked in runs.items()
            },
        }
        for query in dataset.queries
    ]
    return summary, rows


def _queries_by_language(queries: Sequence[BenchmarkQuery]) -> dict[str, list[str]]:
    """Return the query ids of each language, and of all queries as "all"."""
    groups: dict[str, list[str]] = {"all": [query.id for query in queries]}
    for language in sorted({query.language for query in queries}):
        groups[language] = [query.id for query in queries if query.language == language]
    return groups


def _paired_tests(
    values: dict[str, retrieval_measures.Values], groups: dict[str, list[str]], names: Sequence[str]
) -> list[dict[str, Any]]:
    """Compare every other system with the first, per measure and language."""
    systems = list(values)
    tests = []
    for other in systems[1:]:
        for group, ids in groups.items():
            for name in names:
                first = [values[systems[0]][name][one] for one in ids]
                second = [values[other][name][one] for one in ids]
                difference = float(np.mean(first) - np.mean(second)) if ids else 0.0
                p = retrieval_measures.paired_test(first, second)
                tests.append(
                    {
                        "systems": [systems[0], other],
                        "group": group,
                        "measure": name,
                        "difference": round(difference, 4),
                        "p": round(p, 5),
                    }
                )
    return tests


def _first_relevant_rank(documents: dict[str, float], relevant: dict[str, int]) -> int | None:
    """Return the rank of the first relevant document, counted from 1; ``None`` if the run has none."""
    order = sorted(documents, key=lambda one: -documents[one])
    return next((rank for rank, one in enumerate(order, 1) if relevant.get(one, 0) > 0), None)
