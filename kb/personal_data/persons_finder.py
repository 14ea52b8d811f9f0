"""People's data that does not belong before everybody's eyes: what is masked in answers and counted at intake.

Unlike :func:`.personal_data_finder.find_personal_data`, which takes out all that might name somebody before text
leaves for a language model, this leaves what a reader is meant to find: names, office lines, the addresses of centres
and posts. Names are found only in rows that hold more about the same person.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from functools import cache, cached_property

from kb.core import data_files
from kb.language.script import HAN_BASIC
from kb.personal_data import hkid, private_facts, whose_data
from kb.personal_data.comparable_text import ComparableText, comparable, comparable_pattern
from kb.personal_data.names.name_words import name_words
from kb.personal_data.personal_data_finder import identifiers_in, merged, names_in
from kb.personal_data.personal_span import PersonalKind, PersonalSpan
from kb.personal_data.table_cells import Cell, labelled_values, table_cells

__all__ = ["find_persons_data", "persons_with_health_facts"]

# A text without any of these has nothing to find; most passages of a handbook end here.
_MAY_HOLD = re.compile(
    r"[\dO〇０-９](?:[^\w\n]{0,3}[\dOoIl０-９]){3}|[零〇一二三四五六七八九]{4}|@|＠|\bat\b|小老鼠|住|址|出生|生日"
    r"|IG|WeChat|微信|Telegram|Facebook|LINE|Instagram|小紅書|\d[kK]\b|第 ?\d+ ?點|\blives?\b|residen",
    re.IGNORECASE,
)
_IDENTITY = ("hkid", "passport", "birth")
_DISTRICT = re.compile(r",? ?([A-Z][a-z]+(?: [A-Z][a-z]+){0,3})(?![A-Za-z])")
_TERRITORY = ("kowloon", "hong kong", "new territories")
_RESIDENT_PARTS = {"hkid", "passport", "birth", "address", "health", "bank"}
# Labels that alone say what a value is; a telephone number or an e-mail address has to look like one besides.
_BY_LABEL = {"hkid", "passport", "bank", "card", "birth", "number", "social"}
_BY_LABEL |= {"mobile", "phone", "address", "health", "salary"}
_CELL_KINDS = {"mobile": "phone"}


def find_persons_data(text: str) -> list[PersonalSpan]:
    """Return the pieces of people's data in a text, in order and without overlap.

    Args:
        text: Chinese or English; a few thousand characters at most, such as a chunk.
    """
    if not _MAY_HOLD.search(text) and not private_facts.may_hold(text):
        return []
    view = comparable(text)
    found = [(*view.span(start, end), kind) for start, end, kind in _Finder(view.text).pieces()]
    if _BROKEN_NUMBER.search(view.text):
        found += _across_lines(text, view.joined_lines())
    return [
        PersonalSpan(start, end, PersonalKind(kind))
        for start, end, kind in merged(sorted(found, key=lambda one: (one[0], -one[1])))
    ]


def persons_with_health_facts(text: str) -> frozenset[tuple[str, str]]:
    """Return how the persons are called whose health a text tells, as :func:`.private_facts.called` does."""
    finder = _Finder(comparable(text).text)
    names = [*finder.subjects(), *finder.names_of_health_cells()]
    return frozenset(private_facts.called(finder, name) for name in names)


# A number may go on in the next line of a scan or of a narrow table.
_BROKEN_NUMBER = re.compile(r"[A-Za-z\d] ?-?\n ?[\d(]")


def _across_lines(text: str, joined: ComparableText) -> Iterator[tuple[int, int, str]]:
    for start, end, kind in _Finder(joined.text).of_persons():
        first, last = joined.span(start, end)
        if kind in ("hkid", "bank", "card", "passport") and "\n" in text[first:last]:
            yield first, last, kind


@cache
def _after_labels() -> tuple[tuple[str, re.Pattern[str]], ...]:
    rows = data_files.rows("kb.personal_data", "after_labels.tsv")
    return tuple((kind, re.compile(_spaced(comparable_pattern(pattern)))) for kind, pattern in rows)


def _spaced(pattern: str) -> str:
    """Return a pattern that allows a space between Chinese characters: a scan often has them."""
    return re.sub(rf"(?<=[{HAN_BASIC}])(?=[{HAN_BASIC}])", " ?", pattern)


def _is_handle(match: re.Match[str]) -> bool:
    """Whether a word behind the name of a social medium is an account: @ or a figure in it, or a colon before it."""
    handle = match["it"].lower().strip("@.")
    is_marked = match["it"][0] == "@" or any(char in "_.0123456789" for char in handle)
    label = match[0][: match.start("it") - match.start()].rstrip()
    return handle not in data_files.lines("kb.personal_data", "no_handles.txt") and (is_marked or label[-1] in ":号名d")


class _Finder:
    """One comparable text; what is costly to know about it is found when it is first needed."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def names(self) -> list[tuple[int, int]]:
        return sorted([*names_in(self.text), *private_facts.familiar_names(self.text)])

    @cached_property
    def cells(self) -> list[Cell]:
        return sorted([*table_cells(self.text), *labelled_values(self.text)], key=lambda one: one.start)

    @cached_property
    def _cell_starts(self) -> list[int]:
        return [one.start for one in self.cells]

    @cached_property
    def _line_starts(self) -> list[int]:
        return [0, *(match.end() for match in re.finditer("\n", self.text))]

    def line(self, at: int) -> tuple[int, int]:
        """Return the first and the last character of the line at a place."""
        number = bisect_right(self._line_starts, at)
        end = self._line_starts[number] - 1 if number < len(self._line_starts) else len(self.text)
        return self._line_starts[number - 1], end

    def has_name(self, start: int, end: int) -> bool:
        """Whether a name stands in a part of the text."""
        at = bisect_right(self.names, (start, -1))
        return any(first < end and last > start for first, last in self.names[max(0, at - 1) : at + 2])

    def names_before(self, at: int, count: int) -> list[tuple[int, int]]:
        """Return the last names that end before a place, in order."""
        number = bisect_left(self.names, (at, -1))
        return [name for name in self.names[max(0, number - count) : number] if name[1] <= at]

    def names_between(self, start: int, end: int) -> list[tuple[int, int]]:
        """Return the names that stand in a part of the text, or reach into it."""
        number = bisect_left(self.names, (start, -1))
        reaching = [name for name in self.names[max(0, number - 2) : number] if name[1] > start]
        return [*reaching, *self.names[number : bisect_left(self.names, (end, -1))]]

    @cached_property
    def identifiers(self) -> list[tuple[int, int, str]]:
        """Numbers, addresses and dates of birth, whosoever they are; none is part of another's number."""
        found = [*identifiers_in(self.text), *self._more_identifiers()]
        phones = [(start, end) for start, end, kind in found if kind == "phone"]
        return [
            (start, self._with_district(end) if kind == "address" else end, kind)
            for start, end, kind in found
            if kind != "bank" or not any(first <= start and end <= last for first, last in phones)
        ]

    @cached_property
    def _identities(self) -> list[int]:
        return sorted(start for start, _, kind in self.identifiers if kind in _IDENTITY)

    def has_identity(self, start: int, end: int) -> bool:
        """Whether the identity of somebody begins in a part of the text: an identity card, a date of birth."""
        at = bisect_left(self._identities, start)
        return at < len(self._identities) and self._identities[at] < end

    def _with_district(self, end: int) -> int:
        """Return the end of an English address with the district behind it: …, Sha Tin."""
        match = _DISTRICT.match(self.text, end)
        while match and (match[1].lower() in name_words("no_name") or match[1].lower() in _TERRITORY):
            end = match.end()
            match = _DISTRICT.match(self.text, end)
        return end

    def pieces(self) -> Iterator[tuple[int, int, str]]:
        found = [*self.of_persons(), *self._labelled(), *self._facts()]
        yield from found
        yield from self._names_of_records(found)

    def of_persons(self) -> Iterator[tuple[int, int, str]]:
        """Yield the identifiers that are a person's, by the words around them."""
        for start, end, kind in self.identifiers:
            cell = self._cell_at(start)
            if whose_data.is_of_a_person(self, kind, start, end, cell):
                yield start, end, kind

    def _more_identifiers(self) -> Iterator[tuple[int, int, str]]:
        # With a wrong check digit it is a number that was typed wrongly, if it stands beside a name.
        for match in hkid.HKID.finditer(self.text):
            is_whole = match[0].endswith(")") and not hkid.is_valid(*match.groups())
            if is_whole and self.has_name(*self.line(match.start())):
                yield *match.span(), "hkid"
        for kind, pattern in _after_labels():
            for match in pattern.finditer(self.text):
                if kind != "social" or _is_handle(match):
                    yield match.start("it"), match.start("it") + len(match["it"].rstrip(".")), kind

    def _cell_at(self, at: int) -> Cell | None:
        number = bisect_right(self._cell_starts, at) - 1
        cell = self.cells[number] if number >= 0 else None
        return cell if cell is not None and at < cell.end else None

    def _labelled(self) -> Iterator[tuple[int, int, str]]:
        """Yield what a label says is a person's: the cells of a list of persons, the values of a filled-in form."""
        for cell in self.cells:
            kind = _CELL_KINDS.get(cell.kind, cell.kind)
            if cell.kind in _BY_LABEL and whose_data.label_is_of_a_person(self, cell):
                yield cell.start, cell.end, kind

    def _facts(self) -> Iterator[tuple[int, int, str]]:
        for start, end, kind in private_facts.facts_in(self.text):
            if private_facts.person_of(self, start, end, kind) is not None:
                yield start, end, kind

    def subjects(self) -> Iterator[tuple[int, int]]:
        """Yield the names of the persons whom facts of health are about."""
        for start, end, kind in private_facts.facts_in(self.text):
            name = private_facts.person_of(self, start, end, kind) if kind == "health" else None
            if name is not None:
                yield name

    def names_of_health_cells(self) -> Iterator[tuple[int, int]]:
        """Yield the names in the rows of a list of persons that have a value under a label of health."""
        rows = {self.line(cell.start)[0] for cell in self.cells if cell.in_list and cell.kind == "health"}
        for cell in self.cells:
            if cell.in_list and cell.kind == "name" and self.line(cell.start)[0] in rows:
                yield cell.start, cell.end

    def _names_of_records(self, found: Iterable[tuple[int, int, str]]) -> Iterator[tuple[int, int, str]]:
        """Yield the names, and the notes, in rows of a table that hold more about the same person."""
        kinds: dict[int, set[str]] = {}
        for start, _, kind in found:
            kinds.setdefault(self.line(start)[0], set()).add(kind)
        for cell in self.cells:
            row = kinds.get(self.line(cell.start)[0], set()) & _RESIDENT_PARTS
            if cell.in_list and cell.kind in ("name", "note") and len(row) >= (2 if cell.kind == "name" else 1):
                yield cell.start, cell.end, cell.kind
