"""Fits the model that knows a request for other people's data (``assistant/personal_request.json``).

    python -m eval.training.fit_personal_requests --samples data/samples --out assistant/personal_request.json

The examples were written for this (``personal_requests/requests.tsv``, ``harmless.tsv``); descriptions of situations
(``situations.tsv``) and the questions of the samples are further harmless ones. Logistic regression with a ridge
penalty over the centred vector of the question and the features of :mod:`assistant.personal_request`. Requests and
harmless examples have the same total weight. The threshold is the lowest at which cross-validation answers enough of
the look-alikes, which are harder than what people ask: what is handed out does not come back.
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

from assistant.personal_request import FEATURES, features
from eval.datasets import question_files
from kb.core import data_files
from kb.core.settings import Settings
from kb.search.models import embedding

Floats = NDArray[np.float64]

RIDGE_VECTOR, RIDGE_FEATURES = 0.02, 0.3  # per unit of squared weight
SAMPLE_WEIGHT = 0.5  # of a situation, or a question of the samples; an example written for this has 1
ANSWERED = 0.91  # share of the look-alikes
FOLDS = 10
_STEPS = 25


@dataclass(frozen=True, slots=True)
class RequestExample:
    """A question, and whether it asks for other people's data."""

    text: str
    is_request: bool
    weight: float


def examples(samples: Path | None) -> Iterator[RequestExample]:
    """Yield the written examples, and with ``samples`` the development questions of the sample organisations."""
    for name, is_request, weight in (
        ("requests.tsv", True, 1.0),
        ("harmless.tsv", False, 1.0),
        ("situations.tsv", False, SAMPLE_WEIGHT),
    ):
        for _, text in data_files.rows("eval.training", f"personal_requests/{name}"):
            yield RequestExample(text, is_request, weight)
    for path in sorted(samples.glob("*/questions.jsonl")) if samples else ():
        for asked in question_files.read(path):
            if asked.split == "dev":
                yield RequestExample(asked.question, False, SAMPLE_WEIGHT)


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


def _out_of_fold(texts: Sequence[str], rows: Floats, is_request: Floats, weight: Floats, ridge: Floats) -> Floats:
    """Return each example's probability by a model that has not seen it."""
    fold = np.array([zlib.crc32(text.encode()) % FOLDS for text in texts])
    found = np.zeros(len(texts))
    for held_out in range(FOLDS):
        there = fold == held_out
        beta, bias = fit(rows[~there], is_request[~there], weight[~there], ridge)
        found[there] = 1.0 / (1.0 + np.exp(-(rows[there] @ beta + bias)))
    return found


def _threshold(found: Floats, is_request: Floats) -> float:
    tried = np.arange(0.2, 0.8, 0.01)
    return round(float(next(one for one in tried if (found < one)[is_request == 0].mean() >= ANSWERED)), 2)


@click.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), help="Folder of the sample organisations.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the weights go.")
@click.option("--missed", is_flag=True, help="Print what cross-validation decides wrongly.")
def main(samples: Path | None, out: Path, missed: bool) -> None:
    """Fit the model and print what cross-validation measured."""
    found = list(examples(samples))
    texts = [one.text for one in found]
    vectors = np.asarray(embedding.load(Settings()).encode_queries(texts), dtype=np.float64)
    mean = vectors.mean(axis=0)
    values = np.array([features(text) for text in texts], dtype=np.float64)
    rows = np.hstack([vectors - mean, values])
    is_request = np.array([float(one.is_request) for one in found])
    weight = np.array([one.weight for one in found])
    for kind in (0.0, 1.0):
        weight[is_request == kind] *= len(found) / 2 / weight[is_request == kind].sum()
    ridge = np.array([RIDGE_VECTOR] * vectors.shape[1] + [RIDGE_FEATURES] * len(FEATURES))
    chances = _out_of_fold(texts, rows, is_request, weight, ridge)
    written = np.array([one.weight == 1.0 for one in found])
    threshold = _threshold(chances[written], is_request[written])
    beta, bias = fit(rows, is_request, weight, ridge)
    split = vectors.shape[1]
    measured = {
        "requests": int(is_request.sum()),
        "harmless": int((1 - is_request).sum()),
        "declined": round(float((chances >= threshold)[is_request == 1].mean()), 3),
        "answered": round(float((chances < threshold)[(is_request == 0) & written].mean()), 3),
        "other questions answered": round(float((chances < threshold)[~written].mean()), 3),
    }
    result: dict[str, Any] = {
        "threshold": threshold,
        "bias": round(bias, 4),
        "weights": {name: round(float(one), 4) for name, one in zip(FEATURES, beta[split:], strict=True)},
        "mean": [round(float(one), 5) for one in mean],
        "vector": [round(float(one), 4) for one in beta[:split]],
        "cross_validation": measured,
    }
    out.write_text(json.dumps(result) + "\n", encoding="utf-8")
    click.echo(json.dumps({"threshold": threshold, "weights": result["weights"], **measured}, indent=1))
    if missed:
        for one, chance in sorted(zip(found, chances, strict=True), key=lambda pair: pair[1]):
            if (chance >= threshold) != one.is_request:
                click.echo(f"{chance:.2f} {'request' if one.is_request else 'harmless'}\t{one.text}")


if __name__ == "__main__":
    main()
