"""The trained model that tells emergencies, questions about their procedure, and everything else apart.

Two multinomial logistic regressions over the same features (:mod:`.message_features`): one for the kind of message, one
for its subject. ``python -m eval.training.fit_cards`` fits them and writes ``card_model.npz`` (weights) and
``card_model.json`` (thresholds, and what cross-validation measured). The weights hold for the vectors of one embedding
model. Where another is configured, a second pair reads the groups of characters alone; so it does where no vector is
wanted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from assistant.cards.message_features import groups, vector_features
from kb.core import data_files
from kb.search.models.encoder import Vectors

__all__ = ["MessageKind", "MessageScores", "reads_vectors_of", "score", "thresholds"]

_PACKAGE = "assistant.cards"
_MOST_OTHERS = 2


class MessageKind(StrEnum):
    """What a message is, for the cards."""

    EMERGENCY = "emergency"
    PROCEDURE = "procedure"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class MessageScores:
    """Probabilities, each dictionary's sum is 1.

    Attributes:
        kinds: by kind of message.
        subjects: by subject, if the message is about one at all.
    """

    kinds: Mapping[MessageKind, float]
    subjects: Mapping[str, float]

    @property
    def card(self) -> float:
        """The probability that the message calls for a card."""
        return 1.0 - self.kinds[MessageKind.NONE]

    @property
    def is_emergency(self) -> bool:
        """Whether the message surely tells of an emergency, and does not ask about the procedure for one."""
        limits = thresholds()
        return self.card >= limits.sure and self.kinds[MessageKind.EMERGENCY] >= limits.emergency * self.card

    @property
    def subject(self) -> str:
        """The most probable subject."""
        return max(self.subjects, key=lambda one: self.subjects[one])

    def other_subjects(self) -> list[str]:
        """Return the next subjects whose probability is not much below that of the most probable, at most two."""
        least = thresholds().other_subject * self.subjects[self.subject]
        ordered = sorted(self.subjects, key=lambda one: -self.subjects[one])
        return [one for one in ordered[1 : 1 + _MOST_OTHERS] if self.subjects[one] >= least]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """From which value on a decision is taken; all chosen by cross-validation in ``eval/training/fit_cards.py``.

    Attributes:
        card: probability of a card for a message.
        card_by_groups: the same, where only groups of characters are read.
        card_of_sentence: the same, for one sentence of several.
        emergency: share of the probability of a card that an emergency has, from which on it counts as one.
        sure: probability of a card from which on an emergency's card stands in place of an answer; below, above one.
        follow_up: probability of a card for a message that follows an emergency and may belong to it.
        follow_up_pointing: the same, for a message that cannot be understood alone.
        other_subject: share of the probability of the most probable subject, from which on another is shown beside it.
        near: score of an organisation's own examples, see :class:`assistant.cards.card_examples.ExampleMatch`.
        same: cosine with an own example from which on a message says the same.
    """

    card: float
    card_by_groups: float
    card_of_sentence: float
    emergency: float
    sure: float
    follow_up: float
    follow_up_pointing: float
    other_subject: float
    near: float
    same: float


@cache
def thresholds() -> Thresholds:
    """Return the shipped thresholds."""
    return Thresholds(**data_files.json_data(_PACKAGE, "card_model.json")["thresholds"])


@cache
def _weights() -> dict[str, Any]:
    """Return the arrays of the weight file, as float32; names as ``eval/training/fit_cards.py`` writes them."""
    arrays = data_files.arrays(_PACKAGE, "card_model.npz")
    return {name: one.astype(np.float32) if one.dtype == np.float16 else one for name, one in arrays.items()}


def reads_vectors_of(identity: str) -> bool:
    """Whether the weights hold for vectors of the embedding model with this identity."""
    return str(_weights()["identity"]) == identity


def score(message: str, vectors: Vectors | None) -> MessageScores:
    """Return the probabilities for a message.

    Args:
        vectors: of ``embedded_texts(message)``, shape (2, dimension); None to read groups of characters alone.
    """
    weights = _weights()
    numbers, amounts = groups(message)
    pair = "groups_only" if vectors is None else "both"
    logits: NDArray[np.float32] = weights[f"{pair}_bias"] + amounts @ weights[f"{pair}_groups"][numbers]
    if vectors is not None:
        logits = logits + vector_features(vectors) @ weights["both_vectors"]
    kinds, subjects = [str(one) for one in weights["kinds"]], [str(one) for one in weights["subjects"]]
    return MessageScores(
        dict(zip(map(MessageKind, kinds), _softmax(logits[: len(kinds)]), strict=True)),
        dict(zip(subjects, _softmax(logits[len(kinds) :]), strict=True)),
    )


def _softmax(logits: NDArray[np.float32]) -> list[float]:
    powers = np.exp(logits - logits.max())
    return [float(one) for one in powers / powers.sum()]
