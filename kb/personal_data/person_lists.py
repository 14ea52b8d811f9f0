"""What the people's data of a whole document comes to: how much of each kind, and whether it is a list of persons."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from kb.personal_data.comparable_text import comparable
from kb.personal_data.personal_span import PersonalKind, PersonalSpan
from kb.personal_data.persons_finder import persons_with_health_facts

__all__ = ["summarise"]

# So many different pieces of one kind are those of several persons: one person's form has one of each, a couple's two.
_SEVERAL = 3
# One contact line, or a form with its emergency contacts, has a few of these; rows of a table are persons.
_MANY, _ROWS = 5, 3
_CELL_EDGE = re.compile(r"\t|[|｜]")
_OF_CONTACTS = (PersonalKind.PHONE, PersonalKind.EMAIL, PersonalKind.ADDRESS, PersonalKind.SOCIAL)
_BESIDES = (PersonalKind.NAME, PersonalKind.NOTE, PersonalKind.HEALTH)


@dataclass(frozen=True, slots=True)
class DocumentFound:
    """The people's data of a document.

    Attributes:
        counts: different pieces by kind, the most frequent first; kinds without any are absent.
        is_list: whether it is about several persons: so many different numbers of one kind cannot be one person's, or
            it tells the health of so many people who are named.
    """

    counts: dict[str, int]
    is_list: bool


def summarise(pieces: Iterable[tuple[str, Sequence[PersonalSpan]]]) -> DocumentFound:
    """Return what the texts of a document hold, given with their spans; a piece that is repeated counts once."""
    different: dict[PersonalKind, set[str]] = defaultdict(set)
    rows: dict[PersonalKind, set[tuple[int, int]]] = defaultdict(set)
    table_rows: dict[PersonalKind, set[tuple[int, int]]] = defaultdict(set)
    persons: set[tuple[str, str]] = set()
    for number, (text, spans) in enumerate(pieces):
        if any(kind in (PersonalKind.HEALTH, PersonalKind.NOTE) for _, _, kind in spans):
            persons |= persons_with_health_facts(text)
        for start, end, kind in spans:
            different[kind].add("".join(char for char in comparable(text[start:end]).text.casefold() if char.isalnum()))
            line = text.rfind("\n", 0, start) + 1
            rows[kind].add((number, line))
            if _CELL_EDGE.search(text, line, start) or text.find("\t", end, end + 2) >= 0:
                table_rows[kind].add((number, line))
    counts = {kind: len(found) for kind, found in different.items()}
    several = any(count >= _SEVERAL for kind, count in counts.items() if kind not in (*_OF_CONTACTS, *_BESIDES))
    contacts = any(
        min(counts.get(kind, 0), len(rows[kind])) >= _MANY or min(counts.get(kind, 0), len(table_rows[kind])) >= _ROWS
        for kind in _OF_CONTACTS
    )
    patients = _persons(persons) >= _SEVERAL
    facts = min(counts.get(PersonalKind.HEALTH, 0), len(rows[PersonalKind.HEALTH])) >= _MANY
    ordered = sorted(counts.items(), key=lambda one: -one[1])
    return DocumentFound({kind.value: count for kind, count in ordered}, several or contacts or facts or patients)


def _persons(names: set[tuple[str, str]]) -> int:
    """Return how many persons are named so; 陳婆婆 may be the 陳美玲 who is named in full elsewhere."""
    whole = {name for name, title in names if not title}
    parts = {part for name in whole for part in (name.split() if name.isascii() else name[0])}
    return len(whole) + sum(bool(title) and name not in parts for name, title in names)
