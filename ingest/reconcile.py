"""Repair of the stores at start: remove what the records do not name, restore what they name and is missing.

A process that is killed between two writes leaves at most: a started version without a job, vectors of a version that
is no longer published, a work folder, an original. The records are authoritative; the other stores are made to agree.
"""

from __future__ import annotations

import logging
import shutil
from collections.abc import Collection, Sequence

import sqlalchemy as sa

from ingest.job import Job
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.publishing import version_states, version_writer
from kb.publishing.version_writer import StartedVersion
from kb.search.dense import store_marks, store_repair
from kb.search.lexical import word_index
from kb.store import blobs, tenants
from kb.store.tables.library_tables import VersionRow
from kb.store.tables.states import IngestStatus, VersionState
from kb.store.tenants import Tenant

__all__ = ["erase_original_if_unused", "reconcile_all", "remove_orphan_originals", "repair_marked"]

_LOG = logging.getLogger("sinzi.ingest")


def reconcile_all(settings: Settings, pending: Sequence[Job]) -> None:
    """Repair the stores of every tenant. ``pending`` are the unfinished jobs; what they need is kept."""
    for tenant in tenants.listing(settings):
        _reconcile_tenant(settings, tenant, _files_of(tenant, pending))


def repair_marked(settings: Settings, pending: Sequence[Job]) -> None:
    """Repair the vectors of the tenants that had changes which could not be written (:mod:`kb.search.dense`).

    ``pending`` are the unfinished jobs.
    """
    for tenant in tenants.listing(settings):
        if store_marks.is_behind(tenant):
            library = Library(tenant)
            repair_vectors(settings, library, _unfinished(library, _files_of(tenant, pending)))


def _files_of(tenant: Tenant, jobs: Sequence[Job]) -> set[str]:
    return {job.sha256 for job in jobs if job.tenant == tenant.slug}


def _unfinished(library: Library, pending: set[str]) -> set[int]:
    """Return the ids of the versions that pending jobs have started."""
    with library.session() as session:
        started = session.scalars(sa.select(VersionRow).where(VersionRow.state == VersionState.INDEXING)).all()
    return {version.id for version in started if version.sha256 in pending}


def _reconcile_tenant(settings: Settings, tenant: Tenant, pending: set[str]) -> None:
    """Repair the stores of one tenant; ``pending`` holds the SHA-256 of files that are still to be ingested."""
    library = Library(tenant)
    with library.session() as session:
        started = session.scalars(sa.select(VersionRow).where(VersionRow.state == VersionState.INDEXING)).all()
    kept = {version.id for version in started if version.sha256 in pending}
    for version in started:
        if version.id not in kept:
            version_writer.discard(library, StartedVersion("new", "", version.document_id, version.id, version.number))
    _reconcile_words(library)
    _reconcile_folders(library, kept, pending)
    repair_vectors(settings, library, kept)


def repair_vectors(settings: Settings, library: Library, unfinished: Collection[int] = ()) -> None:
    """Make a tenant's vectors agree with the records. Where that cannot be done now, search uses the records.

    Args:
        unfinished: ids of versions that are being taken in; their vectors are left alone.
    """
    try:
        store_repair.repair(settings, library, unfinished)
    except Transient as error:
        _LOG.warning("The search index of %s was not repaired. %s", library.tenant.slug, error.message("en"))


def _reconcile_words(library: Library) -> None:
    with library.transaction() as session:
        word_index.sweep(session)


def _reconcile_folders(library: Library, kept: set[int], pending: set[str]) -> None:
    """Remove the work folders of all versions but ``kept``, and orphan originals if no file is pending."""
    work = library.tenant.home / "work"
    for folder in work.iterdir() if work.is_dir() else ():
        if folder.name not in {str(version_id) for version_id in kept}:
            shutil.rmtree(folder, ignore_errors=True)
    if not pending:
        remove_orphan_originals(library)


def remove_orphan_originals(library: Library) -> None:
    """Erase the originals that belong to no version, and to no failed upload that a person may try again.

    Call it only while the queue is empty: files found in a mail are stored before their jobs are queued.
    """
    with library.session() as session:
        named = set(session.scalars(sa.select(VersionRow.sha256)))
        named |= version_states.originals_of_uploads(session, [IngestStatus.FAILED])
    for original in library.tenant.files_path.glob("??/*"):
        if original.name not in named:
            blobs.erase(library.tenant.files_path, original.name)


def erase_original_if_unused(library: Library, sha256: str) -> None:
    """Erase one original, unless a version or a failed upload needs it. The caller knows that no job does."""
    with library.session() as session:
        is_used = session.scalar(sa.select(VersionRow.id).where(VersionRow.sha256 == sha256).limit(1)) is not None
        is_used = is_used or sha256 in version_states.originals_of_uploads(session, [IngestStatus.FAILED])
    if sha256 and not is_used:
        blobs.erase(library.tenant.files_path, sha256)
