"""Fits the model that knows a request for other people's data (``assistant/personal_requests/personal_request.json``).

    python -m eval.training.fit_personal_requests --questions data/samples --questions data/policies \\
        --out assistant/personal_requests/personal_request.json

The examples were written for this (``personal_requests/requests.tsv``, ``harmless.tsv``); descriptions of situations
(``situations.tsv``) and the development questions of sample organisations and policies are further harmless ones. A
support vector machine with a radial kernel over the centred vector of the question and the features of
:mod:`assistant.personal_requests.personal_request` (its support vectors go into ``.npz`` beside ``--out``), and a
logistic calibration (Platt 1999) of what cross-validation decided. All questions on one policy are in one fold. The
threshold is the lowest at which cross-validation answers enough of the look-alikes, which are harder than what people
ask, and of the other questions. Where the vectors are of another model, a logistic regression of the features decides.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray
from sklearn.svm import SVC

from assistant.personal_requests.personal_request import FEATURES, VECTOR_SCALE, features, kernel_inputs
from eval.datasets import question_files
from kb.core import data_files
from kb.core.settings import Settings
from kb.search.models import embedding

Floats = NDArray[np.float64]

RIDGE = 0.3  # per unit of squared weight of a feature
# What an example counts: a situation, or a question of an organisation, counts least.
REQUEST_WEIGHT, HARMLESS_WEIGHT, OTHER_WEIGHT = 4.0, 2.0, 1.0
# The shares that are answered: of the look-alikes, and of the other questions. And of both where the model is sure.
ANSWERED, OTHERS_ANSWERED = 0.95, 0.996
SURE_ANSWERED = 0.9985
FOLDS = 8
_STEPS = 25


@dataclass(frozen=True, slots=True)
class RequestExample:
    """A question, and whether it asks for other people's data.

    Attributes:
        group: examples of one group are in one fold; the text where it has no fellows.
    """

    text: str
    is_request: bool
    weight: float
    group: str


def examples(folders: Sequence[Path]) -> Iterator[RequestExample]:
    """Yield the written examples, and the development questions in folders of ``*/questions.jsonl``."""
    for name, is_request, weight in (
        ("requests.tsv", True, REQUEST_WEIGHT),
        ("harmless.tsv", False, HARMLESS_WEIGHT),
        ("situations.tsv", False, OTHER_WEIGHT),
    ):
        for _, text in data_files.rows("eval.training", f"personal_requests/{name}"):
            yield RequestExample(text, is_request, weight, text)
    for path in sorted(path for folder in folders for path in folder.glob("*/questions.jsonl")):
        for asked in question_files.read(path):
            if asked.split == "dev":
                group = f"{path.parent.name}/{asked.id.split('-')[0]}"
                yield RequestExample(asked.question, False, OTHER_WEIGHT, group)


def fit(rows: Floats, is_request: Floats, weight: Floats, ridge: Floats) -> tuple[Floats, float]:
    """Return weights and bias of a weighted logistic regression, by Newton's method.

    Args:
        rows: shape (examples, values).
        ridge: the penalty of each value's squared weight.
    """
    full = np.hstack([rows, np.ones((len(rows), 1))])
    penalty = np.append(ridge, 0.0)
    beta = np.zeros(full.shape[1])
    for _ in range(_STEPS):
        chance = 1.0 / (1.0 + np.exp(-full @ beta))
        gradient = full.T @ (weight * (chance - is_request)) + penalty * beta
        curvature = (full * (weight * chance * (1 - chance))[:, None]).T @ full + np.diag(penalty + 1e-9)
        step = np.linalg.solve(curvature, gradient)
        beta = beta - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return beta[:-1], float(beta[-1])


def _machine(points: Floats, is_request: Floats, weight: Floats) -> SVC:
    return SVC(C=1.0, gamma=1.0).fit(points, is_request, sample_weight=weight)


def _out_of_fold(groups: Sequence[str], points: Floats, is_request: Floats, weight: Floats) -> Floats:
    """Return each example's decision value by a model that has seen nothing of its group."""
    fold = np.array([zlib.crc32(group.encode()) % FOLDS for group in groups])
    found = np.zeros(len(groups))
    for held_out in range(FOLDS):
        there = fold == held_out
        machine = _machine(points[~there], is_request[~there], weight[~there])
        found[there] = machine.decision_function(points[there])
    return found


