"""Sentences with labelled personal data, for measuring how much of it is masked.

``templates.tsv`` has sentences of an NGO, and ``values.tsv`` the personal data that is put into them, in the spellings
that people use. Each file has a part for development and one for the test; they share neither sentences nor values.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from kb.core import data_files

__all__ = ["Label", "LabelledText", "characters", "labelled_texts"]

# The number of texts that are made from a sentence with places for personal data.
TEXTS_PER_TEMPLATE = 7
_SLOT = re.compile(r"\{(\w+)\}")
_ESCAPE = re.compile(r"\\n|\\t|\\u[0-9a-f]{4}")


@dataclass(frozen=True, slots=True)
class Label:
    """A piece of personal data: the characters ``start``–``end`` of the text, and its kind."""

    start: int
    end: int
    kind: str


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text with the personal data in it, in order; ``language`` is "zh", "en", "mixed", "zh-Hant" or "yue"."""

    text: str
    language: str
    labels: tuple[Label, ...]


def labelled_texts(split: str) -> Iterator[LabelledText]:
    """Yield the texts of a split, "dev" or "test", always the same ones."""
    values: dict[str, list[str]] = defaultdict(list)
    for part, kind, value in data_files.rows("eval.datasets.labelled_text", "values.tsv"):
        if part == split:
            values[kind].append(characters(value))
    used: dict[str, int] = defaultdict(int)
    for part, language, template in data_files.rows("eval.datasets.labelled_text", "templates.tsv"):
        if part == split:
            for _ in range(TEXTS_PER_TEMPLATE if _SLOT.search(template) else 1):
                yield _filled(template, language, values, used)


def _filled(template: str, language: str, values: dict[str, list[str]], used: dict[str, int]) -> LabelledText:
    """Return a text with the next values of each kind; ``used`` counts those taken so far."""
    text, labels, at = "", [], 0
    for slot in _SLOT.finditer(template):
        text += characters(template[at : slot.start()])
        kind = slot[1]
        value = values[kind][used[kind] % len(values[kind])]
        used[kind] += 1
        labels.append(Label(len(text), len(text) + len(value), kind))
        text, at = text + value, slot.end()
    return LabelledText(text + characters(template[at:]), language, tuple(labels))


def characters(written: str) -> str:
    """Return a text with the characters that its escapes name."""

    def character(match: re.Match[str]) -> str:
        return {r"\n": "\n", r"\t": "\t"}.get(match[0]) or chr(int(match[0][2:], 16))

    return _ESCAPE.sub(character, written)
