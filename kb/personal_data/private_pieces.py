"""Which pieces of personal data are hidden from readers: those of a person, not those of an organisation.

A finder errs on the side of too much: before a text goes to a language model, it does not matter whose a telephone
number is. For a reader it does. The line of an office, a hotline and the number of a post are what people look for; the
mobile number, the home and the date of birth of a colleague or a client are not theirs to see. The words around a piece
decide (``context_words.tsv``), and the names near it. Names themselves stay.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from kb.core import data_files
from kb.personal_data.comparable_text import comparable, comparable_pattern
from kb.personal_data.personal_data_finder import PersonalData

__all__ = ["private_pieces"]

# Characters before a piece that belong to it, at most; the sentence and the line end earlier.
_BEFORE, _AFTER = 40, 18
_BOUNDARY = re.compile(r"[\n。;!?]|\. ")
# These are of a person wherever they stand.
_HARD = ("hkid", "passport", "birth")
_LINES_NEAR = 2


@cache
def _words(name: str) -> re.Pattern[str]:
    patterns = dict(data_files.rows("kb.personal_data", "context_words.tsv"))
    return re.compile(comparable_pattern(patterns[name]), re.IGNORECASE)


@cache
def _mail_providers() -> frozenset[str]:
    return frozenset(data_files.lines("kb.personal_data", "mail_providers.txt"))


@dataclass(frozen=True)
class _Place:
    """A piece with what stands around it; all texts are in comparable form.

    Attributes:
        before, after: the rest of its sentence, within its line.
        line: its line, which in a table is its row.
        column: the heading of its column, "" outside of a table.
        named: whether a name is in the sentence or the row.
        hard: whether a piece that is a person's for certain is in a line near.
    """

    kind: str
    piece: str
    before: str
    after: str
    line: str
    column: str
    named: bool
    hard: bool

    def label(self, name: str) -> bool:
        """Whether a word of that name stands before the piece, or above it in its column."""
        return bool(_words(name).search(self.before) or _words(name).search(self.column))

    @cached_property
    def digits(self) -> str:
        return re.sub(r"\D", "", self.piece)


def private_pieces(text: str, pieces: Iterable[PersonalData]) -> list[PersonalData]:
    """Return those pieces of a text that only some readers may see.

    Args:
        pieces: what :func:`.find_personal_data` finds in the text: names too, which tell whose the others are.
    """
    found = list(pieces)
    if all(kind == "name" for _, _, kind in found):
        return []
    names = [(start, end) for start, end, kind in found if kind == "name"]
    hard = [start for start, _, kind in found if kind in _HARD]
    return [
        one
        for one in found
        if one[2] != "name" and _RULES.get(one[2], _always)(_place(text, one, names, hard))
    ]


def _place(text: str, one: PersonalData, names: Sequence[tuple[int, int]], hard: Sequence[int]) -> _Place:
    start, end, kind = one
    first, last = text.rfind("\n", 0, start) + 1, text.find("\n", end)
    last = len(text) if last < 0 else last
    row = "\t" in text[first:last]
    before = comparable(text[first if row else max(first, start - _BEFORE) : start]).text
    after = comparable(text[end : last if row else min(last, end + _AFTER)]).text
    if not row:
        before = _BOUNDARY.split(before)[-1]
        after = _BOUNDARY.split(after)[0]
    near = (first, last) if row else (start - len(before) - 2, end + len(after) + 2)
    return _Place(
        kind=kind,
        piece=comparable(text[start:end]).text,
        before=before,
        after=after,
        line=comparable(text[first:last]).text,
        column=comparable(_column(text, first, text[first:start].count("\t"))).text if row else "",
        named=any(near[0] <= at and to <= near[1] for at, to in names),
        hard=any(at != start and text[min(at, start) : max(at, start)].count("\n") <= _LINES_NEAR for at in hard),
    )


def _column(text: str, first: int, index: int) -> str:
    """Return the heading of a column: its cell in the first line of the lines with tabs that end at ``first``."""
    heading = ""
    while first > 0:
        above = text.rfind("\n", 0, first - 1) + 1
        cells = text[above : first - 1].split("\t")
        if len(cells) < 2:
            break
        heading = cells[index] if index < len(cells) else heading
        first = above
    return heading


def _always(_: _Place) -> bool:
    return True


def _phone(at: _Place) -> bool:
    local = at.digits.removeprefix("852") if len(at.digits) > 8 else at.digits
    if at.label("home") and not (at.label("office") and not at.named):
        return True
    if local[0] in "23" and len(local) == 8:
        whose = f"{at.before}{at.after}"
        return not at.label("office") and (
            bool(at.named and _words("user").search(whose))
            or (at.named and "\t" not in at.before and at.hard)
            or (bool(at.column) and at.named and at.hard)
        )
    if at.label("mobile"):
        return at.named or not at.label("work_mobile")
    return not at.label("office")


def _address(at: _Place) -> bool:
    if at.label("home"):
        return True
    if _words("office").search(at.piece) or at.label("office"):
        return False
    return at.named or at.hard


def _birth(at: _Place) -> bool:
    if _words("range_after").search(at.after) or _words("range_before").search(at.before):
        return False
    return at.named or at.hard or len(at.digits) >= 6


def _number(at: _Place) -> bool:
    return at.named or at.hard or not at.label("file")


def _account(at: _Place) -> bool:
    if at.label("organisation") and not at.named:
        return False
    labelled = at.label("bank_label") or bool(_words("bank_label").search(at.line))
    return labelled or at.named or at.hard or len(at.digits) >= 15


def _email(at: _Place) -> bool:
    local, _, domain = at.piece.replace(" ", "").rpartition("@")
    if _words("generic_mail").search(local):
        return False
    return at.label("home") or (at.named and domain.lower() in _mail_providers())


def _identity(at: _Place) -> bool:
    return not _words("sample").search(at.before)


_RULES: dict[str, Callable[[_Place], bool]] = {
    "hkid": _identity,
    "passport": _identity,
    "phone": _phone,
    "address": _address,
    "birth": _birth,
    "number": _number,
    "bank": _account,
    "card": _account,
    "email": _email,
}
