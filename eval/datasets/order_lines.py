"""Lines that were written to train and test the detector of orders to an assistant (``eval/training/orders``)."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Literal

__all__ = ["OrderLine", "order_lines"]


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A sentence of a document, or two neighbours.

    Attributes:
        order: whether it speaks to an assistant.
        form: how, or what kind of harmless sentence it is.
    """

    text: str
    order: bool
    form: str


def order_lines(split: Literal["train", "test"]) -> list[OrderLine]:
    """Return the lines of one part. In the files, ``== form`` opens a form, and "¶" stands for a line break."""
    found = []
    folder = files("eval.training").joinpath("orders")
    for path in sorted(folder.iterdir(), key=lambda one: one.name):
        kind, *rest = path.name.removesuffix(".txt").split("_")
        if not rest or rest[0] != split:
            continue
        form = ""
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.startswith("== "):
                form = line.removeprefix("== ")
            elif line and not line.startswith("# Sentences"):
                found.append(OrderLine(line.replace("¶", "\n"), kind == "orders", form))
    return found
