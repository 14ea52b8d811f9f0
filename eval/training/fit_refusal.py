"""Fits the weights of the refusal decision (``assistant/answers/refusal.json``).

    python -m eval.training.fit_refusal --samples data/samples --set FOLDER… --out assistant/answers/refusal.json

Examples are answerable and unanswerable questions. The files have unanswerable questions. Every answerable question
also gives a hard unanswerable example: the same question without the documents that answer it. A library of a few
documents has other feature values than a full one, so every question of the samples is also asked of a few documents.
Of the samples, only the "dev" split is used. Real questions have the highest weight; answerable and unanswerable
examples have the same total weight. Cross-validation leaves out one source (tenant or test collection) at a time. The
threshold has about the best F1 of refusal in the cross-validation, measured on real questions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np

from assistant.answers.refusal import FEATURES, features
from assistant.evidence.gather import gather
from assistant.question import standalone_question
from eval.datasets import benchmark_collections, collection_index, question_files
from eval.datasets.question_files import JudgedQuestion
from kb.core.local_date import today
from kb.core.settings import Settings
from kb.library.documents import DocumentVersion
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tenants import Tenant

SYNTHETIC_WEIGHT = 0.25  # weight of a synthetic example; a real question has 1
BEIR_WEIGHT = 0.3  # weight of a query of a collection without unanswerable questions
FEW_DOCUMENTS = 4
F1_TOLERANCE = 0.02  # thresholds whose F1 differs by less count as equally good


@dataclass(frozen=True, slots=True)
class RefusalExample:
    """One question with the features of its evidence.

    Attributes:
        values: in the order of ``FEATURES``.
        real: whether a person asked it; otherwise the example is synthetic.
        source: the tenant or test collection.
    """

    values: list[float]
    answerable: bool
    weight: float
    real: bool
    source: str


class _PartialRetriever(Retriever):
    """A retriever that searches only the documents whose name ``is_visible`` accepts."""

    def __init__(self, settings: Settings, tenant: Tenant, is_visible: Callable[[str], bool]) -> None:
        super().__init__(settings, tenant)
        self.is_visible = is_visible

    def _in_force(self, day: date, collections: Sequence[str] | None) -> list[DocumentVersion]:
        return [one for one in super()._in_force(day, collections) if self.is_visible(one.document.name)]


def _example(
    retriever: Retriever, text: str, day: date | None, answerable: bool, source: str, weight: float, real: bool = False
) -> RefusalExample:
    values = features(gather(retriever, text, None, day))
    return RefusalExample([values[name] for name in FEATURES], answerable, weight, real, source)


def _sample_examples(settings: Settings, folder: Path) -> Iterator[RefusalExample]:
    for tenant in tenants.listing(settings):
        path = folder / tenant.slug / "questions.jsonl"
        for asked in question_files.read(path) if path.is_file() else []:
            if asked.split == "dev":
                yield from _question_examples(settings, tenant, asked)


def _question_examples(settings: Settings, tenant: Tenant, asked: JudgedQuestion) -> Iterator[RefusalExample]:
    text, day = standalone_question(asked.question, asked.history), asked.as_of
    everything = Retriever(settings, tenant)
    yield _example(everything, text, day, asked.answerable, tenant.slug, 1.0, real=True)
    answering = {place.document for place in asked.documents}
    in_force = {
        document_version.document.name for document_version in everything.library.in_force(day or today(), None)
    }
    few = set(random.Random(asked.id).sample(sorted(in_force - answering), FEW_DOCUMENTS))  # noqa: S311  nothing secret
    yield _example(
        _PartialRetriever(settings, tenant, few.__contains__), text, day, False, tenant.slug, SYNTHETIC_WEIGHT
    )
    if asked.answerable:
        yield _example(
            _PartialRetriever(settings, tenant, lambda name: name not in answering),
            text,
            day,
            False,
            tenant.slug,
            SYNTHETIC_WEIGHT,
        )
        yield _example(
            _PartialRetriever(settings, tenant, (few | answering).__contains__),
            text,
            day,
            True,
            tenant.slug,
            SYNTHETIC_WEIGHT,
        )


def _collection_examples(settings: Settings, folder: Path, most: int) -> Iterator[RefusalExample]:
    dataset = benchmark_collections.load(folder)
    index_settings, tenant = collection_index.ensure(settings, dataset, lambda step, done, total: None)
    real = bool(dataset.unanswerable)
    weight = 1.0 if real else BEIR_WEIGHT
    retriever = Retriever(index_settings, tenant)
    for query in dataset.queries[:: max(1, len(dataset.queries) // most)]:
        gold = set(dataset.qrels[query.id])
        yield _example(retriever, query.text, None, True, dataset.name, weight, real)
        without = _PartialRetriever(index_settings, tenant, lambda name, answering=gold: name not in answering)  # type: ignore[misc]
        yield _example(without, query.text, None, False, dataset.name, weight * SYNTHETIC_WEIGHT)
    for query in dataset.unanswerable:
        yield _example(retriever, query.text, None, False, dataset.name, weight, real)


def fit(examples: list[RefusalExample]) -> dict[str, Any]:
    """Return the bias, weights and threshold, and the measures of the cross-validation."""
    matrix = np.array([one.values for one in examples])
    answerable = np.array([one.answerable for one in examples])
    real = np.array([one.real for one in examples])
    weights = np.array([one.weight for one in examples])
    source = np.array([one.source for one in examples])
    predicted = np.zeros(len(examples))
    for left_out in sorted(set(source[real])):
        train = source != left_out
        model = _fit_model(matrix[train], answerable[train], weights[train])
        predicted[~train] = model.predict_proba(matrix[~train])[:, 1]
    model = _fit_model(matrix, answerable, weights)
    threshold, measured = _threshold(predicted[real], answerable[real])
    return {
        "bias": round(float(model.intercept_[0]), 4),
        "weights": {name: round(float(w), 4) for name, w in zip(FEATURES, model.coef_[0], strict=True)},
        "threshold": round(threshold, 3),
        "cross_validation": measured,
        "examples": {"answerable": int(answerable.sum()), "unanswerable": int((~answerable).sum())},
    }


def _fit_model(matrix: Any, answerable: Any, weights: Any) -> Any:
    from sklearn.linear_model import LogisticRegression

    balance = weights[answerable].sum() / weights[~answerable].sum()
    return LogisticRegression(max_iter=5000).fit(
        matrix, answerable, sample_weight=np.where(answerable, 1, balance) * weights
    )


def _threshold(predicted: Any, answerable: Any) -> tuple[float, dict[str, float]]:
    from sklearn.metrics import roc_auc_score

    tried = []
    for threshold in np.arange(0.05, 0.95, 0.01):
        refused = predicted < threshold
        right = float((refused & ~answerable).sum())
        precision, recall = right / max(1.0, float(refused.sum())), right / max(1.0, float((~answerable).sum()))
        f1 = 2 * precision * recall / max(1e-9, precision + recall)
        tried.append((f1, float(threshold), precision, recall))
    best_f1 = max(tried)[0]
    # Of equally good thresholds, take the highest: a wrong answer costs more than a refusal.
    f1, threshold, precision, recall = [one for one in tried if one[0] >= best_f1 - F1_TOLERANCE][-1]
    auc = float(roc_auc_score(answerable, predicted))
    figures = {"area under curve": auc, "f1": f1, "precision": precision, "recall": recall}
    return threshold, {name: round(value, 3) for name, value in figures.items()}


@click.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), help="data/samples, taken in already.")
@click.option("--set", "sets", multiple=True, type=click.Path(path_type=Path, exists=True), help="BEIR folder.")
@click.option("--most", default=150, show_default=True, help="Questions used of each set.")
@click.option("--examples", "examples_file", type=click.Path(path_type=Path), help="Keep the examples as JSON Lines.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the weights go.")
def main(samples: Path | None, sets: Iterable[Path], most: int, examples_file: Path | None, out: Path) -> None:
    """Fit the refusal decision and print what cross-validation measured."""
    settings = Settings()
    examples = list(_sample_examples(settings, samples)) if samples else []
    if samples and not examples:
        raise click.UsageError("The samples are not taken in: run kb demo, or set KB_DATA.")
    for folder in sets:
        examples.extend(_collection_examples(settings, folder, most))
    if examples_file:
        lines = [json.dumps([one.values, one.answerable, one.weight, one.real, one.source]) for one in examples]
        examples_file.write_text("\n".join(lines), encoding="utf-8")
    result = fit(examples)
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
