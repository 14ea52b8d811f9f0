"""Repair of the stores at start: remove what the records do not name, restore what they name and is missing.

A process that is killed between two writes leaves at most: a started version without a job, vectors of a version that
is no longer published, a work folder, an original. The records are authoritative; the other stores are made to agree.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import sqlalchemy as sa

from ingest.job import Job
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.publishing import version_states, version_writer
from kb.publishing.version_writer import StartedVersion
from kb.search.dense.vector_store import VectorStore
from kb.search.lexical import word_index
from kb.store import blobs, tenants
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import IngestStatus, VersionState
from kb.store.tenants import Tenant

__all__ = ["erase_original_if_unused", "reconcile_all", "remove_orphan_originals"]


def reconcile_all(settings: Settings, pending: Sequence[Job]) -> None:
    """Repair the stores of every tenant. ``pending`` are the unfinished jobs; what they need is kept."""
    for tenant in tenants.listing(settings):
        _reconcile_tenant(settings, tenant, {job.sha256 for job in pending if job.tenant == tenant.slug})


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
    for collection in library.collections():
        _reconcile_vectors(library, collection, VectorStore(settings, tenant, collection.slug), kept)


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


def _reconcile_vectors(library: Library, collection: CollectionRow, store: VectorStore, kept: set[int]) -> None:
    """Remove vectors of chunks that are not published, restore missing ones; leave the versions ``kept`` alone."""
    published = (
        sa.select(ChunkRow.id, ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.published_version_id == ChunkRow.version_id)
        .where(DocumentRow.collection_id == collection.id)
    )
    with library.session() as session:
        version_of: dict[int, int] = dict(session.execute(published).all())
        unfinished = set(session.scalars(sa.select(ChunkRow.id).where(ChunkRow.version_id.in_(kept))))
    present = store.ids()
    orphans = present - version_of.keys() - unfinished
    if orphans:
        store.remove(sorted(orphans))
    for version_id in sorted({version_of[chunk_id] for chunk_id in version_of.keys() - present}):
        version_states.restore_vectors(library, store, version_id)
