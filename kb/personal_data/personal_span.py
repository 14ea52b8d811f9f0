"""A piece of people's data in a text, and the kinds there are."""

from __future__ import annotations

from enum import StrEnum
from typing import NamedTuple

__all__ = ["FINDER", "PersonalKind", "PersonalSpan"]

# The number of the rules of :func:`.persons_finder.find_persons_data`. Versions that were examined by rules of another
# number are examined again.
FINDER = 2


class PersonalKind(StrEnum):
    """What a piece of people's data says about a person."""

    HKID = "hkid"
    PASSPORT = "passport"
    BANK = "bank"
    CARD = "card"
    PHONE = "phone"  # of a person; an office line or a hotline is not
    EMAIL = "email"  # of a person; the address of an office or a post is not
    ADDRESS = "address"  # a home; the address of a centre is not
    BIRTH = "birth"
    NUMBER = "number"  # by which an organisation knows a person: case, member, staff number
    SOCIAL = "social"  # a name on a social medium
    HEALTH = "health"  # a fact about the health of a person who is named beside it
    SALARY = "salary"  # what a person who is named beside it earns
    NOTE = "note"  # remarks on a person in a list of persons
    NAME = "name"  # in a row of a list that holds two other kinds about the same person


class PersonalSpan(NamedTuple):
    """The characters ``start``–``end`` of a text, and what they are."""

    start: int
    end: int
    kind: PersonalKind
