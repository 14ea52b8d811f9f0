"""Cards for high-stakes subjects: fixed text and contacts of the NGO, shown before any answer and never generated.

``cards.json`` has the built-in cards; a tenant's owner can change them, switch them off, add examples of messages, and
add cards of other subjects. What an owner changed of a built-in card is kept, and nothing else of it: a new release
brings new wording and new subjects. Which card a message calls for is decided in :mod:`.card_choice`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from kb.core import data_files
from kb.core.errors import InputError
from kb.library import tenant_settings
from kb.library.documents import Library

__all__ = ["MOST_CARDS", "Card", "CardId", "CardMatch", "built_in_examples", "dials", "listing", "reset", "save"]

KEY = "cards"
MOST_CARDS = 50
# Of one card, and of all cards of an organisation. Each is embedded once after the program starts, in 4 ms.
MOST_EXAMPLES = 100
MOST_EXAMPLES_IN_ALL = 500
CardId = Annotated[str, Field(pattern=r"^[a-z0-9_-]{2,40}$")]
_Example = Annotated[str, Field(min_length=2, max_length=300, pattern=r"\S\s*\S")]
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
    """A subject and the content of its card.

    The trained model knows the subjects of the built-in cards by ``id``. Any other card is found by its examples alone
    and needs at least one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)
    id: CardId
    examples: list[_Example] = Field(
        default=[],
        max_length=MOST_EXAMPLES,
        description="The organisation's own examples of messages that call for the card, in any language.",
    )
    title: _Words
    text: _Words
    contacts: list[Contact] = []
    enabled: bool = True

    def localized(self, locale: str, own_contact: str = "") -> dict[str, Any]:
        """Return the card in one language: ``{"id", "language", "title", "text", "contacts": [{"name", "number"}]}``.

        ``text`` has a step in each line.

        Args:
            locale: "en", or any other for zh-HK.
            own_contact: whom the organisation names for the subject, as it is written; comes first where it has a
                number that dials, and last otherwise.
        """
        words: Literal["zh-HK", "en"] = "en" if locale == "en" else "zh-HK"
        contacts = [
            {"name": one.name.get(words) or next(iter(one.name.values()), ""), "number": one.number}
            for one in self.contacts
        ]
        own = _as_contact(own_contact)
        contacts = [*own, *contacts] if dials(own_contact) else [*contacts, *own]
        return {
            "id": self.id,
            "language": words,
            "title": self.title[words],
            "text": self.text[words],
            "contacts": contacts,
        }


@dataclass(frozen=True, slots=True)
class CardMatch:
    """The card that a message calls for.

    Attributes:
        is_emergency: whether the message tells of an emergency; False where it asks about the procedure for one.
        others: cards of subjects that are nearly as probable, the most probable first.
        goes_on: whether the card was called for before: the message belongs to an emergency told of earlier.
    """

    card: Card
    is_emergency: bool
    others: tuple[Card, ...] = ()
    goes_on: bool = False


def dials(contact: str) -> bool:
    """Whether a contact, as it is written, has a number that a telephone outside can call: no mere extension."""
    return _PHONE.search(contact) is not None


def _as_contact(text: str) -> list[dict[str, str]]:
    """Return a contact that is one text, such as "當值主管 6123 4567"; ``number`` is "" where it has none.

    An extension ("內線 200") is no number that a telephone outside could call, and stays in the name.
    """
    found = _PHONE.search(text)
    if found is None:
        return [{"name": text, "number": ""}] if text else []
    name = f"{text[: found.start()].rstrip(' ，,:：')} {text[found.end() :].strip()}".strip()
    return [{"name": name, "number": found[0]}]


@cache
def _built_in() -> dict[str, tuple[Card, tuple[str, ...]]]:
    """Return the built-in cards and their examples, by id. All telephone numbers on them are of public services."""
    found = {}
    for one in data_files.json_data("assistant.cards", "cards.json"):
        found[one["id"]] = (Card.model_validate({**one, "examples": []}), tuple(one["examples"]))
    return found


def defaults() -> list[Card]:
    """Return the built-in cards, without their examples."""
    return [card for card, _ in _built_in().values()]


def built_in_examples(card_id: str) -> tuple[str, ...]:
    """Return the examples that a built-in card came with; none for another card."""
    return _built_in()[card_id][1] if card_id in _built_in() else ()


def listing(library: Library) -> list[Card]:
    """Return the tenant's cards: the built-in ones with its changes, then its own."""
    stored: dict[str, dict[str, Any]] = {one["id"]: one for one in tenant_settings.get(library, KEY, [])}
    cards = [
        Card.model_validate({**card.model_dump(), **stored.pop(card.id)}) if card.id in stored else card
        for card in defaults()
    ]
    return [*cards, *map(Card.model_validate, stored.values())]


def save(library: Library, cards: list[dict[str, Any]]) -> list[Card]:
    """Check and store the tenant's cards in place of all earlier ones, and return all.

    A built-in card that is not among them is switched off.

    Raises:
        InputError: ``cards_invalid`` with the reason.
    """
    try:
        checked = [Card.model_validate(one) for one in cards]
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part) for part in first["loc"])
        raise InputError("cards_invalid", reason=f"{place}: {first['msg']}") from error
    by_id = {card.id: card for card in checked}
    if not checked:  # a program's slip, which would switch off every card
        raise InputError("cards_invalid", reason="cards: at least one")
    if len(by_id) < len(checked) or len(checked) > MOST_CARDS:
        raise InputError("cards_invalid", reason=f"id: each once, at most {MOST_CARDS}")
    if any(not card.examples for card in checked if card.id not in _built_in()):
        raise InputError("cards_invalid", reason="examples: at least one")
    if sum(len(card.examples) for card in checked) > MOST_EXAMPLES_IN_ALL:
        raise InputError("cards_invalid", reason=f"examples: at most {MOST_EXAMPLES_IN_ALL} on all cards")
    missing = [{"id": card.id, "enabled": False} for card in defaults() if card.id not in by_id]
    changes = [change for card in checked if (change := _changes(card))]
    tenant_settings.put(library, KEY, [*changes, *missing] or None)
    return listing(library)


def _changes(card: Card) -> dict[str, Any]:
    """Return what differs from the built-in card of the id, with the id; all of an own card; {} for no difference."""
    if card.id not in _built_in():
        return card.model_dump()
    before = _built_in()[card.id][0].model_dump()
    changed = {key: value for key, value in card.model_dump().items() if value != before[key]}
    return {"id": card.id, **changed} if changed else {}


def reset(library: Library) -> None:
    """Go back to the built-in cards."""
    tenant_settings.put(library, KEY, None)
