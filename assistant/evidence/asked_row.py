"""The row of a table that a question names, where the row has the figure or the day that is asked for.

A row has few words. 「池二邊日返工」 shares with the row of 池二 only the name. What tells that it is the answer is its
form: one cell is what the question names, and another, in the column asked for, has the kind of answer expected.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache

from assistant.evidence.answer_kinds import Kind, share
from assistant.evidence.quotable_spans import QuotableSpan, column_names, is_header_row
from assistant.evidence.row_units import cells_with_units
from kb.core import data_files
from kb.language.script import fold, is_han
from kb.language.words import query_words

__all__ = ["is_asked_row"]

_FIGURES = re.compile(r"[\d\s.,:/$%-]*")


@cache
def _plain_names() -> re.Pattern[str]:
    """Words in the name of a column that tell only the kind of its values: 日期, 日數, amount."""
    words = [
        fold(word) for line in data_files.lines("assistant.evidence", "plain_columns.txt") for word in line.split()
    ]
    return re.compile("|".join(map(re.escape, sorted(words, key=len, reverse=True))))


@lru_cache(maxsize=5_000)
def _content(column: str) -> frozenset[str]:
    """Return the words of a column's name that tell it from others of the same kind: 恩恤假日數 → 恩恤, 恤假."""
    rest = _plain_names().sub(" ", fold(column))
    return (
        frozenset(word for word, weight in query_words(rest) if weight >= 0.5) if rest.strip(" ()（）") else frozenset()
    )


def is_asked_row(span: QuotableSpan, question: str, words: Sequence[str], kinds: Sequence[Kind]) -> bool:
    """Whether a span is a row that the question names, with the kind of answer it asks for in the column it asks for.

    Args:
        question: as typed.
        words: the words of the question, with its other names.
        kinds: the kinds of answer that it asks for. Those that only the wording shows do not count.
    """
    expected = [kind for kind in kinds if kind.form != "words"]
    if not expected or not span.is_row or is_header_row(span):
        return False
    cells, names = span.text.split("\t"), column_names(span)
    if not names:
        return False
    names += [""] * (len(cells) - len(names))
    folded, known = fold(question), set(words)
    keys = [i for i, cell in enumerate(cells) if _is_named(fold(cell.strip()), folded)]
    if not keys:
        return False
    values = cells_with_units(span)
    fitting = [i for i, cell in enumerate(values) if i not in keys and share(expected, cell, frozenset()) > 0]
    own = {i: _content(names[i]) for i in fitting}
    if len(fitting) == 1 and not own[fitting[0]]:
        return True
    return any((own[i] - frozenset().union(*(own[other] for other in fitting if other != i))) & known for i in fitting)


def _is_named(cell: str, question: str) -> bool:
    if len(cell) < 2 or _FIGURES.fullmatch(cell):
        return False
    if is_han(cell[0]):
        return cell in question
    return bool(re.search(rf"(?<![a-z0-9]){re.escape(cell)}(?![a-z0-9])", question))
