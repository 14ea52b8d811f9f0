"""Whom to ask about a subject, in an organisation's own words: "當值主管，內線 200".

The contact of the whole organisation is the tenant's, that of a collection is the collection's. Here are those of
subjects, which a question is about when it has one of the subject's words, and those of the fixed cards.
"""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass, field
from typing import Any

from kb.language.script import fold, is_cjk
from kb.library import tenant_settings
from kb.library.documents import Library
from kb.store.tables.library_tables import CollectionRow

__all__ = ["Contacts", "SubjectContact", "read", "save", "set_of_collection"]

_KEY = "contacts"


@dataclass(frozen=True, slots=True)
class SubjectContact:
    """Whom to ask about a subject, and the words by which a question is about it."""

    subject: str
    words: tuple[str, ...]
    contact: str

    def length_of_match(self, folded: str) -> int:
        """Return the length of the longest word that a folded question has; 0 where it has none."""
        return max((len(word) for word in map(fold, (self.subject, *self.words)) if _has(folded, word)), default=0)


@dataclass(frozen=True, slots=True)
class Contacts:
    """An organisation's contacts of subjects, and of cards by the card's id."""

    subjects: tuple[SubjectContact, ...] = ()
    cards: dict[str, str] = field(default_factory=dict)

    def for_question(self, question: str) -> str:
        """Return the contact of the subject that a question is about, "" for none.

        The longest word decides between subjects: "院舍病假" is more specific than "病假".
        """
        folded = fold(question)
        best = max(self.subjects, key=lambda one: one.length_of_match(folded), default=None)
        return best.contact if best is not None and best.length_of_match(folded) else ""


def _has(folded: str, word: str) -> bool:
    """Whether a folded text has a word; an English one as a whole word, its plural too."""
    word = word.strip()
    if len(word) < 2 or any(is_cjk(char) for char in word):
        return bool(word) and word in folded
    return re.search(rf"(?<![a-z0-9]){re.escape(word)}s?(?![a-z0-9])", folded) is not None


def read(library: Library) -> Contacts:
    """Return the organisation's contacts."""
    stored: dict[str, Any] = tenant_settings.get(library, _KEY, {})
    subjects = tuple(
        SubjectContact(one["subject"], tuple(one["words"]), one["contact"]) for one in stored.get("subjects", ())
    )
    return Contacts(subjects, dict(stored.get("cards", {})))


def save(library: Library, contacts: Contacts) -> None:
    """Keep the organisation's contacts in place of those before; those without a text are left out."""
    kept = {
        "subjects": [asdict(one) for one in contacts.subjects if one.contact],
        "cards": {card: contact for card, contact in contacts.cards.items() if contact},
    }
    tenant_settings.put(library, _KEY, kept if kept["subjects"] or kept["cards"] else None)


def set_of_collection(library: Library, collection: CollectionRow, contact: str) -> None:
    """Set whom to ask about the documents of a collection; "" for nobody in particular."""
    with library.transaction() as session:
        session.get_one(CollectionRow, collection.id).contact = contact.strip()
