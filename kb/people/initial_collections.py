"""Collections that the program makes: the first one of an organisation, open to all, and one that only owners read."""

from __future__ import annotations

from kb.core.errors import Conflict
from kb.core.messages import Catalogue
from kb.library import collections
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.people import access
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel

__all__ = ["make_first_collection", "open_to_all", "owners_collection"]

_OWNERS_SLUG = "owners-only"

_NAMES = Catalogue("kb.people", "names.json")


def make_first_collection(library: Library, locale: str) -> CollectionRow | None:
    """Make the collection that ``kb ingest`` and the pages use by default, open to all.

    Returns:
        The new collection; None where the organisation has collections already.
    """
    if library.collections():
        return None
    row = collections.create(library, DEFAULT_COLLECTION, _NAMES.text("first_collection", locale))
    open_to_all(library, row)
    return row


def open_to_all(library: Library, collection: CollectionRow) -> None:
    """Let everyone in the organisation read a collection; who is an editor edits it, without a grant by name."""
    access.grant(library, collection, EVERYONE, GrantLevel.EDIT)


def owners_collection(library: Library, locale: str) -> CollectionRow:
    """Return a collection without any grant, which therefore only owners read; it is made where there is none.

    One that was made here and opened to somebody later is that somebody's too, so it is not used any more.

    Args:
        locale: language of the name of a new one.
    """
    taken = {row.slug: row for row in library.collections()}
    for number in range(1, len(taken) + 2):
        slug = _OWNERS_SLUG if number == 1 else f"{_OWNERS_SLUG}-{number}"
        if slug not in taken:
            try:
                return collections.create(library, slug, _NAMES.text("owners_collection", locale))
            except Conflict:  # another process made it a moment ago
                return library.collection(slug)
        if not access.grants(library, taken[slug]):
            return taken[slug]
    raise AssertionError("one slug more than there are collections is free")
