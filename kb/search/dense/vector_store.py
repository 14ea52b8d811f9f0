"""Vectors in Chroma: a Chroma collection for each collection of a tenant, cosine distance.

Stored are vectors, chunk ids and version ids. The text stays in the database, so that after a document is erased
Chroma's files contain nothing but numbers of it.

The records have every vector too (``docs/decisions/0002-vectors-twice.md``). So a store that cannot be written stops
nobody: the change is made in the records, the store is marked as behind them (:mod:`.store_marks`), search compares
with the records, and :mod:`.store_repair` makes the two agree again.
"""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.search.dense import chroma_clients, store_marks
from kb.search.dense.chroma_clients import ChromaStore
from kb.search.models.encoder import Vectors
from kb.store.tenants import Tenant

__all__ = ["VectorStore", "cached_store"]

_LOG = logging.getLogger("sinzi.vectors")
_BATCH = 2000
_PAGE = 10_000
_ANEW = ".anew"
_Result = TypeVar("_Result")


@cache
def _write_lock(_home: Path, _collection: str) -> threading.RLock:
    """Return a lock held while vectors are written: a collection that is being written anew must not miss any."""
    return threading.RLock()


class VectorStore:
    """The vectors of one collection of one tenant. Nothing is opened before it is used, and nothing stays in use.

    What reads raises ``store_unavailable`` where the store cannot be opened or is damaged; so do :meth:`reset`,
    :meth:`write_anew`, :meth:`fill` and :meth:`drop`. :meth:`add`, :meth:`remove` and :meth:`remove_version` then mark
    the store as behind the records.
    """

    def __init__(self, settings: Settings, tenant: Tenant, collection: str) -> None:
        self._settings = settings
        self._tenant = tenant
        self._name = collection
        self._writing = _write_lock(tenant.home, collection)

    def prepare(self) -> None:
        """Open the store ahead of its use; one that cannot be opened says so when it is used."""
        with contextlib.suppress(Transient):
            self._use(lambda collection: None)

    def add(self, version_id: int, chunk_ids: list[int], vectors: Vectors) -> None:
        """Upsert the vectors of a version's chunks: shape (len(chunk_ids), dimension)."""
        self._write(lambda collection: _upsert(collection, version_id, chunk_ids, vectors))

    def remove_version(self, version_id: int) -> None:
        """Delete all vectors of a version, if there are any."""
        self._write(lambda collection: collection.delete(where={"version": version_id}))

    def remove(self, chunk_ids: list[int]) -> None:
        """Delete the vectors of single chunks; unknown ids are ignored."""
        for start in range(0, len(chunk_ids), _BATCH):
            ids = [str(one) for one in chunk_ids[start : start + _BATCH]]
            self._write(partial(_delete, ids=ids))

    def versions(self) -> set[int]:
        """Return the ids of the versions that have vectors in the store."""
        return self._use(_versions)

    def ids(self) -> set[int]:
        """Return the ids of the chunks that have vectors in the store."""
        return self._use(lambda collection: {int(one) for one in collection.get(include=[])["ids"]})

    def count(self) -> int:
        return self._use(lambda collection: int(collection.count()))

    def reset(self) -> None:
        """Delete the collection and create it again, empty."""
        with self._writing, chroma_clients.lend(self._settings, self._tenant) as store, store.naming:
            store.delete(self._name)
            store.collection(self._name)

    def fill(self, read: Callable[[], Iterable[tuple[int, list[int], Vectors]]]) -> None:
        """Upsert (version id, chunk ids, vectors) of many versions; ``read`` is called when nobody else writes."""
        with self._writing, chroma_clients.lend(self._settings, self._tenant) as store:
            for version_id, chunk_ids, vectors in read():
                _upsert(store.collection(self._name), version_id, chunk_ids, vectors)

    def write_anew(self, read: Callable[[set[int]], Iterable[tuple[int, list[int], Vectors]]]) -> None:
        """Replace the collection by a new one: Chroma keeps deleted vectors in the files of the old one.

        Search uses the old one until the new one is complete. Other writers wait.

        Args:
            read: returns (version id, chunk ids, vectors) of what the new collection should have. It gets the ids of
                the versions that the old one has, and is called when nobody else writes.
        """
        anew = self._name + _ANEW
        with self._writing, chroma_clients.lend(self._settings, self._tenant) as store:
            store.forget(self._name)
            store.delete(anew)  # left by a crash
            made = store.collection(anew)
            for version_id, chunk_ids, vectors in read(_versions(store.collection(self._name))):
                _upsert(made, version_id, chunk_ids, vectors)
            with store.naming:  # whoever looked the collection up now would create an empty one
                store.delete(self._name)
                made.modify(name=self._name)
                store.forget(anew)

    def drop(self) -> None:
        """Delete the collection."""
        with self._writing, chroma_clients.lend(self._settings, self._tenant) as store:
            store.delete(self._name)

    def nearest(self, queries: Vectors, limit: int) -> list[list[tuple[int, float]]]:
        """Return ``[(chunk id, cosine)]`` for each query vector, best first.

        Args:
            queries: shape (queries, dimension).
            limit: the number of chunks for each query.
        """
        result = self._use(
            lambda collection: collection.query(
                query_embeddings=np.asarray(queries), n_results=limit, include=["distances"]
            )
        )
        return [
            [(int(one), 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(result["ids"], result["distances"], strict=True)
        ]

    def _write(self, change: Callable[[Any], object]) -> None:
        with self._writing:
            try:
                self._use(change)
            except Transient as error:
                store_marks.mark_behind(self._tenant)
                _LOG.warning(
                    "The search index of %s/%s could not be changed. The records are in order and are searched. %s",
                    self._tenant.slug,
                    self._name,
                    error.message("en"),
                )

    def _use(self, use: Callable[[Any], _Result]) -> _Result:
        """Call ``use`` with the Chroma collection, and again with a new client where the open one has failed.

        From a full cache Chroma drops an index that is not on the disk yet, and then does not find it.
        """
        is_open = False
        try:
            with chroma_clients.lend(self._settings, self._tenant) as store:
                is_open = True
                return self._use_open(store, use)
        except Transient:
            if not is_open:
                raise
        with chroma_clients.lend(self._settings, self._tenant) as store:
            return self._use_open(store, use)

    def _use_open(self, store: ChromaStore, use: Callable[[Any], _Result]) -> _Result:
        """Call ``use``; a collection that was made anew in the meantime is looked up again."""
        from chromadb.errors import NotFoundError

        try:
            return use(store.collection(self._name))
        except NotFoundError:
            store.forget(self._name)
            return use(store.collection(self._name))


def _versions(collection: Any) -> set[int]:
    found: set[int] = set()
    for offset in range(0, int(collection.count()), _PAGE):
        page = collection.get(include=["metadatas"], limit=_PAGE, offset=offset)
        found.update(int(metadata["version"]) for metadata in page["metadatas"])
    return found


def _delete(collection: Any, ids: list[str]) -> None:
    collection.delete(ids=ids)


def _upsert(collection: Any, version_id: int, chunk_ids: list[int], vectors: Vectors) -> None:
    for start in range(0, len(chunk_ids), _BATCH):
        ids = chunk_ids[start : start + _BATCH]
        collection.upsert(
            ids=[str(chunk_id) for chunk_id in ids],
            embeddings=vectors[start : start + _BATCH],
            metadatas=[{"version": version_id} for _ in ids],
        )


@lru_cache(maxsize=256)
def cached_store(settings: Settings, tenant: Tenant, collection: str) -> VectorStore:
    """Return a collection's vector store for searching, the same object each time."""
    return VectorStore(settings, tenant, collection)
