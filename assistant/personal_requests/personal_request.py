"""Whether a question asks for other people's data: a support vector machine over the question's vector and features.

「陳姑娘電話幾多」, "how much does Peter earn" and 「邊個院友有愛滋」 do; the number of an office, a pay scale, one's
own record and the form that asks for an HKID number do not. ``personal_request.npz`` has the support vectors,
``personal_request.json`` the rest of the model and ``personal_request_words.tsv`` the words of the features;
``python -m eval.training.fit_personal_requests`` fits them.
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
from kb.search.models.encoder import Vectors
from kb.search.retriever import embed_questions

__all__ = [
    "FEATURES",
    "VECTOR_SCALE",
    "asks_for_personal_data",
    "features",
    "is_request",
    "kernel_inputs",
    "probabilities",
]

AnyFloats = NDArray[np.floating[Any]]

_WORDS = tuple(name for name, _ in data_files.rows("assistant.personal_requests", "personal_request_words.tsv"))
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
    ("place", "somebody"),
    ("place", "line"),
    ("post", "line"),
    ("people", "line"),
    ("somebody", "line"),
    ("people", "contact"),
    ("people", "identity"),
    ("people", "pay"),
    ("post", "who_is"),
    ("first", "change"),
    ("somebody", "change"),
    ("of_mine", "contact"),
    ("of_mine", "identity"),
    ("join", "contact"),
    ("join", "people"),
    ("plural", "contact"),
    ("plural", "identity"),
    ("plural", "pay"),
    ("follow", "third"),
    ("follow", "plural"),
    ("who_is", "health"),
    ("count", "people"),
    ("count", "pay"),
    ("first", "pay"),
    ("first", "health"),
    ("first", "identity"),
    ("case", "people"),
    ("case", "health"),
    ("case", "private"),
    ("rules", "somebody"),
    ("help", "private"),
    ("duty", "private"),
    ("who_is", "private"),
    ("no_data", "people"),
    ("no_data", "somebody"),
    ("data", "somebody"),
    ("data", "anybody"),
    ("process", "who"),
    ("process", "private"),
    ("process", "people"),
    ("process", "somebody"),
    ("benefit", "people"),
    ("benefit", "somebody"),
    ("benefit", "amount"),
    ("kin", "health"),
    ("kin", "private"),
    ("kin", "contact"),
    ("means", "contact"),
    ("means", "people"),
    ("means", "identity"),
    ("count", "somebody"),
    ("count", "health"),
    ("who", "listing"),
    ("give", "contact"),
    ("give", "listing"),
    ("line", "anybody"),
    ("identity", "anybody"),
    ("pay", "anybody"),
)
# What a request is for, and whose it may be.
_DATA = ("contact", "identity", "pay", "health", "private", "listing", "line")
_WHOSE = ("somebody", "people", "post", "of_mine", "plural")
FEATURES = (*_WORDS, "finder", "somebody", "data", "no_data", "anybody", *(f"{one}+{other}" for one, other in _PAIRS))
# What the centred vector and the features are multiplied by, so that the kernel has no other width.
VECTOR_SCALE, FEATURE_SCALE = 1.64, 0.19


@cache
def _model() -> dict[str, Any]:
    model: dict[str, Any] = data_files.json_data("assistant.personal_requests", "personal_request.json")
    return model


@cache
def _patterns() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data_files.rows("assistant.personal_requests", "personal_request_words.tsv")
    return tuple((name, re.compile(comparable_pattern(pattern), re.IGNORECASE)) for name, pattern in rows)


def features(text: str) -> list[float]:
    """Return the features of a question, 0 or 1 each, in the order of ``FEATURES``."""
    same = comparable(text).text
    found = {name: float(bool(pattern.search(same))) for name, pattern in _patterns()}
    found["finder"] = float(any(kind == "name" for _, _, kind in find_personal_data(text)))
    found["somebody"] = max(found["named"], found["third"], found["finder"])
    found["data"] = max(found[name] for name in _DATA)
    found["no_data"] = 1.0 - found["data"]
    found["anybody"] = max(found[name] for name in _WHOSE)
    return [found[name] if "+" not in name else math.prod(found[one] for one in name.split("+")) for name in FEATURES]


def kernel_inputs(vectors: AnyFloats, mean: AnyFloats, values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the points between which the radial kernel ``exp(-|a - b|²)`` is taken.

    Shape (texts, dimension + features).

    Args:
        vectors: of the questions, shape (texts, dimension); ``mean`` is that of the examples.
        values: their features, shape (texts, features).
    """
    return np.hstack([(vectors - mean) * VECTOR_SCALE, values * FEATURE_SCALE])


def _arrays() -> dict[str, NDArray[Any]]:
    return data_files.arrays("assistant.personal_requests", "personal_request.npz")


@cache
def _support() -> tuple[NDArray[Any], NDArray[Any]]:
    """Return the support vectors, shape (number, dimension + features), and the squares of their lengths."""
    arrays = _arrays()
    support = np.hstack([arrays["vectors"] * arrays["step"], arrays["features"] * FEATURE_SCALE])
    return support, (support**2).sum(axis=1)


def probabilities(texts: Sequence[str], vectors: Vectors) -> NDArray[np.float64]:
    """Return the probability of each question to ask for other people's data, shape (texts,).

    Args:
        vectors: of the questions as queries, shape (texts, dimension), by the bundled model. Those of another are not
            looked at: a linear model of the features decides alone.
    """
    model, arrays = _model(), _arrays()
    values = np.array([features(text) for text in texts], dtype=np.float64)
    if vectors.shape[1] == arrays["mean"].shape[0]:
        points = kernel_inputs(vectors, arrays["mean"], values)
        support, lengths = _support()
        distances = (points**2).sum(axis=1)[:, None] + lengths[None] - 2 * points @ support.T
        decision = np.exp(-distances) @ arrays["dual"] + float(model["decision_bias"])
        z = float(model["slope"]) * decision + float(model["offset"])
    else:
        z = float(model["bias"]) + values @ np.array([model["weights"][name] for name in FEATURES])
    result: NDArray[np.float64] = 1.0 / (1.0 + np.exp(-z))
    return result


def asks_for_personal_data(settings: Settings, texts: Sequence[str], *, sure: bool = False) -> bool:
    """Whether one of the texts asks for other people's data.

    Args:
        texts: a question as typed and as it is searched for.
        sure: count only what the model is sure of, because the question may be about something else.
    """
    distinct = list(dict.fromkeys(texts))
    vectors = embed_questions(settings, distinct)
    return any(is_request(chance, sure=sure) for chance in probabilities(distinct, vectors))


def is_request(probability: float, *, sure: bool = False) -> bool:
    """Whether a question of that probability counts as a request; ``sure`` asks for a higher one."""
    return probability >= float(_model()["sure" if sure else "threshold"])
