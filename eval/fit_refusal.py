"""Fit the weights of the refusal decision (``assistant/answers/refusal.json``).

    python -m eval.fit_refusal --samples data/samples --set FOLDER…

Examples are questions with an answer and without one. Besides the unanswerable questions of the files, every
answerable one gives a hard unanswerable example: the same question with the documents that answer it taken away.
Only questions of the "dev" split of the samples are used. Questions a person asked weigh twice the made ones, and
answerable and unanswerable ones the same; the threshold is the one with the best F1 of refusal, in cross-validation,
on the questions a person asked.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.answers.refusal import FEATURES, features
from assistant.chat import searched
from assistant.evidence import gather
from eval import datasets, index, questions
from eval.questions import Question
from kb import tenants
from kb.library import Holding
from kb.search.retriever import Retriever
from kb.settings import Settings
from kb.tenants import Tenant

__all__ = ["Example", "fit"]


@dataclass(frozen=True, slots=True)
class Example:
    """Features of one question's evidence, whether it was answerable, and whether a person asked it so."""

    values: list[float]
    answerable: bool
    real: bool
    source: str


class _Without(Retriever):
    """A retriever that does not see some documents."""

    def __init__(self, settings: Settings, tenant: Tenant, names: set[str]) -> None:
        super().__init__(settings, tenant)
        self.names = names

    def _in_force(self, day: date, collections: Sequence[str] | None) -> list[Holding]:
        return [one for one in super()._in_force(day, collections) if one.document.name not in self.names]


def _example(retriever: Retriever, text: str, day: date | None, answerable: bool, real: bool, source: str) -> Example:
    evidence = gather(retriever, text, None, day)
    values = features(evidence) if evidence.passages else dict.fromkeys(FEATURES, 0.0)
    return Example([values[name] for name in FEATURES], answerable, real, source)


def _of_samples(settings: Settings, folder: Path) -> Iterator[Example]:
    for tenant in tenants.listing(settings):
        path = folder / tenant.slug / "questions.jsonl"
        for asked in questions.read(path) if path.is_file() else []:
            if asked.split == "dev":
                yield from _of_question(settings, tenant, asked)


def _of_question(settings: Settings, tenant: Tenant, asked: Question) -> Iterator[Example]:
    text = searched(asked.question, asked.history)
    yield _example(Retriever(settings, tenant), text, asked.as_of, asked.answerable, True, tenant.slug)
    if asked.answerable:
        gone = {place.document for place in asked.documents}
        yield _example(_Without(settings, tenant, gone), text, asked.as_of, False, False, tenant.slug)


def _of_set(settings: Settings, folder: Path, most: int) -> Iterator[Example]:
    dataset = datasets.load(folder)
    inside, tenant = index.ensure(settings, dataset, lambda step, done, total: None)
    step = max(1, len(dataset.queries) // most)
    retriever = Retriever(inside, tenant)
    for query in dataset.queries[::step]:
        gold = set(dataset.qrels[query.id])
        yield _example(retriever, query.text, None, True, True, dataset.name)
        yield _example(_Without(inside, tenant, gold), query.text, None, False, False, dataset.name)
    for query in dataset.unanswerable:
        yield _example(retriever, query.text, None, False, True, dataset.name)


def fit(examples: list[Example], seed: int = 0) -> dict[str, Any]:
    """Return bias, weights, threshold, and what cross-validation measured."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold

    matrix = np.array([one.values for one in examples])
    wanted = np.array([one.answerable for one in examples])
    real = np.array([one.real for one in examples])
    model = LogisticRegression(C=1.0, class_weight="balanced", max_iter=5000)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    weights = np.where(real, 2.0, 1.0)
    held = np.zeros(len(examples))
    for train, test in folds.split(matrix, wanted):
        model.fit(matrix[train], wanted[train], sample_weight=weights[train])
        held[test] = model.predict_proba(matrix[test])[:, 1]
    model.fit(matrix, wanted, sample_weight=weights)
    threshold, measured = _threshold(held[real], wanted[real])
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)},
        "threshold": round(threshold, 3),
        "cross_validation": measured,
        "examples": {"answerable": int(wanted.sum()), "unanswerable": int((~wanted).sum())},
    }


def _threshold(held: Any, wanted: Any) -> tuple[float, dict[str, float]]:
    best = (0.0, 0.5, 0.0, 0.0)
    for threshold in np.arange(0.05, 0.95, 0.01):
        refused = held < threshold
        right = float((refused & ~wanted).sum())
        precision, recall = right / max(1.0, float(refused.sum())), right / max(1.0, float((~wanted).sum()))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        best = max(best, (f1, float(threshold), precision, recall))
    f1, threshold, precision, recall = best
    return threshold, {"f1": round(f1, 3), "precision": round(precision, 3), "recall": round(recall, 3)}


@click.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), help="data/samples, taken in already.")
@click.option("--set", "sets", multiple=True, type=click.Path(path_type=Path, exists=True), help="BEIR folder.")
@click.option("--most", default=150, show_default=True, help="Questions used of each set.")
@click.option("--examples", "kept", type=click.Path(path_type=Path), help="Keep the examples as JSON Lines.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the weights go.")
def main(samples: Path | None, sets: Iterable[Path], most: int, kept: Path | None, out: Path) -> None:
    """Fit the refusal decision and print what cross-validation measured."""
    settings = Settings()
    examples = list(_of_samples(settings, samples)) if samples else []
    for folder in sets:
        examples.extend(_of_set(settings, folder, most))
    if kept:
        lines = [json.dumps([one.values, one.answerable, one.real, one.source]) for one in examples]
        kept.write_text("\n".join(lines), encoding="utf-8")
    made = fit(examples)
    out.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(made, indent=1))


if __name__ == "__main__":
    main()
