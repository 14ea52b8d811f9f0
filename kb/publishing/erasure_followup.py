"""What follows a deletion: copies written meanwhile, old vectors, free pages; then the search and its certificate.

The deletion itself is one transaction and quick. What follows takes seconds, or minutes in a large library, and runs in
the process that holds the data folder's writer lock: in the background of a service, or at the end of a command.
"""

from __future__ import annotations

import logging
import subprocess
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import partial

from kb.core.errors import Conflict, SinziError, Transient
from kb.core.settings import Settings
from kb.erasure import certificates, search_process
from kb.erasure.certificates import Certificate
from kb.erasure.deleted_content import DeletedContent
from kb.library.documents import Library
from kb.publishing import erasure
from kb.search.dense import store_repair
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants
from kb.store.tenants import Tenant

__all__ = ["finish", "in_background", "search_again"]

_LOG = logging.getLogger("sinzi.erasure")
_POLL_SECONDS = 1.0
_AFTER_AN_ERROR_SECONDS = 15.0
# How long the search waits for readers that still need an old state of a database.
_PATIENCE_SECONDS = 20.0


def finish(settings: Settings, tenant: Tenant) -> list[Certificate]:
    """Do what is left to do for all deletions of a tenant, and return their certificates.

    Call it only in the process that holds the writer lock.

    Raises:
        Transient: a job that uses a deleted document has not ended. Call it again later.
        Conflict: ``erasure_search_failed``: the search could not be run.
    """
    library = Library(tenant)
    waiting = [(number, erasure.kept(tenant, number) or stored) for number, stored in certificates.pending(library)]
    if waiting:
        for _, deleted in waiting:
            erasure.erase_files(settings, tenant, deleted)
        _erase_copies(library, [deleted for _, deleted in waiting])
        _write_vectors_anew(settings, library, [deleted for _, deleted in waiting])
        reports = _search(settings, tenant, [deleted for _, deleted in waiting])
        for (number, _), report in zip(waiting, reports, strict=True):
            certificates.record_report(library, number, report)
            erasure.searched(tenant, number)
    erasure.pending_mark(tenant).unlink(missing_ok=True)
    if any(True for _ in certificates.pending(library)):  # deleted meanwhile
        erasure.mark_pending(tenant)
    return [certificates.get(library, number) for number, _ in waiting]


def _search(settings: Settings, tenant: Tenant, deleted: list[DeletedContent]) -> list[certificates.Report]:
    try:
        return search_process.run(settings, tenant, deleted, _PATIENCE_SECONDS)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        reason = getattr(error, "stderr", b"") or str(error).encode()
        raise Conflict("erasure_search_failed", reason=reason.decode("utf-8", "replace")[-300:]) from error


def _erase_copies(library: Library, deleted: Iterable[DeletedContent]) -> None:
    """Call the handlers again: an answer or a job may have been written since the deletion."""
    handlers = erasure.handlers()
    for one in deleted:
        with library.transaction() as session:
            erasure.erase_copies(session, one, handlers)


def _write_vectors_anew(settings: Settings, library: Library, deleted: Iterable[DeletedContent]) -> None:
    """Write the vectors of the collections anew: Chroma keeps deleted ones in its files."""
    slugs = {one.collection for one in deleted}
    there = {row.slug for row in library.collections()}
    try:
        for slug in slugs & there:
            VectorStore(settings, library.tenant, slug).write_anew(partial(store_repair.stored_vectors, library))
        for slug in slugs - there - {""}:
            VectorStore(settings, library.tenant, slug).drop()
    except Transient:
        if settings.chroma_url:  # the server is away: the next round
            raise
        store_repair.begin_anew(settings, library)


def search_again(tenant: Tenant, erasure_id: int) -> None:
    """Let a deletion be searched for again, by :func:`finish`.

    Raises:
        NotFound: ``erasure_not_found``.
    """
    certificates.search_again(Library(tenant), erasure_id)
    erasure.mark_pending(tenant)


@contextmanager
def in_background(settings: Settings) -> Iterator[None]:
    """Finish the deletions of all tenants in a thread for the length of a ``with`` block."""
    ended = threading.Event()
    thread = threading.Thread(target=_run, args=(settings, ended), name="erasure", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()


def _run(settings: Settings, ended: threading.Event) -> None:
    pause = _POLL_SECONDS
    while not ended.wait(pause):
        pause = _POLL_SECONDS
        for slug in sorted(path.parent.name for path in settings.data.glob("tenants/*/erasure.pending")):
            if ended.is_set():
                return
            try:
                finish(settings, tenants.get(settings, slug))
            except Transient:
                pass  # a job is still at work: the next round
            except Exception as error:
                _LOG.error(
                    "a deletion was not finished: %s", error.code if isinstance(error, SinziError) else type(error)
                )
                pause = _AFTER_AN_ERROR_SECONDS
