"""What kind of answer a question asks for (a span of time, an amount, a person …), and whether a text holds one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from kb.language.quantities.index import figures
from kb.language.script import fold

__all__ = ["Kind", "figures_of", "kinds", "share"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of ``answer_kinds.tsv``; both patterns are for folded text.

    Attributes:
        form: "figure": the text must hold a figure that the question does not; "sign": its form tells it;
            "words": only its wording, which is a weak hint.
    """

    name: str
    form: str
    question: re.Pattern[str]
    text: re.Pattern[str]


@cache
def _table() -> tuple[Kind, ...]:
    text = files("assistant.evidence").joinpath("answer_kinds.tsv").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(
        Kind(name, form, re.compile(fold(question)), re.compile(fold(held))) for name, form, question, held in rows
    )


def kinds(question: str) -> list[Kind]:
    """Return the kinds of answer that would do; figures go before words: "how long must we …" asks for a span."""
    folded = fold(question)
    asked = [kind for kind in _table() if kind.question.search(folded)]
    return [kind for kind in asked if kind.form != "words"] or asked


_folded = lru_cache(maxsize=50_000)(fold)


@lru_cache(maxsize=50_000)
def figures_of(text: str) -> frozenset[str]:
    """Return the figures of a text in their normal form (:mod:`kb.language.quantities.index`)."""
    return frozenset(figures(_folded(text)))


def share(asked: Sequence[Kind], text: str, given: frozenset[str]) -> float:
    """Return the share of the kinds, 0..1, that the text holds an answer of; ½ where no kind is known.

    Args:
        given: the figures of the question, which are no answer to it.
    """
    if not asked:
        return 0.5
    return sum(_holds(kind, text, given) for kind in asked) / len(asked)


def _holds(kind: Kind, text: str, given: frozenset[str]) -> bool:
    if not kind.text.search(_folded(text)):
        return False
    here = figures_of(text)
    return kind.form != "figure" or not here or bool(here - given)
