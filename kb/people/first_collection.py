"""The first collection of a new organisation: everyone reads it, and editors edit it."""

from __future__ import annotations

from kb.core.messages import Catalogue
from kb.library import collections
from kb.library.documents import DEFAULT_COLLECTION, Library
from kb.people import access
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow
from kb.store.tables.states import GrantLevel

__all__ = ["make_first_collection", "open_to_all"]

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
