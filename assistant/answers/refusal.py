"""Does the evidence carry an answer? A logistic model over a few figures of the search.

Its weights lie in ``refusal.json``; ``python -m eval.fit_refusal`` makes them from question sets with answerable
and unanswerable questions.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.evidence import Evidence, word_set
from kb.search.query import Concept
from kb.search.retriever import Found

__all__ = ["FEATURES", "confidence", "features", "threshold"]

FEATURES = ("unit_cosine", "told", "told_unit", "score")


@cache
def _model() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("assistant.answers").joinpath("refusal.json").read_text(encoding="utf-8"))
    return loaded


def threshold() -> float:
    """Return the confidence below which a question is refused."""
    return float(_model()["threshold"])


def features(evidence: Evidence) -> dict[str, float]:
    """Return the figures the decision stands on, each 0..1. There must be passages.

    - unit_cosine: similarity of the best unit, languages brought to one scale;
    - told: share of the question's terms that one of the first three passages speaks of, under any name in either
      language, weighted by how telling they are; told_unit: the same of the best unit with its headings;
    - score: the best unit's.
    """
    terms = _terms(evidence.found)
    texts = [word_set("\n".join([one.title, *one.heading_path, one.text])) for one in evidence.passages[:3]]
    told = [max(_speaks(words, concept) for words in texts) for concept, _ in terms]
    if not evidence.units:
        return {"unit_cosine": 0.0, "told": _weighted(told, terms), "told_unit": 0.0, "score": 0.0}
    best = evidence.units[0]
    passage = best.unit.passage
    unit_words = word_set("\n".join([passage.title, *passage.heading_path, best.unit.text]))
    return {
        "unit_cosine": max(one.dense for one in evidence.units[:5]),
        "told": _weighted(told, terms),
        "told_unit": _weighted([_speaks(unit_words, concept) for concept, _ in terms], terms),
        "score": best.score,
    }


def _terms(found: Found) -> list[tuple[Concept, float]]:
    """Return the question's terms with their worth, most telling first; a term no document names is worth most."""
    unseen = max(found.idf.values(), default=0.0) + 1.0
    terms = [
        (concept, min(max(found.idf.get(word, unseen) for word in name) for name in concept))
        for concept in found.query.concepts
        if concept
    ]
    return sorted(terms, key=lambda pair: -pair[1])


def _speaks(words: frozenset[str], concept: Concept) -> float:
    return float(any(name <= words for name in concept))


def _weighted(values: list[float], terms: list[tuple[Concept, float]]) -> float:
    total = sum(worth for _, worth in terms)
    return sum(value * worth for value, (_, worth) in zip(values, terms, strict=True)) / total if total else 0.5


def confidence(evidence: Evidence) -> float:
    """Return the probability, 0..1, that the evidence carries an answer."""
    if not evidence.passages:
        return 0.0
    model = _model()
    values = features(evidence)
    z = float(model["bias"]) + sum(float(model["weights"][name]) * values[name] for name in FEATURES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
