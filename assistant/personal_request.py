"""Whether a question asks for other people's data: a logistic model over the question's vector and a few features.

「陳姑娘電話幾多」, "how much does Peter earn" and 「邊個院友有愛滋」 do; the number of an office, a pay scale, one's
own record and the form that asks for an HKID number do not. ``personal_request.json`` has the weights and
``personal_request_words.tsv`` the words of the features; ``python -m eval.training.fit_personal_requests`` fits them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from kb.core import data_files
from kb.core.settings import Settings
from kb.personal_data.comparable_text import comparable, comparable_pattern
from kb.personal_data.personal_data_finder import find_personal_data
from kb.search.models import embedding
from kb.search.models.embedding_cache import EmbeddingCache
from kb.search.models.encoder import Vectors

__all__ = ["FEATURES", "asks_for_personal_data", "features", "is_request", "probabilities"]

_WORDS = tuple(name for name, _ in data_files.rows("assistant", "personal_request_words.tsv"))
# Two words that mean little alone: whose it is, and what is asked.
_PAIRS = (
    ("somebody", "contact"),
    ("somebody", "identity"),
    ("somebody", "pay"),
    ("somebody", "health"),
    ("somebody", "private"),
    ("people", "health"),
    ("people", "private"),
    ("post", "pay"),
    ("listing", "people"),
    ("who", "health"),
    ("who", "private"),
    ("who", "pay"),
    ("rules", "identity"),
    ("rules", "contact"),
    ("rules", "pay"),
    ("rules", "health"),
    ("rules", "private"),
    ("office", "contact"),
    ("help", "somebody"),
    ("modal", "people"),
    ("modal", "who"),
    ("duty", "who"),
    ("scale", "pay"),
    ("give", "people"),
    ("own", "pay"),
    ("own", "contact"),
)
FEATURES = (*_WORDS, "finder", "somebody", *(f"{one}+{other}" for one, other in _PAIRS))
# A person's questions are tried as typed, and again as what is searched for.
_VECTORS = EmbeddingCache(500)


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = data_files.json_data("assistant", "personal_request.json")
    return model


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data_files.rows("assistant", "personal_request_words.tsv")
    return tuple((name, re.compile(comparable_pattern(pattern), re.IGNORECASE)) for name, pattern in rows)


def features(text: str) -> list[float]:
    """Return the features of a question, 0 or 1 each, in the order of ``FEATURES``."""
    same = comparable(text).text
    found = {name: float(bool(pattern.search(same))) for name, pattern in _patterns()}
    found["finder"] = float(any(kind == "name" for _, _, kind in find_personal_data(text)))
    found["somebody"] = max(found["named"], found["third"], found["finder"])
    return [found[name] if "+" not in name else math.prod(found[one] for one in name.split("+")) for name in FEATURES]


def probabilities(texts: Sequence[str], vectors: Vectors) -> NDArray[np.float64]:
    """Return the probability of each question to ask for other people's data, shape (texts,).

    Args:
        vectors: of the questions as queries, shape (texts, dimension), by the bundled model; those of another have
            weights of their own.
    """
    model = _model()
    values = np.array([features(text) for text in texts], dtype=np.float64)
    z = float(model["bias"]) + values @ np.array([model["weights"][name] for name in FEATURES])
    if vectors.shape[1] == len(model["vector"]):
        z = z + (vectors - np.array(model["mean"])) @ np.array(model["vector"])
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-z))
    return result


def asks_for_personal_data(settings: Settings, texts: Sequence[str]) -> bool:
    """Whether one of the texts asks for other people's data.

    Args:
        texts: a question as typed and as it is searched for.
    """
    distinct = list(dict.fromkeys(texts))
    vectors = _VECTORS.queries(embedding.load(settings), distinct)
    return any(map(is_request, probabilities(distinct, vectors)))


def is_request(probability: float) -> bool:
    """Whether a question of that probability counts as a request."""
    return probability >= float(_model()["threshold"])
