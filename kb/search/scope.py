"""What a search looks through: the versions in force on a day, in the collections asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kb.core.versioned_cache import VersionedCache
from kb.library.documents import DocumentVersion, Library

__all__ = ["Scope", "Scopes"]

# People with other rights search other collections, and some ask about another day.
_KEPT = 32

InForce = Callable[[date, Sequence[str] | None], Iterable[DocumentVersion]]


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The versions one search looks through.

    Attributes:
        holdings: by version id.
        published: ids of the versions that are in the vector store, by the collection's slug, in order of the slugs.
        unpublished: ids of the versions that are not there.
    """

    holdings: dict[int, DocumentVersion]
    published: dict[str, list[int]]
    unpublished: list[int]

    @classmethod
    def of(cls, holdings: Iterable[DocumentVersion]) -> Scope:
        by_version = {holding.version.id: holding for holding in holdings}
        published: dict[str, list[int]] = {}
        for holding in sorted(by_version.values(), key=lambda one: one.collection.slug):
            if holding.published:
                published.setdefault(holding.collection.slug, []).append(holding.version.id)
        unpublished = [version for version, holding in by_version.items() if not holding.published]
        return cls(by_version, published, unpublished)

    @property
    def stores(self) -> list[str]:
        """The slugs of the collections that have versions of these in the vector store."""
        return list(self.published)


_Scopes = dict[tuple[date, frozenset[str] | None], Scope]  # by day and collections


class Scopes:
    """The scopes of one tenant's searches, each made once while the library is the same."""

    def __init__(self, library: Library, in_force: InForce) -> None:
        self._in_force = in_force
        self._scopes: VersionedCache[_Scopes] = VersionedCache(library.data_version, lambda _before: {})

    def on(self, day: date, collections: Sequence[str] | None) -> Scope:
        """Return the scope of a search; the same object as long as it would be the same."""
        scopes = self._scopes.get()
        key = (day, None if collections is None else frozenset(collections))
        found = scopes.get(key)
        if found is None:
            made = Scope.of(self._in_force(day, collections))
            if len(scopes) >= _KEPT:
                scopes.clear()
            found = scopes.setdefault(key, made)
        return found
