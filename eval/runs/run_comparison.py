"""Compares two runs over the same questions: differences, significance, and the questions that gained and lost."""

from __future__ import annotations

from typing import Any

import numpy as np

from eval.measures import retrieval_measures
from eval.runs.results import Result
from kb.core.errors import InputError

__all__ = ["compare"]

Rows = dict[str, dict[str, Any]]


def compare(before: Result, after: Result, system: str = "hybrid") -> dict[str, Any]:
    """Return ``{"rows": [per group and measure], "gained": [...], "lost": [...], "sort_measure": name}``.

    Only questions that are in both runs count. For each measure, only questions that have a value in both runs count.
    Gains and losses are sorted by ``sort_measure``: "fact in answer" if both have it, otherwise the first measure.

    Args:
        system: which system of retrieval runs; answer runs ignore it.

    Raises:
        InputError: ``runs_differ``: the kinds differ, a run lacks the system, or the runs share no question.
    """
    kinds = {before.summary["kind"], after.summary["kind"]}
    if len(kinds) > 1:
        raise InputError("runs_differ", reason=" / ".join(sorted(kinds)))
    first, second = _values(before, system), _values(after, system)
    shared = [one for one in first if one in second]
    if not shared:
        raise InputError("runs_differ", reason=f"{before.label}, {after.label}: no question in common")
    names = [name for name in before.summary["measures"] if name in after.summary["measures"]]
    texts = {row["id"]: row for row in before.questions}
    rows = [
        _row(group, name, [(first[one][name], second[one][name]) for one in ids])
        for group, ids in _groups(shared, texts).items()
        for name in names
    ]
    sort_measure = _sort_measure(names)
    changed = sorted(
        (
            {
                "id": one,
                "question": texts[one]["question"],
                "language": texts[one]["language"],
                "before": first[one][sort_measure],
                "after": second[one][sort_measure],
            }
            for one in shared
            if first[one][sort_measure] is not None
            and second[one][sort_measure] is not None
            and first[one][sort_measure] != second[one][sort_measure]
        ),
        key=lambda one: one["after"] - one["before"],
    )
    return {
        "before": before.label,
        "after": after.label,
        "questions": len(shared),
        "sort_measure": sort_measure,
        "left_out": len(first) + len(second) - 2 * len(shared),
        "rows": [row for row in rows if row["n"]],
        "lost": [one for one in changed if one["after"] < one["before"]],
        "gained": [one for one in reversed(changed) if one["after"] > one["before"]],
    }


def _sort_measure(names: list[str]) -> str:
    return "fact in answer" if "fact in answer" in names else names[0]


def _values(result: Result, system: str) -> Rows:
    if result.summary["kind"] == "answers":
        return {row["id"]: row["values"] for row in result.questions}
    if system not in result.summary["systems"]:
        raise InputError("runs_differ", reason=f"{result.label}: {system}?")
    return {row["id"]: row["values"][system] for row in result.questions}


def _groups(ids: list[str], rows: Rows) -> dict[str, list[str]]:
    groups = {"all": ids}
    for key in ("split", "language"):
        for value in sorted({str(rows[one].get(key) or "") for one in ids} - {""}):
            groups[value] = [one for one in ids if rows[one].get(key) == value]
    return groups


def _row(group: str, name: str, pairs: list[tuple[float | None, float | None]]) -> dict[str, Any]:
    both = [(one, other) for one, other in pairs if one is not None and other is not None]
    before, after = [one for one, _ in both], [other for _, other in both]
    difference = np.subtract(after, before)
    low, high = retrieval_measures.bootstrap(list(difference))
    return {
        "group": group,
        "measure": name,
        "n": len(both),
        "before": round(float(np.mean(before)), 4) if both else 0.0,
        "after": round(float(np.mean(after)), 4) if both else 0.0,
        "difference": round(float(difference.mean()), 4) if both else 0.0,
        "low": round(low, 4),
        "high": round(high, 4),
        "p": round(retrieval_measures.paired_test(after, before), 5),
    }