def _threshold(chances: Floats, groups: Sequence[tuple[NDArray[np.bool_], float]]) -> float:
    """Return the lowest threshold at which, of each group of harmless examples, the share asked for is answered."""
    tried = np.arange(0.01, 1.0, 0.01)
    fitting = (one for one in tried if all((chances < one)[group].mean() >= share for group, share in groups))
    return round(float(next(fitting, tried[-1])), 2)


def _logistic(value: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-value)), dtype=np.float64)


@click.command()
@click.option("--questions", "folders", type=click.Path(path_type=Path, exists=True), multiple=True,
              help="Folder of organisations with questions; may be given again.")  # fmt: skip
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the model goes.")
@click.option("--missed", is_flag=True, help="Print what cross-validation decides wrongly.")
def main(folders: tuple[Path, ...], out: Path, missed: bool) -> None:
    """Fit the model and print what cross-validation measured."""
    found = list(examples(folders))
    texts, groups = [one.text for one in found], [one.group for one in found]
    vectors = np.asarray(embedding.load(Settings()).encode_queries(texts), dtype=np.float64)
    mean = vectors.mean(axis=0)
    values = np.array([features(text) for text in texts], dtype=np.float64)
    points = kernel_inputs(vectors, mean, values)
    is_request = np.array([float(one.is_request) for one in found])
    weight = np.array([one.weight for one in found])
    alike, others = weight == HARMLESS_WEIGHT, weight == OTHER_WEIGHT
    decisions = _out_of_fold(groups, points, is_request, weight)
    slope, offset = fit(decisions[:, None], is_request, np.ones(len(found)), np.zeros(1))
    chances = _logistic(decisions * slope[0] + offset)
    threshold = _threshold(chances, [(alike, ANSWERED), (others, OTHERS_ANSWERED)])
    sure = _threshold(chances, [(alike | others, SURE_ANSWERED)])
    machine = _machine(points, is_request, weight)
    support = machine.support_
    _save_support(out.with_suffix(".npz"), vectors[support] - mean, values[support], machine.dual_coef_[0], mean)
    weights, bias = fit(values, is_request, weight, np.full(len(FEATURES), RIDGE))
    alone = _threshold(_logistic(values @ weights + bias), [(alike, ANSWERED), (others, OTHERS_ANSWERED)])
    measured = {
        "requests": int(is_request.sum()),
        "harmless": int((1 - is_request).sum()),
        "declined": round(float((chances >= threshold)[is_request == 1].mean()), 3),
        "surely declined": round(float((chances >= sure)[is_request == 1].mean()), 3),
        "answered": round(float((chances < threshold)[alike].mean()), 3),
        "other questions answered": round(float((chances < threshold)[others].mean()), 4),
    }
    result: dict[str, Any] = {
        "threshold": threshold,
        "sure": sure,
        "slope": round(float(slope[0]), 4),
        "offset": round(offset, 4),
        "decision_bias": round(float(machine.intercept_[0]), 5),
        # the features alone have the same threshold
        "bias": round(bias + _log_odds(threshold) - _log_odds(alone), 4),
        "weights": {name: round(float(one), 4) for name, one in zip(FEATURES, weights, strict=True)},
        "cross_validation": measured,
    }
    out.write_text(json.dumps(result) + "\n", encoding="utf-8")
    click.echo(json.dumps({"threshold": threshold, "sure": sure, "support": len(support), **measured}, indent=1))
    if missed:
        for one, chance in sorted(zip(found, chances, strict=True), key=lambda pair: pair[1]):
            if (chance >= threshold) != one.is_request:
                click.echo(f"{chance:.2f} {'request' if one.is_request else 'harmless'}\t{one.text}")


def _log_odds(chance: float) -> float:
    return float(np.log(chance / (1 - chance)))


def _save_support(path: Path, centred: Floats, values: Floats, dual: Floats, mean: Floats) -> None:
    """Save the support vectors, the vector in steps of 1/127 of the greatest value, which loses nothing that counts."""
    step = float(np.abs(centred).max()) / 127
    np.savez_compressed(
        path,
        vectors=np.round(centred / step).astype(np.int8),
        step=np.float32(step * VECTOR_SCALE),
        features=values.astype(np.int8),
        dual=dual.astype(np.float32),
        mean=mean.astype(np.float32),
    )


if __name__ == "__main__":
    main()
