"""Vectors in Chroma: a Chroma collection for each collection of a tenant, cosine distance.

Stored are vectors, chunk ids and version ids. The text stays in the database, so that after a document is erased
Chroma's files contain nothing but numbers of it.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import numpy as np

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.search.models.encoder import Vectors
from kb.store.tenants import Tenant

__all__ = ["VectorStore", "cached_store"]

_BATCH = 2000
_LOCK = threading.Lock()
_ANEW = ".anew"


@lru_cache(maxsize=64)
def _embedded(path: Path) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings

    path.mkdir(parents=True, exist_ok=True)
    return chromadb.PersistentClient(str(path), settings=ChromaSettings(anonymized_telemetry=False))


@lru_cache(maxsize=64)
def _server(url: str, tenant: str) -> Any:
    import chromadb
    from chromadb.config import Settings as ChromaSettings
    from chromadb.errors import ChromaError

    parts = urlparse(url)
    host, port, ssl = parts.hostname or "localhost", parts.port or 8000, parts.scheme == "https"
    options = ChromaSettings(
        anonymized_telemetry=False,
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=host,
        chroma_server_http_port=port,
        chroma_server_ssl_enabled=ssl,
    )
    try:
        admin = chromadb.AdminClient(options)
        try:
            admin.get_tenant(tenant)
        except ChromaError:
            admin.create_tenant(tenant)
            admin.create_database("default_database", tenant)
        return chromadb.HttpClient(host=host, port=port, ssl=ssl, tenant=tenant, settings=options)
    except (ChromaError, ValueError, OSError) as error:
        raise Transient("store_unavailable", url=url, reason=str(error)) from error


@cache
def _write_lock(_home: Path, _collection: str) -> threading.Lock:
    """Return a lock held while vectors are written: a collection that is being written anew must not miss any."""
    return threading.Lock()


class VectorStore:
    """The vectors of one collection of one tenant."""

    def __init__(self, settings: Settings, tenant: Tenant, collection: str) -> None:
        with _LOCK:
            client = (
                _server(settings.chroma_url, f"sinzi-{tenant.slug}")
                if settings.chroma_url
                else _embedded(tenant.vectors_path)
            )
            self._client = client
            self._name = collection
            self._writing = _write_lock(tenant.home, collection)
            self._collection = self._open(self._name)

    def _open(self, name: str) -> Any:
        return self._client.get_or_create_collection(
            name, configuration={"hnsw": {"space": "cosine", "ef_search": 128}}, embedding_function=None
        )

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
        found: set[int] = set()
        total = self.count()
        for offset in range(0, total, 10_000):
            page = self._collection.get(include=["metadatas"], limit=10_000, offset=offset)
            found.update(int(metadata["version"]) for metadata in page["metadatas"])
        return found

    def ids(self) -> set[int]:
        """Return the ids of the chunks that have vectors in the store."""
        return {int(one) for one in self._collection.get(include=[])["ids"]}

    def count(self) -> int:
        return int(self._collection.count())

    def reset(self) -> None:
        """Delete the collection and create it again, empty."""
        with self._writing:
            self._client.delete_collection(self._name)
            self._collection = self._open(self._name)

    def write_anew(self, read: Callable[[set[int]], Iterable[tuple[int, list[int], Vectors]]]) -> None:
        """Replace the collection by a new one: Chroma keeps deleted vectors in the files of the old one.

        Search uses the old one until the new one is complete. Other writers wait.

        Args:
            read: returns (version id, chunk ids, vectors) of what the new collection should have. It gets the ids of
                the versions that the old one has, and is called when nobody else writes.
        """
        with self._writing:
            self._collection = self._open(self._name)
            self._drop(self._name + _ANEW)  # left by a crash
            made = self._open(self._name + _ANEW)
            for version_id, chunk_ids, vectors in read(self.versions()):
                _upsert(made, version_id, chunk_ids, vectors)
            with _LOCK:  # whoever opens the collection now would create an empty one
                self._drop(self._name)
                made.modify(name=self._name)
            self._collection = made

    def drop(self) -> None:
        """Delete the collection."""
        with self._writing:
            self._drop(self._name)

    def _drop(self, name: str) -> None:
        from chromadb.errors import NotFoundError

        with contextlib.suppress(NotFoundError, ValueError):
            self._client.delete_collection(name)

    def _write(self, change: Callable[[Any], object]) -> None:
        """Change the collection; one that was written anew in the meantime is opened again."""
        from chromadb.errors import NotFoundError

        with self._writing:
            try:
                change(self._collection)
            except NotFoundError:
                self._collection = self._open(self._name)
                change(self._collection)

    def nearest(self, queries: Vectors, limit: int) -> list[list[tuple[int, float]]]:
        """Return ``[(chunk id, cosine)]`` for each query vector, best first.

        Args:
            queries: shape (queries, dimension).
            limit: the number of chunks for each query.
        """
        from chromadb.errors import NotFoundError

        try:
            result = self._query(queries, limit)
        except NotFoundError:  # a rebuild has created the collection again
            with _LOCK:
                self._collection = self._open(self._name)
            result = self._query(queries, limit)
        return [
            [(int(one), 1.0 - float(distance)) for one, distance in zip(ids, distances, strict=True)]
            for ids, distances in zip(result["ids"], result["distances"], strict=True)
        ]

    def _query(self, queries: Vectors, limit: int) -> Any:
        return self._collection.query(query_embeddings=np.asarray(queries), n_results=limit, include=["distances"])


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
    """Return a collection's vector store for searching, opened once: opening takes longer than a search."""
    return VectorStore(settings, tenant, collection)
