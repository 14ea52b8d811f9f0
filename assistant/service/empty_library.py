"""What a person reads where there are no documents to ask or to show: what to do next, and whom to ask."""

from __future__ import annotations

from typing import TypedDict

import sqlalchemy as sa

from assistant.service.callers import Caller
from assistant.web.pages import text
from kb.people import responsible_people
from kb.people.access import Ability
from kb.store.tables.library_tables import CollectionRow, DocumentRow
from kb.store.tables.platform_tables import UserRow

__all__ = ["next_step"]

# So many people are named.
_MOST_NAMES = 3


class NextStep(TypedDict):
    """A sentence, and the page where the person can do it, with the words of the link; "" where only others can."""

    text: str
    href: str
    label: str


def next_step(caller: Caller, locale: str) -> NextStep | None:
    """Return what is to be done before the person finds documents; None where there are some."""
    settings, slug = caller.service.settings, caller.tenant.slug
    owners = _names(responsible_people.owners(settings, slug), locale)
    if not caller.reach.read:
        if caller.may(Ability.MANAGE):
            return _linked(caller, locale, "make_collection", "manage/collections")
        return NextStep(text=text("guidance.no_collection", locale, people=owners), href="", label="")
    if _has_documents(caller):
        return None
    if caller.reach.edit:
        return _linked(caller, locale, "upload", "start")
    if caller.may(Ability.EDIT):
        return NextStep(text=text("guidance.no_right_to_edit", locale, people=owners), href="", label="")
    people = _names(responsible_people.editors(settings, slug), locale)
    return NextStep(text=text("guidance.wait", locale, people=people), href="", label="")


def _linked(caller: Caller, locale: str, key: str, page: str) -> NextStep:
    label = text(f"guidance.{key}_link", locale)
    return NextStep(text=text(f"guidance.{key}", locale), href=f"/t/{caller.tenant.slug}/{page}", label=label)


def _names(people: list[UserRow], locale: str) -> str:
    """Return a few names in a row; for nobody, the administrator of the organisation."""
    names = [one.name for one in people[:_MOST_NAMES]]
    return text("guidance.or", locale).join(names) or text("guidance.administrator", locale)


def _has_documents(caller: Caller) -> bool:
    """Return whether there is a document, ready or on its way in, that the person may read."""
    query = sa.select(DocumentRow.id).join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
    query = query.where(CollectionRow.slug.in_(caller.reach.read))
    if not caller.reach.edit:
        query = query.where(DocumentRow.published_version_id.is_not(None))
    with caller.library.session() as session:
        return session.scalar(query.limit(1)) is not None
