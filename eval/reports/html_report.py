"""Renders runs as one HTML page without external files, or as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from eval.datasets import trec_files
from eval.reports import svg_plots
from eval.runs.results import Result

__all__ = ["as_json", "page", "run_plots", "worst_questions"]

_DEPTH = 50
_PLOTTED_MEASURES = ("evidence@5", "fact in answer", "right document", "right page")


def page(results: list[Result], worst: int) -> str:
    """Return the HTML page of several runs, with the ``worst`` worst questions of each."""
    import jinja2

    environment = jinja2.Environment(loader=jinja2.PackageLoader("eval.reports"), autoescape=True, trim_blocks=True)
    runs = [{**run_content(one, worst), "plots": run_plots(one)} for one in results]
    return environment.get_template("report.html").render(runs=runs)


def as_json(results: list[Result], worst: int) -> str:
    """Return the page's content as JSON."""
    return json.dumps({"runs": [run_content(one, worst) for one in results]}, ensure_ascii=False, indent=1) + "\n"


def run_content(result: Result, worst: int) -> dict[str, Any]:
    """Return the content of one run: label, summary, worst questions and recall curves."""
    return {
        "label": result.label,
        "summary": result.summary,
        "worst": worst_questions(result, worst),
        "recall": recall_curves(result),
    }


def worst_questions(result: Result, number: int) -> list[dict[str, Any]]:
    """Return at most ``number`` questions with a wrong result, worst first; ``wrong`` describes the problem."""
    listed = _wrong_answers(result) if result.summary["kind"] == "answers" else _wrong_rankings(result)
    return [{**row, "wrong": wrong} for _, wrong, row in sorted(listed, key=lambda one: one[0])[:number]]


def _wrong_rankings(result: Result) -> Iterable[tuple[float, str, dict[str, Any]]]:
    system, name = next(iter(result.summary["systems"])), result.summary["measures"][0]
    for row in result.questions:
        value, rank = row["values"][system][name], row["rank"][system]
        if value < 1:
            yield value, f"{name} {value:.2f}, first at {rank or '–'}", row


def _wrong_answers(result: Result) -> Iterable[tuple[float, str, dict[str, Any]]]:
    for row in result.questions:
        values = row["values"]
        if not row["answerable"]:
            if not row["refused"]:
                yield 0.0, "answered, though the documents do not say", row
            continue
        failed = [name for name, value in values.items() if value is not None and value < 1 and name != "foreign"]
        if values.get("foreign"):
            failed.insert(0, "foreign passages")
        if failed:
            total = [value for name, value in values.items() if value is not None and name != "foreign"]
            yield sum(total) / max(1, len(total)), "not: " + ", ".join(failed), row


def recall_curves(result: Result) -> dict[str, list[tuple[int, float]]]:
    """Return ``{system: [(k, mean recall of the first k documents)]}`` from the run files."""
    judged = {row["id"]: row.get("relevant", {}) for row in result.questions}
    relevant = {query: {one for one, grade in grades.items() if grade > 0} for query, grades in judged.items()}
    curves: dict[str, list[tuple[int, float]]] = {}
    for system in result.summary.get("systems", {}):
        run = trec_files.read_run(result.path / f"{system}.run")
        totals = [0.0] * (_DEPTH + 1)
        for query, wanted in relevant.items():
            ranked = sorted(run.get(query, {}), key=lambda one, of=query: -run[of][one])[:_DEPTH]  # type: ignore[misc]
            for k, document in enumerate(ranked, 1):
                if document in wanted:
                    for deeper in range(k, _DEPTH + 1):
                        totals[deeper] += 1 / len(wanted)
        curves[system] = [(k, round(totals[k] / max(1, len(relevant)), 4)) for k in range(1, _DEPTH + 1)]
    return curves


def run_plots(result: Result) -> list[str]:
    """Return the plots of a run as SVG figures; their colours come from the page's style sheet."""
    summary = result.summary
    drawn = _answer_plots(summary) if summary["kind"] == "answers" else _retrieval_plots(result)
    taken = sorted(float(row["ms"]) for row in result.questions if row.get("ms") is not None)
    share = [(ms, (index + 1) / len(taken)) for index, ms in enumerate(taken)]
    return [*drawn, svg_plots.line_chart("Share of questions done in time", {"questions": share}, "milliseconds")]


def _retrieval_plots(result: Result) -> list[str]:
    summary, name = result.summary, result.summary["measures"][0]
    groups = {
        group: {system: _interval(by_group[group][name]) for system, by_group in summary["systems"].items()}
        for group in summary["groups"]
    }
    curves = {system: [(float(k), value) for k, value in points] for system, points in recall_curves(result).items()}
    return [
        svg_plots.bar_chart(f"{name} per language", groups),
        svg_plots.line_chart("Recall of the first k documents", curves, "k"),
    ]


def _answer_plots(summary: dict[str, Any]) -> list[str]:
    plain = [group for group in summary["groups"] if " " not in group]
    drawn = []
    for split in plain:
        inside = [group for group in summary["groups"] if group.startswith(f"{split} ")]
        groups = {group.removeprefix(f"{split} "): _intervals(summary["table"][group]) for group in (inside or [split])}
        drawn.append(svg_plots.bar_chart(f"{split}", {group: series for group, series in groups.items() if series}))
    curve = summary["refusal"]["all"]["curve"]
    if curve:
        series = {
            key: [(one["threshold"], one[key]) for one in curve if one[key] is not None]
            for key in ("precision", "recall", "answered")
        }
        drawn.append(svg_plots.line_chart("Refusal over the threshold on confidence", series, "threshold"))
    return drawn


def _intervals(table: dict[str, Any]) -> dict[str, svg_plots.Interval]:
    return {name: _interval(table[name]) for name in _PLOTTED_MEASURES if name in table}


def _interval(value: dict[str, float]) -> svg_plots.Interval:
    return value["mean"], value["low"], value["high"]
