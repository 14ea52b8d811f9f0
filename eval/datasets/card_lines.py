"""Messages with the emergency card that they call for: the files in ``eval/training/cards``, and others like them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from assistant.cards.card_model import MessageKind
from eval.datasets import json_lines
from kb.core.errors import InputError

__all__ = ["FOLDER", "HELD_OUT", "CardLine", "read_card_lines"]

FOLDER = Path(__file__).parents[1] / "training" / "cards"
# The model is never fitted on this file.
HELD_OUT = FOLDER / "held_out.jsonl"


@dataclass(frozen=True, slots=True)
class CardLine:
    """A message with the card that it calls for.

    Attributes:
        lang: "yue", "zh-Hant" or "en".
        kind: a question on procedure counts neither way: a card is welcome there and not required.
        subject: None without a card.
        also: other subjects whose card is as right.
        about: what a message without a card is about, such as "training"; "" if nobody said.
    """

    text: str
    lang: str
    kind: MessageKind
    subject: str | None
    also: tuple[str, ...] = ()
    about: str = ""


def read_card_lines(path: Path) -> list[CardLine]:
    """Return the messages of a file.

    A line has a ``kind``, or ``optional`` for a question on procedure; without either its ``subject`` decides.

    Raises:
        InputError: ``questions_invalid``.
    """
    found = []
    for number, text in json_lines.lines(path):
        try:
            found.append(_line(json.loads(text)))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise InputError("questions_invalid", name=path.name, problems=f"{number}: {error}") from error
    return found


def _line(line: dict[str, Any]) -> CardLine:
    if "kind" in line:
        kind = MessageKind(line["kind"])
    elif line.get("optional"):
        kind = MessageKind.PROCEDURE
    else:
        kind = MessageKind.EMERGENCY if line["subject"] else MessageKind.NONE
    return CardLine(
        line["text"], line["lang"], kind, line["subject"], tuple(line.get("also") or ()), line.get("about", "")
    )
