"""The card that a question calls for, in the asker's language, with the organisation's own contact."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.cards.card_choice import card_chooser
from assistant.cards.subject_cards import Card, CardMatch
from assistant.emergency.end_of_crisis import after_end, only_courtesy
from assistant.messages import say
from kb.core.errors import NotFound
from kb.language.detect import Language, detect
from kb.library import contacts
from kb.search.retriever import Retriever

__all__ = ["ShownCard", "card_of_crisis", "shown_card"]

# The ``stage`` of an emergency that a card is shown at: it is told of, it goes on, it is over.
_FIRST, _LATER, _OVER = "first", "later", "over"


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as it is shown.

    Attributes:
        card: the card, in both languages.
        is_emergency: whether the question tells of an emergency; False where it asks about the procedure for one.
        own_contact: whom the organisation names for the subject; "" for nobody.
        content: JSON data for clients: ``Card.localized`` in the asker's language, and

            - ``is_emergency``,
            - ``stage``: "first", or "later" where the conversation has shown the card; "over"; "" outside an emergency,
            - ``others``: other cards that may be right, as ``Card.localized``,
            - ``others_line``: these in a sentence; "" for none.
    """

    card: Card
    is_emergency: bool
    own_contact: str
    content: dict[str, Any]

    @property
    def goes_on(self) -> bool:
        """Whether the conversation has shown the card."""
        return bool(self.content["stage"] == _LATER)


def shown_card(
    retriever: Retriever, question: str, history: Sequence[str] = (), chosen: str = "", chosen_before: str = ""
) -> ShownCard | None:
    """Return the card that a question calls for; None for any other subject. The question sets the language.

    Args:
        history: earlier questions of the conversation, oldest first; what follows an emergency may belong to it.
        chosen: the id of the card that the person asks for; "" where the question decides.
        chosen_before: the id of the card that the person chose for the emergency that the conversation is about; ""
            for none. What belongs to this emergency has the same.

    Raises:
        NotFound: ``card_not_found`` for ``chosen``.
    """
    chooser = card_chooser(retriever)
    if chosen:
        card = chooser.card(chosen)
        if card is None:
            raise NotFound("card_not_found", card=chosen)
        return _as_shown(retriever, question, CardMatch(card, is_emergency=True), _FIRST)
    match = chooser.find(question, _told(history))
    if match is None:
        return None
    if match.goes_on and chosen_before not in ("", match.card.id) and (card := chooser.card(chosen_before)) is not None:
        match = CardMatch(card, match.is_emergency, goes_on=True)
    stage = "" if not match.is_emergency else _LATER if match.goes_on and question not in history else _FIRST
    return _as_shown(retriever, question, match, stage)


def card_of_crisis(
    retriever: Retriever, question: str, history: Sequence[str], chosen_before: str = ""
) -> ShownCard | None:
    """Return the card of the emergency that a conversation is about, as it is shown once it is over; None without one.

    Args:
        question: what ends it; sets the language.
        history, chosen_before: as for :func:`shown_card`.
    """
    told = _told(history)
    if not told:
        return None
    chooser = card_chooser(retriever)
    match = chooser.find(told[-1], told[:-1])
    if match is None or not match.is_emergency:
        return None
    card = chooser.card(chosen_before) or match.card
    return _as_shown(retriever, question, CardMatch(card, is_emergency=False), _OVER)


def _told(history: Sequence[str]) -> list[str]:
    """Return what was said since the last emergency ended, without courtesies between."""
    return [text for text in after_end(history) if not only_courtesy(text)]


def _as_shown(retriever: Retriever, question: str, match: CardMatch, stage: str) -> ShownCard:
    language = detect(question)
    words = Language.ENGLISH if language is Language.ENGLISH else Language.TRADITIONAL
    locale = "en" if words is Language.ENGLISH else "zh-HK"
    own = contacts.read(retriever.library).cards
    named = own.get(match.card.id, "")
    others = match.others if match.is_emergency else ()
    content = match.card.localized(locale, named) | {
        "is_emergency": match.is_emergency,
        "stage": stage,
        "others": [one.localized(locale, own.get(one.id, "")) for one in others],
        "others_line": _others_line(others, own, words),
    }
    return ShownCard(match.card, match.is_emergency, named, content)


def _others_line(others: Sequence[Card], own: dict[str, str], language: Language) -> str:
    """Return the sentence that names other cards, each with the organisation's own contact where it has one."""
    locale = "en" if language is Language.ENGLISH else "zh-HK"
    named = []
    for card in others:
        title, contact = card.localized(locale)["title"], own.get(card.id, "")
        named.append(say("card_other_contact", language, title=title, contact=contact) if contact else title)
    return say("card_others", language, cards=say("card_others_joint", language).join(named)) if named else ""
