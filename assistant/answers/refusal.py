"""Whether the evidence is good enough to answer: a logistic model over a few features.

``refusal.json`` has the weights. ``python -m eval.training.fit_refusal`` fits them to sets of answerable and
unanswerable questions.
"""

from __future__ import annotations

import math
from collections.abc import Hashable
from typing import Any

import numpy as np

from assistant.evidence.gather import Evidence
from assistant.evidence.question_terms import mentions, terms, word_set
from assistant.evidence.quotable_spans import table_at
from assistant.evidence.scoring import above
from kb.core import data_files

__all__ = ["FEATURES", "confidence", "features", "threshold"]

FEATURES = ("score", "peak", "telling", "words")
# The most similar span is compared with the mean of this share of all spans, with at least and at most so many.
_SIMILAR_SHARE = 1 / 3
_MIN_SPANS, _MAX_SPANS = 5, 20


def _model() -> dict[str, Any]:
    loaded: dict[str, Any] = data_files.json_data("assistant.answers", "refusal.json")
    return loaded


def threshold() -> float:
    """Return the confidence below which a question is refused."""
    return float(_model()["threshold"])


def features(evidence: Evidence) -> dict[str, float]:
    """Return the features of the decision, by the names in ``FEATURES``.

    - score: the best span's score, in log-odds;
    - peak: the cosine of the most similar span less the mean of the most similar third, times 20. Where the documents
      do not have the answer, many spans are about equally similar. The rows of a table are similar because of their
      form, and a rule may stand in several documents: the best row of a table counts, and of equal texts one;
    - telling: 1 where the best span, or the text above it, mentions the question's term with the highest weight;
    - words: the largest share of the question's weight that the words of one span have.
    """
    if not evidence.spans:
        return dict.fromkeys(FEATURES, 0.0)
    best = evidence.spans[0]
    cosines = _distinct_cosines(evidence)
    number = min(_MAX_SPANS, max(_MIN_SPANS, round(_SIMILAR_SHARE * len(cosines))))
    nearest = np.sort(cosines)[::-1][:number]
    here = word_set(best.span.text) | above(best.span)
    return {
        "score": best.score,
        "peak": float(nearest[0] - nearest.mean()) * 20.0,
        "telling": float(all(mentions(here, term) for term in terms(evidence.found)[:1])),
        "words": max(one["words"] for one in evidence.spans),
    }


def _distinct_cosines(evidence: Evidence) -> list[float]:
    """Return the cosines of the spans; of equal texts, and of the rows of one table, only the greatest."""
    greatest: dict[Hashable, float] = {}
    for one in evidence.spans:
        table = table_at(one.span) if one.span.is_row else None
        key = (one.span.passage.chunk_id, table) if table else one.span.text
        greatest[key] = max(one.cosine, greatest.get(key, -1.0))
    return list(greatest.values())


def confidence(evidence: Evidence) -> float:
    """Return the probability, 0..1, that the evidence contains an answer."""
    if not evidence.passages:
        return 0.0
    model = _model()
    values = features(evidence)
    z = float(model["bias"]) + sum(float(model["weights"][name]) * values[name] for name in FEATURES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
