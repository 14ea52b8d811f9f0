"""The collection that only owners read: made when the first document is to be kept for them."""

from __future__ import annotations

from kb.core.errors import Conflict
from kb.core.messages import Catalogue
from kb.library import collections
from kb.library.documents import Library
from kb.people import access
from kb.store.tables.library_tables import CollectionRow

__all__ = ["owners_collection"]

_SLUG = "owners-only"
_NAMES = Catalogue("kb.people", "names.json")


def owners_collection(library: Library, locale: str) -> CollectionRow:
    """Return a collection without any grant, which therefore only owners read; it is made where there is none.

    One that was made here and opened to somebody later is that somebody's too, so it is not used any more.

    Args:
        locale: language of the name of a new one.
    """
    taken = {row.slug: row for row in library.collections()}
    for number in range(1, len(taken) + 2):
        slug = _SLUG if number == 1 else f"{_SLUG}-{number}"
        if slug not in taken:
            try:
                return collections.create(library, slug, _NAMES.text("owners_collection", locale))
            except Conflict:  # another process made it a moment ago
                return library.collection(slug)
        if not access.grants(library, taken[slug]):
            return taken[slug]
    raise AssertionError("one slug more than there are collections is free")
