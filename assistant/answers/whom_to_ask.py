"""Whom an answer names for further questions.

The nearest contact that somebody in the organisation has named counts:

1. On an emergency, where a fixed card is shown, the contact of that card and no other. A department that knows the
   documents is not whom to call when a resident is missing; without a contact of the card it is the supervisor.
2. The contact of the subject whose words the question has.
3. The contact of the collection of the passage nearest to the question.
4. The contact of the organisation.
5. Its owner, by name.
"""

from __future__ import annotations

from typing import Any

from assistant.evidence.gather import Evidence
from assistant.messages import say
from kb.core.settings import Settings
from kb.language.detect import Language
from kb.library import contacts
from kb.people import responsible_people
from kb.search.retriever import Retriever
from kb.store.tenants import Tenant

__all__ = ["contact_for", "organisation_contact", "whom_to_ask"]


def whom_to_ask(retriever: Retriever, evidence: Evidence, card: dict[str, Any] | None = None) -> str:
    """Return whom to ask about a question, "" for the asker's own supervisor.

    Args:
        card: the card of a high-stakes subject that is shown with the answer.
    """
    named = contacts.read(retriever.library)
    if card is not None:
        return named.cards.get(str(card["id"]), "")
    query = evidence.found.query
    return (
        named.for_question(query.text)
        or _of_nearest_collection(retriever, evidence)
        or organisation_contact(retriever.settings, retriever.tenant, query.language)
    )


def contact_for(retriever: Retriever, question: str, language: Language) -> str:
    """Return whom to ask about a question for which nothing was searched, "" for the asker's own supervisor."""
    named = contacts.read(retriever.library).for_question(question)
    return named or organisation_contact(retriever.settings, retriever.tenant, language)


def organisation_contact(settings: Settings, tenant: Tenant, language: Language) -> str:
    """Return whom to ask in an organisation about anything, "" for the asker's own supervisor."""
    return tenant.contact or _owner(settings, tenant, language)


def _of_nearest_collection(retriever: Retriever, evidence: Evidence) -> str:
    nearest = [passage.collection for passage in evidence.passages[:1]]
    return next((row.contact for row in retriever.library.collections() if row.slug in nearest), "")


def _owner(settings: Settings, tenant: Tenant, language: Language) -> str:
    name = responsible_people.first_owner(settings, tenant.slug)
    return say("owner_contact", language, name=name) if name else ""
