"""How much personal data is masked, and how much of what is masked is personal data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from eval.datasets.labelled_text import Label, LabelledText

__all__ = ["MaskingScore", "measure_masking"]

Finder = Callable[[str], Iterable[tuple[int, int, str]]]


@dataclass(frozen=True, slots=True)
class Missed:
    """A piece of personal data that is not wholly masked, or (``kind`` "") a masked piece that is none."""

    kind: str
    piece: str
    text: str


@dataclass(slots=True)
class MaskingScore:
    """Counts of pieces by kind, by language of the text, and in all (``"all"``).

    Attributes:
        labelled, found: pieces of personal data, and those of them of which no letter, figure or Chinese character
            stays.
        masked, right: masked pieces, and those of them that hold some personal data; their kinds are those of marks.
    """

    texts: int = 0
    labelled: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    found: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    masked: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    right: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    missed: list[Missed] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Return counts, and shares 0..1, as JSON data."""
        return {
            "texts": self.texts,
            "labelled": dict(self.labelled),
            "recall": _shares(self.found, self.labelled),
            "masked": dict(self.masked),
            "precision": _shares(self.right, self.masked),
        }


def _shares(part: dict[str, int], whole: dict[str, int]) -> dict[str, float]:
    return {name: round(part[name] / count, 4) for name, count in whole.items() if count}


def measure_masking(texts: Iterable[LabelledText], find: Finder) -> MaskingScore:
    """Compare what ``find`` returns, ``(start, end, kind)`` of each piece, with the labels of the texts."""
    score = MaskingScore()
    for one in texts:
        score.texts += 1
        pieces = list(find(one.text))
        covered = {at for start, end, _ in pieces for at in range(start, end)}
        for label in one.labels:
            found = all(at in covered for at in range(label.start, label.end) if one.text[at].isalnum())
            for name in ("all", label.kind, one.language):
                score.labelled[name] += 1
                score.found[name] += found
            if not found:
                score.missed.append(Missed(label.kind, one.text[label.start : label.end], one.text))
        for start, end, kind in pieces:
            right = any(_overlap(label, start, end) for label in one.labels)
            for name in ("all", kind, one.language):
                score.masked[name] += 1
                score.right[name] += right
            if not right:
                score.missed.append(Missed("", one.text[start:end], one.text))
    return score


def _overlap(label: Label, start: int, end: int) -> bool:
    return label.start < end and start < label.end
