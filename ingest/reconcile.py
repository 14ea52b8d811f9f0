"""Putting the stores in order at start: nothing lies about that the records do not name, nothing they name is missing.

A process killed between two stores leaves at most: a version begun and never queued, vectors of a version
that is published no longer, a work folder, an original. The records are the truth; the rest is made to agree.
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
from kb.store.tenants import Tenant

__all__ = ["sweep", "sweep_originals", "sweep_tenant"]


def sweep(settings: Settings, pending: Sequence[Job]) -> None:
    """Put every tenant in order; ``pending`` are the jobs that will go on, and keep what is theirs."""
    for tenant in tenants.listing(settings):
        sweep_tenant(settings, tenant, {job.sha256 for job in pending if job.tenant == tenant.slug})


def sweep_tenant(settings: Settings, tenant: Tenant, pending: set[str]) -> None:
    """Put one tenant in order; ``pending`` holds the digests of files still to be taken in."""
    library = Library(tenant)
    with library.session() as session:
        begun = session.scalars(sa.select(VersionRow).where(VersionRow.state == "indexing")).all()
    kept = {version.id for version in begun if version.sha256 in pending}
    for version in begun:
        if version.id not in kept:
            version_writer.discard(library, StartedVersion("new", "", version.document_id, version.id, version.number))
    _sweep_words(library)
    _sweep_folders(library, kept, pending)
    for collection in library.collections():
        _sweep_vectors(library, collection, VectorStore(settings, tenant, collection.slug), kept)


def _sweep_words(library: Library) -> None:
    with library.transaction() as session:
        word_index.sweep(session)


def _sweep_folders(library: Library, kept: set[int], pending: set[str]) -> None:
    work = library.tenant.home / "work"
    for folder in work.iterdir() if work.is_dir() else ():
        if folder.name not in {str(version_id) for version_id in kept}:
            shutil.rmtree(folder, ignore_errors=True)
    if not pending:
        sweep_originals(library)


def sweep_originals(library: Library) -> None:
    """Erase originals no version has.

    Only while nothing is queued: files found in a mail are stored before their jobs.
    """
    with library.session() as session:
        named = set(session.scalars(sa.select(VersionRow.sha256)))
    for original in library.tenant.files_path.glob("??/*"):
        if original.name not in named:
            blobs.erase(library.tenant.files_path, original.name)


def _sweep_vectors(library: Library, collection: CollectionRow, store: VectorStore, kept: set[int]) -> None:
    wanted = (
        sa.select(ChunkRow.id, ChunkRow.version_id)
        .join(DocumentRow, DocumentRow.published_version_id == ChunkRow.version_id)
        .where(DocumentRow.collection_id == collection.id)
    )
    with library.session() as session:
        owner: dict[int, int] = dict(session.execute(wanted).all())
        mine = set(session.scalars(sa.select(ChunkRow.id).where(ChunkRow.version_id.in_(kept))))
    present = store.ids()
    strangers = present - owner.keys() - mine
    if strangers:
        store.remove(sorted(strangers))
    for version_id in sorted({owner[chunk_id] for chunk_id in owner.keys() - present}):
        version_states.restore_vectors(library, store, version_id)
