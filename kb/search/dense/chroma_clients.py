"""Clients of Chroma: opened when needed, closed again when many are open; all of Chroma's failures are one error.

An open client of an embedded store holds 12 files, five threads and some megabytes, and each of its collections
four files more. Chroma itself never closes one. Here a client is lent for the length of a ``with`` block; those that
nobody uses are closed, the longest unused first, when too many are open.

A folder is looked at before Chroma opens it (:mod:`.store_check`): some damaged files end the process that opens them.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import secrets
import shutil
import sqlite3
import stat
import threading
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.search.dense import store_check
from kb.store.tenants import Tenant

__all__ = ["ChromaStore", "lend", "replace_folder"]

# What may stay open without being used: at most about 260 files and 200 MB.
MAX_CLIENTS = 16
MAX_COLLECTIONS = 16
# A server that could not be reached is not asked again for so long: a question must not wait for it each time.
_PAUSE_SECONDS = 10.0
_M_PERTURB = -6  # of malloc.h
_ASIDE = "vectors.damaged-"


class ChromaStore:
    """The store of one tenant: a folder, or a tenant of a Chroma server. Made by :func:`lend` only.

    Attributes:
        naming: held while collections get other names; nobody looks one up meanwhile.
    """

    def __init__(self, settings: Settings, tenant: Tenant) -> None:
        self.naming = threading.RLock()
        self._url = settings.chroma_url
        self._tenant = tenant
        self._changed = threading.Condition()
        self._client: Any = None
        self._collections: dict[str, Any] = {}
        self._leases = 0
        self._failed = False
        self._seen: frozenset[tuple[str, int, int, int]] | None = None
        self._inode = 0
        self._away_until = 0.0
        self._away: Transient | None = None
        self.last_used = 0.0

    def collection(self, name: str) -> Any:
        """Return the Chroma collection ``name``, which is created where there is none."""
        with self.naming:
            if name not in self._collections:
                self._collections[name] = self._client.get_or_create_collection(
                    name, configuration={"hnsw": {"space": "cosine", "ef_search": 128}}, embedding_function=None
                )
            return self._collections[name]

    def forget(self, name: str) -> None:
        """Look the collection ``name`` up again the next time."""
        self._collections.pop(name, None)

    def delete(self, name: str) -> None:
        """Delete the collection ``name``, if there is one."""
        from chromadb.errors import NotFoundError

        with self.naming:
            self.forget(name)
            with contextlib.suppress(NotFoundError, ValueError):
                self._client.delete_collection(name)

    @contextlib.contextmanager
    def lent(self) -> Iterator[ChromaStore]:
        with self._changed:
            if self._leases == 0 and self._client is not None and (self._failed or self._inode != self._inode_now()):
                self._close()
            if self._client is None:
                self._open()
            self._leases += 1
        try:
            with self._plain_errors():
                yield self
        except Transient:
            self._failed = True
            raise
        finally:
            with self._changed:
                self._leases -= 1
                self.last_used = time.monotonic()
                if self._failed and self._leases == 0:
                    self._close()
                    self._seen, self._failed = None, False
                self._changed.notify_all()

    def size(self) -> tuple[int, int]:
        """Return how many clients (0 or 1) and collections are open."""
        return (0, 0) if self._client is None else (1, len(self._collections))

    def close_if_unused(self) -> bool:
        """Close the client unless somebody uses it now; return whether it was closed."""
        if not self._changed.acquire(blocking=False):
            return False
        try:
            if self._leases or self._client is None:
                return False
            self._close()
            return True
        finally:
            self._changed.release()

    def replace_folder(self) -> None:
        """Begin an embedded store anew: remove its folder once nobody uses it."""
        folder = self._tenant.vectors_path
        with self._changed:
            self._changed.wait_for(lambda: self._leases == 0)
            self._close()
            self._seen = None
            with self._plain_errors():
                if os.path.lexists(folder):
                    # Moved first: what cannot be removed does not stand in the way.
                    os.replace(folder, folder.with_name(f"{_ASIDE}{secrets.token_hex(4)}"))
                for aside in folder.parent.glob(f"{_ASIDE}*"):
                    _remove(aside)

    def _open(self) -> None:
        if self._url:
            self._open_server()
            return
        folder = self._tenant.vectors_path
        with self._plain_errors():
            folder.mkdir(parents=True, exist_ok=True)
            known = self._seen == store_check.state_of(folder)
            if problem := store_check.examine(folder, known=known):
                raise self._unavailable(problem)
            self._client = _embedded(folder)
        self._inode = self._inode_now()

    def _open_server(self) -> None:
        if self._away is not None and time.monotonic() < self._away_until:
            raise self._away
        try:
            with self._plain_errors():
                self._client = _server(self._url, f"sinzi-{self._tenant.slug}")
        except ValueError as error:  # so Chroma says that nobody listens there
            self._away, self._away_until = self._unavailable(_reason(error)), time.monotonic() + _PAUSE_SECONDS
            raise self._away from error
        except Transient as error:
            self._away, self._away_until = error, time.monotonic() + _PAUSE_SECONDS
            raise
        self._away = None

    def _close(self) -> None:
        client, self._client = self._client, None
        self._collections.clear()
        if client is not None:
            with contextlib.suppress(Exception):
                client.close()
            _give_memory_back()
            self._seen = None if self._url else store_check.state_of(self._tenant.vectors_path)

    def _inode_now(self) -> int:
        """Return the number of the database file: another one lies there when the folder was replaced."""
        if self._url:
            return 0
        try:
            return (self._tenant.vectors_path / "chroma.sqlite3").stat().st_ino
        except OSError:
            return -1

    def _unavailable(self, reason: str) -> Transient:
        if self._url:
            return Transient("store_unavailable", url=self._url, reason=reason)
        return Transient(
            "store_unavailable",
            variant="damaged",
            url=str(self._tenant.vectors_path),
            reason=reason,
            tenant=self._tenant.slug,
        )

    @contextlib.contextmanager
    def _plain_errors(self) -> Iterator[None]:
        """Turn what Chroma, its database, the disk or the connection raise into ``store_unavailable``."""
        import httpx
        from chromadb.errors import ChromaError

        try:
            yield
        except (ChromaError, httpx.HTTPError, OSError, sqlite3.Error) as error:
            raise self._unavailable(_reason(error)) from error
        except BaseException as error:
            if type(error).__name__ != "PanicException":  # of Chroma's Rust part; no Exception, and not importable
                raise
            raise self._unavailable(_reason(error)) from error


_STORES: dict[tuple[str, Path], ChromaStore] = {}
_GUARD = threading.Lock()


def _store_of(settings: Settings, tenant: Tenant) -> ChromaStore:
    with _GUARD:
        key = (settings.chroma_url, tenant.vectors_path)
        if key not in _STORES:
            _STORES[key] = ChromaStore(settings, tenant)
        return _STORES[key]


@contextlib.contextmanager
def lend(settings: Settings, tenant: Tenant) -> Iterator[ChromaStore]:
    """Lend a tenant's open store for the length of a ``with`` block. Several threads may use it at once.

    Raises:
        Transient: ``store_unavailable``: it cannot be opened, or something in the block failed.
    """
    try:
        with _store_of(settings, tenant).lent() as store:
            yield store
    finally:
        close_unused()


def replace_folder(settings: Settings, tenant: Tenant) -> None:
    """Remove the folder of an embedded store, whatever is in it; the next opening makes a new one.

    The caller holds the writer lock, and no store of this tenant.

    Raises:
        Transient: ``store_unavailable``: the folder cannot be moved.
    """
    _store_of(settings, tenant).replace_folder()


def close_unused(clients: int = MAX_CLIENTS, collections: int = MAX_COLLECTIONS) -> None:
    """Close clients that nobody uses, the longest unused first, until no more than so many are open."""
    with _GUARD:
        stores = sorted(_STORES.values(), key=lambda one: one.last_used)
    open_clients = sum(one.size()[0] for one in stores)
    open_collections = sum(one.size()[1] for one in stores)
    for one in stores:
        if open_clients <= clients and open_collections <= collections:
            return
        size = one.size()
        if one.close_if_unused():
            open_clients, open_collections = open_clients - size[0], open_collections - size[1]


def _overwrite_memory() -> None:
    """Let the C library overwrite what it hands out and takes back (``M_PERTURB`` of glibc; elsewhere nothing happens).

    Chroma writes its index with room for 100 elements and more, and does not clear that room. So a file of vectors may
    hold whatever was in memory before: texts and names of documents, also of deleted ones. Search takes about a
    hundredth more time with this.
    """
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).mallopt(_M_PERTURB, 0xFF)  # new memory is filled with the complement: zeros


def _give_memory_back() -> None:
    """Let the C library return freed memory to the system (glibc; elsewhere nothing happens)."""
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)


def _embedded(folder: Path) -> Any:
    import chromadb
    from chromadb.api.shared_system_client import SharedSystemClient
    from chromadb.config import Settings as ChromaSettings

    _overwrite_memory()
    try:
        return chromadb.PersistentClient(str(folder), settings=ChromaSettings(anonymized_telemetry=False))
    except BaseException:
        # Chroma keeps what it could not start, and would hand it out at the next attempt.
        SharedSystemClient._identifier_to_system.pop(str(folder), None)
        SharedSystemClient._identifier_to_refcount.pop(str(folder), None)
        raise


def _server(url: str, tenant: str) -> Any:
    import chromadb
    from chromadb.errors import ChromaError

    host, port, ssl = _address(url)
    admin = _admin(url)
    try:
        admin.get_tenant(tenant)
    except ChromaError:
        admin.create_tenant(tenant)
        admin.create_database("default_database", tenant)
    return chromadb.HttpClient(host=host, port=port, ssl=ssl, tenant=tenant, settings=_server_options(url))


@cache
def _admin(url: str) -> Any:
    """Return the client that makes tenants; it cannot be closed, so there is one for a server."""
    import chromadb

    return chromadb.AdminClient(_server_options(url))


def _server_options(url: str) -> Any:
    from chromadb.config import Settings as ChromaSettings

    host, port, ssl = _address(url)
    return ChromaSettings(
        anonymized_telemetry=False,
        chroma_api_impl="chromadb.api.fastapi.FastAPI",
        chroma_server_host=host,
        chroma_server_http_port=port,
        chroma_server_ssl_enabled=ssl,
    )


def _address(url: str) -> tuple[str, int, bool]:
    parts = urlparse(url)
    return parts.hostname or "localhost", parts.port or 8000, parts.scheme == "https"


def _reason(error: BaseException) -> str:
    """Return the first line of what went wrong, without where in Chroma."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].removeprefix("Error executing plan: ")[:200].rstrip(".")


def _remove(path: Path) -> None:
    """Remove a file or folder, also one without rights; what is left is removed the next time."""

    def allow(call: Callable[..., Any], name: str, _error: Any) -> None:
        with contextlib.suppress(OSError):
            Path(name).parent.chmod(stat.S_IRWXU)
            Path(name).chmod(stat.S_IRWXU)
            call(name)

    if path.is_dir() and not path.is_symlink():
        with contextlib.suppress(OSError):
            path.chmod(stat.S_IRWXU)
        shutil.rmtree(path, onerror=allow)
    else:
        with contextlib.suppress(OSError):
            path.unlink()
