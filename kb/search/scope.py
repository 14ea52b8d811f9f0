"""Which versions a search covers: those in force on a day, in the collections asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kb.core.versioned_cache import VersionedCache
from kb.library.documents import DocumentVersion, Library

__all__ = ["Scope", "Scopes"]

# Scopes kept for each tenant: people search the collections they may read, and some ask about another day.
_KEPT = 32

InForce = Callable[[date, Sequence[str] | None], Iterable[DocumentVersion]]


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """The versions that one search covers.

    Attributes:
        versions: by version id.
        published: ids of the versions in the vector store, by their collection's slug, in order of the slugs.
        unpublished: ids of the versions that are not in the vector store.
    """

    versions: dict[int, DocumentVersion]
    published: dict[str, list[int]]
    unpublished: list[int]

    @classmethod
    def of(cls, versions: Iterable[DocumentVersion]) -> Scope:
        by_id = {one.version.id: one for one in _each_content_once(versions)}
        published: dict[str, list[int]] = {}
        for one in sorted(by_id.values(), key=lambda one: one.collection.slug):
            if one.published:
                published.setdefault(one.collection.slug, []).append(one.version.id)
        return cls(by_id, published, [version_id for version_id, one in by_id.items() if not one.published])

    @property
    def stores(self) -> list[str]:
        """The slugs of the collections that have some of these versions in the vector store."""
        return list(self.published)


def _each_content_once(versions: Iterable[DocumentVersion]) -> list[DocumentVersion]:
    """Return the versions without copies: a file in several collections is one document to whoever may read either.

    It is the copy that came first; one that is published goes before one that is not.
    """
    kept: dict[str, DocumentVersion] = {}
    for one in sorted(versions, key=lambda one: (not one.published, one.document.id, one.version.id)):
        kept.setdefault(one.version.sha256, one)
    return list(kept.values())


_Scopes = dict[tuple[date, frozenset[str] | None], Scope]  # by day and collections


class Scopes:
    """The scopes of one tenant's searches, each kept until the library changes."""

    def __init__(self, library: Library, in_force: InForce) -> None:
        self._in_force = in_force
        self._scopes: VersionedCache[_Scopes] = VersionedCache(library.data_version, lambda _before: {})

    def on(self, day: date, collections: Sequence[str] | None) -> Scope:
        """Return the scope of a search; the same object until the library changes.

        Args:
            day: the day on which the versions are in force.
            collections: slugs; None for all collections of the tenant.
        """
        scopes = self._scopes.get()
        key = (day, None if collections is None else frozenset(collections))
        found = scopes.get(key)
        if found is None:
            made = Scope.of(self._in_force(day, collections))
            if len(scopes) >= _KEPT:
                scopes.clear()
            found = scopes.setdefault(key, made)
        return found
