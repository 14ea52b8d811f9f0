"""Whom answers name for further questions: contacts of the organisation, of collections, subjects and cards."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field

from assistant.api.auth.dependencies import Editor
from assistant.api.schemas.bodies import Body, ContactText, Name, Slug
from assistant.cards import subject_cards
from assistant.cards.subject_cards import CardId
from assistant.service.callers import Caller
from assistant.web.pages import render
from kb.core.errors import Forbidden
from kb.library import audit, contacts
from kb.library.contacts import Contacts, SubjectContact
from kb.people import responsible_people
from kb.people.access import Ability
from kb.store import tenants

__all__ = ["router"]

router = APIRouter(tags=["settings"])
_PATH = "/api/v1/tenants/{tenant}/contacts"
_MOST_SUBJECTS = 100
_Word = Annotated[str, Field(min_length=1, max_length=60)]


class SubjectContactBody(Body):
    """A subject, further words by which a question is about it, and whom to ask."""

    subject: Name = Field(examples=["報銷"])
    words: list[_Word] = Field(default=[], max_length=50, examples=[["零用現金", "petty cash"]])
    contact: ContactText = Field(examples=["會計部，內線 103"])


class CollectionContactPublic(BaseModel):
    """Whom to ask about the documents of a collection."""

    slug: str
    name: str
    contact: str


class ContactsPublic(BaseModel):
    """All contacts. The nearest to a question is named: subject, collection, organisation, then the owner."""

    organisation: str
    owner: str = Field(description="The name of the owner, who is named where nobody else is.")
    collections: list[CollectionContactPublic] = Field(description="Those that the caller may edit.")
    subjects: list[SubjectContactBody]
    cards: dict[str, str] = Field(description="By the id of a card. In an emergency nobody else is named.")
    cards_without_number: list[str] = Field(
        description="Those of the cards whose contact has no number that a telephone outside can call."
    )


class ContactsUpdate(Body):
    """The changes. A field that is left out stays as it is; ``subjects`` and ``cards`` replace all earlier ones."""

    organisation: ContactText | None = Field(default=None, description="Only an owner may change it.")
    collections: dict[Slug, ContactText] = Field(default={}, max_length=500)
    subjects: list[SubjectContactBody] | None = Field(default=None, max_length=_MOST_SUBJECTS)
    cards: dict[CardId, ContactText] | None = Field(default=None, max_length=subject_cards.MOST_CARDS)


@router.get(_PATH, summary="List contacts")
def listing(caller: Editor) -> ContactsPublic:
    settings, slug = caller.service.settings, caller.tenant.slug
    named = contacts.read(caller.library)
    return ContactsPublic(
        organisation=tenants.get(settings, slug).contact,
        owner=responsible_people.first_owner(settings, slug),
        collections=[
            CollectionContactPublic(slug=row.slug, name=row.name, contact=row.contact)
            for row in caller.library.collections()
            if row.slug in caller.reach.edit
        ],
        subjects=[
            SubjectContactBody(subject=one.subject, words=list(one.words), contact=one.contact)
            for one in named.subjects
        ],
        cards=named.cards,
        cards_without_number=[card for card, contact in named.cards.items() if not subject_cards.dials(contact)],
    )


@router.put(_PATH, summary="Change contacts")
def change(body: ContactsUpdate, caller: Editor) -> ContactsPublic:
    """Change whom answers name. Subjects and cards count for the whole organisation, so it takes a right to edit."""
    if body.organisation is not None and not caller.may(Ability.MANAGE):
        raise Forbidden("not_allowed")
    if (body.subjects is not None or body.cards is not None) and not _may_share(caller):
        raise Forbidden("not_allowed")
    rows = {slug: caller.collection(slug, edit=True) for slug in body.collections}
    for slug, contact in body.collections.items():
        contacts.set_of_collection(caller.library, rows[slug], contact)
    if body.subjects is not None or body.cards is not None:
        contacts.save(caller.library, _changed(contacts.read(caller.library), body))
    if body.organisation is not None:
        tenants.change(caller.service.settings, caller.tenant.slug, contact=body.organisation)
    audit.record(caller.library, caller.actor, "contacts.change", fields=sorted(body.model_fields_set))
    return listing(caller)


def _changed(before: Contacts, body: ContactsUpdate) -> Contacts:
    subjects = before.subjects
    if body.subjects is not None:
        subjects = tuple(SubjectContact(one.subject, tuple(one.words), one.contact) for one in body.subjects)
    return Contacts(subjects, before.cards if body.cards is None else body.cards)


@router.get("/t/{tenant}/manage/contacts", include_in_schema=False)
def page(request: Request, caller: Editor) -> HTMLResponse:
    return render(
        request,
        "manage/contacts.html",
        named=listing(caller),
        cards=[card for card in subject_cards.listing(caller.library) if card.enabled],
        inherited=caller.service.settings.contact,
        shared=_may_share(caller),
    )


def _may_share(caller: Caller) -> bool:
    """Return whether the caller may change what counts for the whole organisation."""
    return bool(caller.reach.edit) or caller.may(Ability.MANAGE)
