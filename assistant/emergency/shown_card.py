"""The card that a question calls for, in the asker's language, with the organisation's own contact first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.cards.card_choice import card_chooser
from assistant.cards.subject_cards import Card
from kb.language.detect import Language, detect
from kb.library import contacts
from kb.search.retriever import Retriever

__all__ = ["ShownCard", "shown_card"]


@dataclass(frozen=True, slots=True)
class ShownCard:
    """A card as it is shown.

    Attributes:
        card: the card, in both languages.
        is_emergency: whether the question tells of an emergency; False where it asks about the procedure for one.
        own_contact: whom the organisation names for the subject; "" for nobody.
        content: ``Card.localized`` in the asker's language, and ``is_emergency``: JSON data for clients.
    """

    card: Card
    is_emergency: bool
    own_contact: str
    content: dict[str, Any]


def shown_card(retriever: Retriever, question: str, history: Sequence[str] = ()) -> ShownCard | None:
    """Return the card that a question calls for; None for any other subject. The question sets the language.

    Args:
        history: earlier questions of the conversation, oldest first; what follows an emergency may belong to it.
    """
    match = card_chooser(retriever).find(question, history)
    if match is None:
        return None
    own = contacts.read(retriever.library).cards.get(match.card.id, "")
    locale = "en" if detect(question) is Language.ENGLISH else "zh-HK"
    content = match.card.localized(locale, own) | {"is_emergency": match.is_emergency}
    return ShownCard(match.card, match.is_emergency, own, content)
