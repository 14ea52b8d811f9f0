"""Does the evidence carry an answer? A logistic model over a few figures of the search.

Its weights lie in ``refusal.json``; ``python -m eval.training.fit_refusal`` makes them from question
sets with answerable and unanswerable questions.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from assistant.evidence.gather import Evidence
from assistant.evidence.question_terms import mentions, terms, word_set
from assistant.evidence.scoring import above

__all__ = ["FEATURES", "confidence", "features", "threshold"]

FEATURES = ("score", "peak", "telling", "words")
# The share of the spans, and how many at least and at most, against whose mean the nearest one stands out or does not.
_NEAREST = 1 / 3
_LEAST, _MOST = 5, 20


@cache
def _model() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("assistant.answers").joinpath("refusal.json").read_text(encoding="utf-8"))
    return loaded


def threshold() -> float:
    """Return the confidence below which a question is refused."""
    return float(_model()["threshold"])


def features(evidence: Evidence) -> dict[str, float]:
    """Return the figures the decision stands on.

    - score: the best span's, in log-odds;
    - peak: how far the span nearest in meaning stands out from the nearest third, in twentieths of a cosine; where
      the documents are silent, many spans are about equally near;
    - telling: whether the best span, with what stands above it, speaks of the question's most telling term;
    - words: the largest share of the question's worth that the words of one span carry.
    """
    if not evidence.spans:
        return dict.fromkeys(FEATURES, 0.0)
    best = evidence.spans[0]
    number = min(_MOST, max(_LEAST, round(_NEAREST * len(evidence.spans))))
    nearest = np.sort([one.cosine for one in evidence.spans])[::-1][:number]
    here = word_set(best.span.text) | above(best.span)
    return {
        "score": best.score,
        "peak": float(nearest[0] - nearest.mean()) * 20.0,
        "telling": float(all(mentions(here, term) for term in terms(evidence.found)[:1])),
        "words": max(one["words"] for one in evidence.spans),
    }


def confidence(evidence: Evidence) -> float:
    """Return the probability, 0..1, that the evidence carries an answer."""
    if not evidence.passages:
        return 0.0
    model = _model()
    values = features(evidence)
    z = float(model["bias"]) + sum(float(model["weights"][name]) * values[name] for name in FEATURES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
