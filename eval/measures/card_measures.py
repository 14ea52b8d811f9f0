"""Whether messages get the right emergency card, and messages that tell of no emergency get none."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.cards.card_model import MessageKind
from eval.datasets.card_lines import CardLine

__all__ = ["CardScore", "measure_cards"]


@dataclass(frozen=True, slots=True)
class Proportion:
    """How many of how many."""

    hits: int
    of: int

    @property
    def rate(self) -> float:
        return self.hits / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval after Wilson (1927)."""
        if not self.of:
            return 0.0, 1.0
        z, n, p = 1.96, self.of, self.rate
        middle, half = p + z * z / (2 * n), z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n))
        return (middle - half) / (1 + z * z / n), (middle + half) / (1 + z * z / n)

    def as_dict(self) -> dict[str, Any]:
        low, high = self.interval
        return {
            "hits": self.hits,
            "of": self.of,
            "rate": round(self.rate, 4),
            "interval": [round(low, 4), round(high, 4)],
        }


@dataclass(frozen=True, slots=True)
class CardScore:
    """Shares of messages, by subject or language and in all ("all").

    Attributes:
        right: of emergencies, those with the card of their subject or of one in ``also``.
        any_card: of emergencies, those with any card.
        false_alarms: of messages that call for no card, those with one, by language.
        procedures: of questions on procedure, those with a card.
        wrong: messages with the wrong card or none, and false alarms, each with the subject of the card.
    """

    right: dict[str, Proportion]
    any_card: dict[str, Proportion]
    false_alarms: dict[str, Proportion]
    procedures: Proportion
    wrong: list[tuple[CardLine, str | None]]

    def as_dict(self) -> dict[str, Any]:
        """Return the shares as JSON data."""
        parts = {"right": self.right, "any_card": self.any_card, "false_alarms": self.false_alarms}
        found: dict[str, Any] = {
            name: {key: share.as_dict() for key, share in part.items()} for name, part in parts.items()
        }
        return {**found, "procedures": self.procedures.as_dict()}


def measure_cards(lines: Sequence[CardLine], shown: Sequence[str | None]) -> CardScore:
    """Compare the cards that were shown, None for no card, with those that the messages call for."""
    pairs = list(zip(lines, shown, strict=True))
    emergencies = [pair for pair in pairs if pair[0].kind is MessageKind.EMERGENCY]
    others = [pair for pair in pairs if pair[0].kind is MessageKind.NONE]
    asked = [pair for pair in pairs if pair[0].kind is MessageKind.PROCEDURE]
    names = sorted({str(line.subject) for line, _ in emergencies} | {line.lang for line, _ in emergencies})
    groups = {name: [pair for pair in emergencies if name in (pair[0].subject, pair[0].lang)] for name in names}
    groups["all"] = emergencies
    alarms = {
        name: [pair for pair in others if pair[0].lang == name] for name in sorted({line.lang for line, _ in others})
    }
    alarms["all"] = others
    return CardScore(
        right={name: _share([_is_right(*pair) for pair in part]) for name, part in groups.items()},
        any_card={name: _share([card is not None for _, card in part]) for name, part in groups.items()},
        false_alarms={name: _share([card is not None for _, card in part]) for name, part in alarms.items()},
        procedures=_share([card is not None for _, card in asked]),
        wrong=[
            *(pair for pair in emergencies if not _is_right(*pair)),
            *(pair for pair in others if pair[1] is not None),
        ],
    )


def _is_right(line: CardLine, card: str | None) -> bool:
    return card is not None and card in (line.subject, *line.also)


def _share(hits: Sequence[bool]) -> Proportion:
    return Proportion(sum(hits), len(hits))
