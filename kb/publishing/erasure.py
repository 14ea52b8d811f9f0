"""Removes what was made from a document's text when the document is deleted, and remembers what is still to be done.

A part of the program that keeps such text registers a handler:

    sinzi.erasure        text in the tenant's records; the handler works in the transaction that deletes the versions
    sinzi.erasure_files  text elsewhere: files, the job queue

Both kinds are called again after the deletion, for what was written meanwhile. So every handler may be repeated.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

from sqlalchemy.orm import Session

from kb.core import plugins
from kb.core.settings import Settings
from kb.erasure.certificates import Sent
from kb.erasure.deleted_content import DeletedContent
from kb.store.tenants import Tenant

__all__ = [
    "erase_copies",
    "erase_files",
    "handlers",
    "keep_until_searched",
    "kept",
    "mark_pending",
    "pending_mark",
    "searched",
]


class ErasureHandler(Protocol):
    """Removes what a part of the program has kept of the text of some versions in the tenant's records."""

    def __call__(self, session: Session, deleted: DeletedContent) -> Iterable[Sent] | None:
        """Remove it; ``session`` is the transaction that deletes the versions.

        An error keeps the versions too: nothing is deleted by halves.

        Returns:
            To which language models text of the versions was sent, as far as this part of the program knows.
        """


class FileErasureHandler(Protocol):
    """Removes what a part of the program has kept of the text of some versions outside the tenant's records."""

    def __call__(self, settings: Settings, tenant: Tenant, deleted: DeletedContent) -> None:
        """Remove it.

        Raises:
            Transient: something is still being written; the handler is to be called again later.
        """


# The content of deleted versions until it has been searched for, by the tenant's folder and the certificate's number.
# It is only in memory: after a crash the search uses the sample in the certificate.
_KEPT: dict[tuple[Path, int], DeletedContent] = {}
_GUARD = threading.Lock()
# More than that are waiting only where another process searches: then the samples are used.
_MOST_KEPT = 500


def handlers() -> list[ErasureHandler]:
    """Return the handlers for the tenant's records. They are imported here, so call this before a transaction."""
    return plugins.registered("sinzi.erasure")


def erase_copies(
    session: Session, deleted: DeletedContent, registered_handlers: Sequence[ErasureHandler]
) -> list[Sent]:
    """Let every handler remove what it keeps of these versions, in this transaction."""
    return [one for handler in registered_handlers for one in handler(session, deleted) or ()]


def erase_files(settings: Settings, tenant: Tenant, deleted: DeletedContent) -> None:
    """Let every handler remove what it keeps of these versions outside the records.

    Raises:
        Transient: something is still being written.
    """
    registered_handlers: list[FileErasureHandler] = plugins.registered("sinzi.erasure_files")
    for handler in registered_handlers:
        handler(settings, tenant, deleted)


def pending_mark(tenant: Tenant) -> Path:
    """Return the path of a file that is there while a deletion of this tenant waits for its search."""
    return tenant.home / "erasure.pending"


def mark_pending(tenant: Tenant) -> None:
    """Note that there is something to search for; before the deletion, so that a crash does not lose the note."""
    pending_mark(tenant).touch()


def keep_until_searched(tenant: Tenant, certificate: int, deleted: DeletedContent) -> None:
    """Keep the content of a deletion in memory until :func:`searched`."""
    with _GUARD:
        _KEPT[tenant.home, certificate] = deleted
        while len(_KEPT) > _MOST_KEPT:
            _KEPT.pop(next(iter(_KEPT)))


def kept(tenant: Tenant, certificate: int) -> DeletedContent | None:
    """Return the whole content of a deletion, if this process deleted it and it was not searched for yet."""
    with _GUARD:
        return _KEPT.get((tenant.home, certificate))


def searched(tenant: Tenant, certificate: int) -> None:
    """Forget the content of a deletion."""
    with _GUARD:
        _KEPT.pop((tenant.home, certificate), None)
