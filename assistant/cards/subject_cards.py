"""Cards for high-stakes subjects: fixed text and contacts of the NGO, shown before any answer and never generated.

``cards.json`` has the defaults; a tenant's owner can change, add and remove subjects. An unnecessary card does little
harm and a missing one may do much, so the patterns are wide: "child abuse training" shows the card too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, field_validator

from assistant.cards.pattern_cost import MAX_WAYS, matching_cost
from kb.core import data_files
from kb.core.errors import InputError
from kb.language.script import fold
from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["MOST_CARDS", "Card", "CardMatch", "find", "listing", "reset", "save"]

KEY = "cards"
MOST_CARDS = 50
_Text = Annotated[str, Field(min_length=1, max_length=2000)]
# A number of eight digits, as telephones in Hong Kong have, or one of an emergency service.
_PHONE = re.compile(r"(?<!\d)(?:\d{4}[ -]?\d{4}|999)(?!\d)")


def _check_both(words: dict[str, str]) -> dict[str, str]:
    if set(words) != {"zh-HK", "en"}:
        raise ValueError("zh-HK and en are both needed")
    return words


_Words = Annotated[
    dict[Literal["zh-HK", "en"], _Text],
    AfterValidator(_check_both),
    Field(json_schema_extra={"required": ["zh-HK", "en"]}),
]


class Contact(BaseModel):
    """A person or service to call: a name, in one language or in both, and the telephone number."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    name: dict[Literal["zh-HK", "en"], _Text]
    number: Annotated[str, Field(pattern=r"^[+\d][\d \-()#*]{1,29}$")]


class Card(BaseModel):
    """A subject: regular expressions that find it in a question, and the content of the card.

    Question and patterns are folded (lower case, Simplified) before matching.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    id: Annotated[str, Field(pattern=r"^[a-z0-9-]{2,40}$")]
    patterns: Annotated[list[Annotated[str, Field(min_length=2, max_length=1000)]], Field(min_length=1, max_length=50)]
    title: _Words
    text: _Words
    contacts: list[Contact] = []
    enabled: bool = True

    @field_validator("patterns")
    @classmethod
    def _compiles(cls, patterns: list[str]) -> list[str]:
        for pattern in patterns:
            try:
                compiled = _compiled(pattern)
            except re.error as error:
                raise ValueError(f"{pattern}: {error}") from error
            if matching_cost(pattern) > MAX_WAYS:
                raise ValueError(f"{pattern}: too many ways to match (repeats inside or after repeats)")
            if compiled.search(""):
                raise ValueError(f"{pattern}: finds everything")
        return patterns

    def matches(self, question: str) -> bool:
        """Whether a question is about the subject. False for a card that is not enabled."""
        folded = fold(question)
        return self.enabled and any(_compiled(pattern).search(folded) for pattern in self.patterns)

    def localized(self, locale: str, own_contact: str = "") -> dict[str, Any]:
        """Return the card in one language: ``{"id", "title", "text", "contacts": [{"name", "number"}]}``.

        Args:
            locale: "en", or any other for zh-HK.
            own_contact: whom the organisation names for the subject, as it is written; comes first.
        """
        words: Literal["zh-HK", "en"] = "en" if locale == "en" else "zh-HK"
        contacts = [
            {"name": one.name.get(words) or next(iter(one.name.values()), ""), "number": one.number}
            for one in self.contacts
        ]
        contacts = [*_as_contact(own_contact), *contacts]
        return {"id": self.id, "title": self.title[words], "text": self.text[words], "contacts": contacts}


@dataclass(frozen=True, slots=True)
class CardMatch:
    """The card that a question calls for.

    Attributes:
        is_emergency: whether the question tells of an emergency; False where it asks about the procedure for one.
    """

    card: Card
    is_emergency: bool


def _as_contact(text: str) -> list[dict[str, str]]:
    """Return a contact that is one text, such as "當值主管 6123 4567"; ``number`` is "" where it has none.

    An extension ("內線 200") is no number that a telephone outside could call, and stays in the name.
    """
    found = _PHONE.search(text)
    if found is None:
        return [{"name": text, "number": ""}] if text else []
    name = f"{text[: found.start()].rstrip(' ，,:：')} {text[found.end() :].strip()}".strip()
    return [{"name": name, "number": found[0]}]


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> re.Pattern[str]:
    # folding keeps escapes such as \b and \w but changes their upper-case forms, so ASCII patterns are not folded
    return re.compile(pattern if pattern.isascii() else fold(pattern), re.IGNORECASE)


@cache
def defaults() -> tuple[Card, ...]:
    """Return the shipped cards. All telephone numbers on them are of public services."""
    return tuple(Card.model_validate(one) for one in data_files.json_data("assistant.cards", "cards.json"))


def listing(library: Library) -> list[Card]:
    """Return the tenant's cards, or the shipped ones if it has none of its own."""
    stored = tenant_settings.get(library, KEY)
    return list(defaults()) if stored is None else [Card.model_validate(one) for one in stored]


def save(library: Library, cards: list[dict[str, Any]]) -> list[Card]:
    """Check and store the tenant's cards, which replace all earlier ones, and return them.

    Raises:
        InputError: ``cards_invalid`` with the reason.
    """
    try:
        checked = [Card.model_validate(one) for one in cards]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError("cards_invalid", reason=f"{place}: {first['msg']}") from error
    if sum(matching_cost(pattern) for card in checked for pattern in card.patterns) > MAX_WAYS:
        raise InputError("cards_invalid", reason="patterns: too many ways to match (repeats inside or after repeats)")
    identities = {card.id for card in checked}
    if len(identities) < len(checked) or len(checked) > MOST_CARDS:
        raise InputError("cards_invalid", reason=f"id: each once, at most {MOST_CARDS}")
    tenant_settings.put(library, KEY, [card.model_dump() for card in checked])
    return checked


def reset(library: Library) -> None:
    """Go back to the shipped cards."""
    tenant_settings.put(library, KEY, None)


def find(library: Library, question: str) -> CardMatch | None:
    """Return the first card in the list whose subject the question is about; None if there is none."""
    return next((CardMatch(card, is_emergency=True) for card in listing(library) if card.matches(question)), None)
