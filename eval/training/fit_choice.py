"""Fits the weights that choose the units of an answer (``assistant/evidence/scoring.json``).

    python -m eval.training.fit_choice --samples data/samples --set FOLDER… --out assistant/evidence/scoring.json

An example is a question with known words of its answer. Of the samples, only the "dev" split is used. Of a BEIR folder,
queries with ``answers`` in ``queries.jsonl`` are used; they have a lower weight, because they are of another kind. The
model is the conditional logit of a question's units (McFadden 1974), with a ridge penalty. A unit is right if its quote
contains the fact and is from the right document. Cross-validation leaves out documents, not questions, because
questions on one document are similar.
"""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click
import numpy as np
from numpy.typing import NDArray

from assistant.evidence.gather import gather
from assistant.evidence.quotable_spans import QuotableSpan, whole
from assistant.evidence.scoring import FEATURES
from assistant.question import standalone_question
from eval.datasets import benchmark_collections, collection_index, question_files
from eval.datasets.question_files import ExpectedSource, JudgedQuestion
from eval.measures.answer_judge import is_quoted_in
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants

RIDGE = 3.0
BEIR_WEIGHT = 0.3  # weight of a question of a BEIR folder; a question of the samples has 1
FOLDS = 6
_STEPS = 400
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ChoiceExample:
    """One question.

    Attributes:
        rows: features of the units, shape (units, len(FEATURES)).
        right: which units are right, shape (units,).
        weight: the weight of the question in the loss.
        document: the expected document; cross-validation groups by it.
    """

    rows: Floats
    right: NDArray[np.bool_]
    weight: float
    document: str


def _example(retriever: Retriever, asked: JudgedQuestion, day: date | None, weight: float) -> ChoiceExample | None:
    """Return the question's example; ``None`` if no span of the evidence is right."""
    evidence = gather(retriever, standalone_question(asked.question, asked.history), None, day)
    right = np.array([_answers(asked, one.span) for one in evidence.spans], dtype=bool)
    if not right.any():
        return None
    return ChoiceExample(np.stack([one.features for one in evidence.spans]), right, weight, asked.documents[0].document)


def _answers(asked: JudgedQuestion, unit: QuotableSpan) -> bool:
    quote = whole(unit).text
    states_fact = any(any(is_quoted_in(one, quote) for one in alternatives) for alternatives in asked.facts)
    return states_fact and any(_is_from(place, unit) for place in asked.documents)


def _is_from(place: ExpectedSource, unit: QuotableSpan) -> bool:
    passage = unit.passage
    return passage.document == place.document and (not place.evidence or is_quoted_in(place.evidence, passage.text))


def _sample_examples(settings: Settings, folder: Path) -> Iterator[ChoiceExample | None]:
    for tenant in tenants.listing(settings):
        path = folder / tenant.slug / "questions.jsonl"
        retriever = Retriever(settings, tenant)
        for asked in question_files.read(path) if path.is_file() else []:
            if asked.split == "dev" and asked.answerable and asked.facts:
                yield _example(retriever, asked, asked.as_of, 1.0)


def _collection_examples(settings: Settings, folder: Path, most: int) -> Iterator[ChoiceExample | None]:
    dataset = benchmark_collections.load(folder)
    index_settings, tenant = collection_index.ensure(settings, dataset, lambda step, done, total: None)
    retriever = Retriever(index_settings, tenant)
    for query in dataset.queries[:: max(1, len(dataset.queries) // most)]:
        answers = tuple(str(one) for one in query.extra.get("answers") or [])
        places = tuple(ExpectedSource(document) for document, grade in dataset.qrels[query.id].items() if grade > 0)
        if answers and places:
            asked = JudgedQuestion(query.id, query.text, query.language, True, places, (answers,))
            yield _example(retriever, asked, None, BEIR_WEIGHT)


def fit(examples: Sequence[ChoiceExample], ridge: float = RIDGE) -> Floats:
    """Return the weights, in the order of ``FEATURES``, by gradient descent on standardised features."""
    rows = np.concatenate([one.rows for one in examples])
    scale = rows.std(axis=0) + 1e-6
    example_of = np.repeat(np.arange(len(examples)), [len(one.rows) for one in examples])
    rows, right = (rows - rows.mean(axis=0)) / scale, np.concatenate([one.right for one in examples])
    weight = np.array([one.weight for one in examples])
    beta, step = np.zeros(rows.shape[1]), 1e-3
    loss, gradient = _loss(rows, right, example_of, weight, beta, ridge)
    for _ in range(_STEPS):
        candidate = beta - step * gradient
        new_loss, new_gradient = _loss(rows, right, example_of, weight, candidate, ridge)
        if new_loss <= loss:
            beta, loss, gradient, step = candidate, new_loss, new_gradient, step * 1.5
        else:
            step /= 3.0
    return np.asarray(beta / scale)


def _loss(
    rows: Floats, right: NDArray[np.bool_], example_of: NDArray[np.intp], weight: Floats, beta: Floats, ridge: float
) -> tuple[float, Floats]:
    """Return the negative log-likelihood that a right unit is chosen, with the ridge penalty, and its gradient."""
    scores = rows @ beta
    peaks = np.full(len(weight), -np.inf)
    np.maximum.at(peaks, example_of, scores)
    odds = np.exp(scores - peaks[example_of])
    total, good = np.bincount(example_of, odds), np.bincount(example_of, odds * right)
    loss = float(weight @ (np.log(total) - np.log(good)) + ridge * beta @ beta)
    row_weight = weight[example_of] * (odds / total[example_of] - right * odds / good[example_of])
    return loss, np.asarray(row_weight @ rows + 2.0 * ridge * beta)


def _cross_validated(examples: Sequence[ChoiceExample]) -> dict[str, float]:
    """Return, over the samples' questions, how often the first unit and one of the first three is right."""
    fold = [zlib.crc32(one.document.encode()) % FOLDS for one in examples]
    first, third = [], []
    for held_out in range(FOLDS):
        weights = fit([one for one, fold_of_it in zip(examples, fold, strict=True) if fold_of_it != held_out])
        for one, fold_of_it in zip(examples, fold, strict=True):
            if fold_of_it == held_out and one.weight == 1.0:
                order = np.argsort(-(one.rows @ weights), kind="stable")
                first.append(bool(one.right[order[0]]))
                third.append(bool(one.right[order[:3]].any()))
    return {"first": round(float(np.mean(first)), 3), "first three": round(float(np.mean(third)), 3)}


@click.command()
@click.option("--samples", type=click.Path(path_type=Path, exists=True), required=True, help="Taken in already.")
@click.option("--set", "sets", multiple=True, type=click.Path(path_type=Path, exists=True), help="BEIR folder.")
@click.option("--most", default=150, show_default=True, help="Questions used of each set.")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Where the weights go.")
def main(samples: Path, sets: Iterable[Path], most: int, out: Path) -> None:
    """Fit the choice of units and print what cross-validation measured."""
    settings = Settings()
    found = [*_sample_examples(settings, samples)]
    if not found:
        raise click.UsageError("The samples are not taken in: run kb demo, or set KB_DATA.")
    for folder in sets:
        found.extend(_collection_examples(settings, folder, most))
    examples = [one for one in found if one is not None]
    weights = fit(examples)
    result: dict[str, Any] = {
        "weights": {name: round(float(value), 4) for name, value in zip(FEATURES, weights, strict=True)},
        "cross_validation": _cross_validated(examples),
        "examples": {"used": len(examples), "without a right unit": len(found) - len(examples)},
    }
    out.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
