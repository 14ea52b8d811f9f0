"""Does the evidence carry an answer? A logistic model over a few figures of the search.

Its weights lie in ``refusal.json``; ``python -m assistant.answers.fit_refusal`` makes them from question sets
with answerable and unanswerable questions.
"""

from __future__ import annotations

import json
import math
from functools import cache
from importlib.resources import files
from typing import Any

from assistant.evidence import Evidence
from kb.language.detect import Language

__all__ = ["FEATURES", "confidence", "features", "threshold"]

FEATURES = ("cosine", "margin", "unit_cosine", "coverage", "unit_coverage", "rare", "same_language", "score")


@cache
def _model() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(files("assistant.answers").joinpath("refusal.json").read_text(encoding="utf-8"))
    return loaded


def threshold() -> float:
    """Return the confidence below which a question is refused."""
    return float(_model()["threshold"])


def features(evidence: Evidence) -> dict[str, float]:
    """Return the figures the decision stands on; all about 0..1.

    cosine: best passage's similarity; margin: its lead over the tenth; unit_cosine: best unit's; coverage: share
    of the question's worth in the best passage's words; unit_coverage: in the best unit; rare: whether the
    question's most telling word occurs in the best passages; same_language: 1 when question and best passage
    are both Chinese or both English; score: the best unit's.
    """
    passages = evidence.passages
    first = passages[0]
    possible = max(evidence.found.possible, 1e-6)
    cosines = sorted((passage.why["dense"] for passage in passages), reverse=True)
    question_chinese = Language(evidence.found.query.language).is_chinese
    return {
        "cosine": (cosines[0] - 0.75) / 0.17,
        "margin": (cosines[0] - cosines[-1]) / 0.10,
        "unit_cosine": max((unit.dense for unit in evidence.units[:5]), default=0.0),
        "coverage": min(1.5, max(passage.why["lexical"] for passage in passages[:3]) / (possible * 2.2)),
        "unit_coverage": max((unit.lexical for unit in evidence.units[:5]), default=0.0),
        "rare": _rare(evidence),
        "same_language": float(question_chinese == (first.language != Language.ENGLISH)),
        "score": evidence.units[0].score if evidence.units else 0.0,
    }


def _rare(evidence: Evidence) -> float:
    """Share of the three most telling typed words that the first three passages hold."""
    from kb.language.words import index_words

    found = evidence.found
    unseen = max(found.idf.values(), default=0.0) + 1.0
    telling = sorted(found.query.typed, key=lambda word: -found.query.typed[word] * found.idf.get(word, unseen))[:3]
    if not telling:
        return 0.0
    here: set[str] = set()
    for passage in evidence.passages[:3]:
        here.update(index_words(" ".join([passage.title, *passage.heading_path, passage.text])))
    return sum(word in here for word in telling) / len(telling)


def confidence(evidence: Evidence) -> float:
    """Return the probability, 0..1, that the evidence carries an answer."""
    if not evidence.passages:
        return 0.0
    model = _model()
    values = features(evidence)
    z = float(model["bias"]) + sum(float(model["weights"][name]) * values[name] for name in FEATURES)
    return 1.0 / (1.0 + math.exp(-max(-30.0, min(30.0, z))))
