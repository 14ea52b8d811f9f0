"""Fits the weights that tell orders to an assistant from other sentences (``kb/prompt_injection/weights.json``).

    python -m eval.training.fit_orders --samples data/samples --out kb/prompt_injection/weights.json

Examples are the lines of ``orders/``, written for this, and the sentences of the samples, which hold no order. The
files ``*_test.txt`` have other wording and are only measured. Two models are fitted: one reads character sequences and
signs, and says which pieces are worth a vector; the other decides by that score, the signs and the vector of the
bundled embedding model. Both are logistic regressions. The same files give the same weights.
"""

from __future__ import annotations

import base64
import json
import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from eval.datasets.order_lines import OrderLine, order_lines
from kb.core.settings import Settings
from kb.language.sentences import sentences
from kb.prompt_injection.injection_detector import log_odds
from kb.prompt_injection.injection_features import BUCKETS, sequences_and_signs, signals
from kb.search.models import embedding

# An order that is missed is repeated to everybody; a sentence marked in vain is not quoted until an editor says so.
ORDER_WEIGHT = 1.0
SAMPLE_WEIGHT = 0.5
FOLDS = 5
WORDS_STRENGTH, VECTOR_STRENGTH = 10.0, 50.0
# Headings that sentences are embedded below, as a document has them.
HEADINGS = ("", "", "Annual leave", "第三章 假期", "Members' handbook 2026", "服務須知", "Fees and charges", "通告")
PAIRS = 400


@dataclass(frozen=True, slots=True)
class Examples:
    """Texts with their labels and weights, and the group that cross-validation keeps together."""

    texts: list[str]
    labels: NDArray[np.bool_]
    weights: NDArray[np.float64]


def examples(lines: Sequence[OrderLine], samples: Path) -> Examples:
    """Return the lines, the sentences of the samples, and pairs of neighbours of both."""
    texts = [one.text for one in lines]
    labels = [one.order for one in lines]
    weights = [ORDER_WEIGHT] * len(lines)
    harmless = [one.text for one in lines if not one.order]
    chance = random.Random(7)  # noqa: S311 - variety, not secrecy
    ordinary = list(_sample_texts(samples))
    ordinary += [" ".join(chance.sample(harmless, 2)) for _ in range(PAIRS)]
    return Examples(
        texts + ordinary,
        np.array(labels + [False] * len(ordinary)),
        np.array(weights + [SAMPLE_WEIGHT] * len(ordinary)),
    )


def _sample_texts(samples: Path) -> Iterable[str]:
    """Yield the sentences of the samples' source texts, and every fourth with the one behind it."""
    seen: set[str] = set()
    for path in sorted((samples / "source").rglob("*.md")):
        text = path.read_text(encoding="utf-8")
        spans = sentences(text)
        for number, (start, end) in enumerate(spans):
            if text[start:end] not in seen:
                seen.add(text[start:end])
                yield text[start:end]
            if number % 4 == 3:
                yield text[spans[number - 1][0] : end]


def word_matrix(buckets: Sequence[NDArray[np.int64]], signs: NDArray[np.float32]) -> Any:
    """Return a sparse matrix: character sequences, each row of length 1, and signs."""
    from scipy.sparse import csr_matrix, hstack

    indptr = np.cumsum([0, *map(len, buckets)])
    data = np.concatenate([np.full(len(one), 1.0 / np.sqrt(len(one))) for one in buckets])
    rows = csr_matrix((data, np.concatenate(buckets), indptr), shape=(len(buckets), BUCKETS))
    return hstack([rows, csr_matrix(signs)], format="csr")


def fit(train: Examples, vectors: NDArray[np.float32]) -> dict[str, Any]:
    """Return the weights of both models.

    Args:
        vectors: of the texts, shape (texts, dimension).
    """
    buckets, signs = sequences_and_signs(train.texts)
    matrix = word_matrix(buckets, signs)
    scores = np.zeros(len(train.texts))
    folds = np.random.default_rng(3).integers(0, FOLDS, len(train.texts))
    for fold in range(FOLDS):
        inside = folds != fold
        model = _logistic(matrix[inside], train.labels[inside], train.weights[inside], WORDS_STRENGTH)
        scores[~inside] = model.decision_function(matrix[~inside])
    words = _logistic(matrix, train.labels, train.weights, WORDS_STRENGTH)
    second = np.column_stack([scores, signs, vectors])
    decision = _logistic(second, train.labels, train.weights, VECTOR_STRENGTH)
    number = signs.shape[1]
    return {
        "signals": list(signals()),
        "words": _packed(words.coef_[0][:BUCKETS]),
        "word_signals": _rounded(words.coef_[0][BUCKETS:]),
        "word_bias": round(float(words.intercept_[0]), 4),
        "score": round(float(decision.coef_[0][0]), 4),
        "signal_weights": _rounded(decision.coef_[0][1 : 1 + number]),
        "vector": _rounded(decision.coef_[0][1 + number :]),
        "bias": round(float(decision.intercept_[0]), 4),
    }


def _logistic(matrix: Any, labels: NDArray[np.bool_], weights: NDArray[np.float64], strength: float) -> Any:
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(C=strength, max_iter=3000)
    return model.fit(matrix, labels, sample_weight=weights)


def _packed(values: NDArray[np.float64]) -> dict[str, Any]:
    """Return weights as one byte each: ``scale`` times a whole number of -127 to 127, in base64."""
    scale = float(np.abs(values).max()) / 127
    return {
        "scale": round(scale, 8),
        "data": base64.b64encode(np.rint(values / scale).astype(np.int8).tobytes()).decode(),
    }


def _rounded(values: NDArray[np.float64]) -> list[float]:
    return [round(float(one), 4) for one in values]


def embed(texts: Sequence[str]) -> NDArray[np.float32]:
    """Return the vectors of texts as those of a document's sentences are made: some with a heading above."""
    chosen = random.Random(11)  # noqa: S311 - variety, not secrecy
    headed = [f"{heading}\n{text}" if (heading := chosen.choice(HEADINGS)) else text for text in texts]
    return embedding.load(Settings()).encode_passages(headed)


@click.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), required=True, help="data/samples.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the weights go.")
def main(samples: Path, out: Path) -> None:
    """Fit the weights and print what the lines kept apart measure."""
    train = examples(order_lines("train"), samples)
    weights = fit(train, embed(train.texts))
    out.write_text(json.dumps(weights) + "\n", encoding="utf-8")
    apart = order_lines("test")
    with_vectors = log_odds([one.text for one in apart], embed)
    without = log_odds([one.text for one in apart], None)
    for name, values in (("with vectors", with_vectors), ("without", without)):
        found = [one.order for one, value in zip(apart, values, strict=True) if value >= 0.0]
        orders = sum(one.order for one in apart)
        click.echo(
            f"{name}: {sum(found)} of {orders} orders, {len(found) - sum(found)} of {len(apart) - orders} others"
        )


if __name__ == "__main__":
    main()
