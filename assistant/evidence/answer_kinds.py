"""The kinds of answer a question asks for (a length of time, an amount, a person …), and whether a text has one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from kb.core import data_files
from kb.language.quantities.index import figures
from kb.language.script import fold

__all__ = ["Kind", "figures_of", "kinds", "share"]


@dataclass(frozen=True, slots=True)
class Kind:
    """A line of ``answer_kinds.tsv``. Both patterns match folded text.

    Attributes:
        form: "figure": the text must contain a figure that the question does not contain; "sign": the form of the
            text shows that it is an answer; "words": only its wording shows that, which is weak evidence.
        question: matches a question that asks for this kind.
        text: matches a text that contains an answer of this kind.
    """

    name: str
    form: str
    question: re.Pattern[str]
    text: re.Pattern[str]


@cache
def _table() -> tuple[Kind, ...]:
    rows = data_files.rows("assistant.evidence", "answer_kinds.tsv")
    return tuple(
        Kind(name, form, re.compile(fold(question)), re.compile(fold(answer))) for name, form, question, answer in rows
    )


def kinds(question: str) -> list[Kind]:
    """Return the kinds of answer that the question asks for.

    Kinds of the form "words" count only where no other kind matches: "how long must we …" asks for a length of time.
    """
    folded = fold(question)
    matching = [kind for kind in _table() if kind.question.search(folded)]
    return [kind for kind in matching if kind.form != "words"] or matching


_folded = lru_cache(maxsize=50_000)(fold)


@lru_cache(maxsize=50_000)
def figures_of(text: str) -> frozenset[str]:
    """Return the figures of a text in their normal form (:mod:`kb.language.quantities.index`)."""
    return frozenset(figures(_folded(text)))


def share(expected: Sequence[Kind], text: str, given: frozenset[str]) -> float:
    """Return the share, 0..1, of the expected kinds of which the text contains an answer; ½ where none is expected.

    Args:
        given: the figures of the question. They cannot be the answer to it.
    """
    if not expected:
        return 0.5
    return sum(_contains_answer(kind, text, given) for kind in expected) / len(expected)


def _contains_answer(kind: Kind, text: str, given: frozenset[str]) -> bool:
    if not kind.text.search(_folded(text)):
        return False
    here = figures_of(text)
    return kind.form != "figure" or not here or bool(here - given)
