"""The people in a pasted list: names, e-mail addresses, or rows of a spreadsheet with both."""

from __future__ import annotations

import re
from dataclasses import dataclass

from kb.core import data_files

__all__ = ["MOST_INVITEES", "Invitee", "read_invitees"]

MOST_INVITEES = 100
_MOST_NAME = 120
# Lengths after RFC 5321; without them a long word takes time that grows with its square.
_PART, _WITHIN = r"[^\s<>@,;，；、|/()（）:：]", r"[^\s<>,;，；、|/()（）:：]"
_ADDRESS = re.compile(rf"(?<!{_WITHIN}){_PART}{{1,64}}@{_PART}{{1,255}}(?!{_WITHIN})")
_MOST_LINE = 2_000
# Cells of a row that is copied from a spreadsheet are separated by tabs.
_CELL = re.compile(r"\t")
_SEPARATOR = re.compile(r"[\t,;，；、|]")
# "1.", "2)" or "•" before a name in a list.
_LIST_MARK = re.compile(r"^\s*(?:\d{1,3}\s*[.)、．]|[-•·*])\s*")


@dataclass(frozen=True, slots=True)
class Invitee:
    """A person to invite; ``name`` or ``email`` may be "", not both."""

    name: str
    email: str


def read_invitees(text: str) -> list[Invitee]:
    """Return the people of a pasted list, in order, each address and each name without one once.

    A line is one person, with a name, an address or both: "黃姑娘", "wong@harmony.example", "黃姑娘
    <wong@harmony.example>", or the cells of a spreadsheet's row. Several addresses, or names separated by commas, are
    several people. A row of headings ("姓名", "電郵") is nobody.
    """
    found: list[Invitee] = []
    for line in text.splitlines():
        found += _people_of(_LIST_MARK.sub("", line[:_MOST_LINE]))
    return list({(one.email or one.name): one for one in reversed(found)}.values())[::-1]


def _people_of(line: str) -> list[Invitee]:
    matches = list(_ADDRESS.finditer(line))
    if len(matches) > 1:  # each address with the name before it
        starts = [0, *(match.end() for match in matches[:-1])]
        parts = [line[start : match.end()] for start, match in zip(starts, matches, strict=True)]
        return [person for part in [*parts, line[matches[-1].end() :]] if _tidy(part) for person in _people_of(part)]
    addresses = [match.group().casefold() for match in matches]
    if not addresses and not _CELL.search(line) and _SEPARATOR.search(line):
        return [person for part in _SEPARATOR.split(line) if part.strip() for person in _people_of(part)]
    cells = [_tidy(cell) for cell in _SEPARATOR.split(_ADDRESS.sub(" ", line))]
    names = [cell for cell in cells if any(char.isalpha() for char in cell)]
    if not addresses and set(map(str.casefold, names)) <= set(
        data_files.lines("assistant.service", "list_headings.txt")
    ):
        return []
    if not addresses and not names:
        return []
    return [Invitee(names[0][:_MOST_NAME] if names else "", addresses[0] if addresses else "")]


def _tidy(cell: str) -> str:
    return " ".join("".join(char for char in cell if char.isprintable()).split()).strip("\"'「」()（）<> ")
