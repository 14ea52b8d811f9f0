"""Deleting for good: a document, a version, a collection with all its documents, or a whole organisation.

The text elsewhere (test sets, jobs) is erased first: after a crash in between, a repeated deletion finds everything it
needs. The rest follows in :mod:`kb.publishing.erasure_followup`.
"""

from __future__ import annotations

from collections.abc import Collection
from contextlib import suppress

import sqlalchemy as sa

from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.erasure import deleted_content, search_process
from kb.erasure.certificates import Report
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.publishing import erasure, version_writer
from kb.search.dense.vector_store import VectorStore
from kb.store import database, tenants
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import ErasureKind
from kb.store.tenants import Tenant

__all__ = ["delete_collection_documents", "delete_document", "delete_tenant", "delete_version"]

_PATIENCE_SECONDS = 20.0
_BRIEFLY_SECONDS = 1.0


def delete_document(settings: Settings, library: Library, document: DocumentRow, actor: Actor) -> int:
    """Delete a document with all its versions; return the number of the certificate.

    Raises:
        NotFound: ``document_not_found`` if somebody else deleted it in the meantime.
    """
    return _delete(settings, library, document.collection_id, library.versions(document), ErasureKind.DOCUMENT, actor)


def delete_version(
    settings: Settings, library: Library, document: DocumentRow, version: VersionRow, actor: Actor
) -> int:
    """Delete one version of a document, and the document if it was the only one; return the certificate's number.

    Where the published version is deleted, none is published until a person publishes another one.

    Raises:
        NotFound: ``document_not_found`` if somebody else deleted it in the meantime.
    """
    return _delete(settings, library, document.collection_id, [version], ErasureKind.VERSION, actor)


def delete_collection_documents(
    settings: Settings, library: Library, collection: CollectionRow, actor: Actor
) -> int | None:
    """Delete all documents of a collection; return the certificate's number, or None if it has no documents."""
    query = sa.select(VersionRow).join(DocumentRow, DocumentRow.id == VersionRow.document_id)
    with library.session() as session:
        versions = session.scalars(query.where(DocumentRow.collection_id == collection.id)).all()
    if not versions:
        return None
    return _delete(settings, library, collection.id, versions, ErasureKind.COLLECTION, actor)


def delete_tenant(settings: Settings, tenant: Tenant) -> Report:
    """Delete an organisation with everything that is its own, and search the data folder for what is left.

    The caller holds the writer lock, and no service is running. The report is the caller's to keep: the organisation's
    records, where other certificates are, are gone.

    Raises:
        Transient: ``job_at_work``: a file of this organisation is still to be taken in.
    """
    library = Library(tenant)
    with library.session() as session:
        versions = session.scalars(sa.select(VersionRow)).all()
    deleted = deleted_content.of_versions(library, versions, is_everything=True)
    erasure.erase_files(settings, tenant, deleted)
    library.engine.dispose()
    tenants.remove(settings, tenant)
    return search_process.run(settings, tenant, [deleted], _PATIENCE_SECONDS)[0]


def _delete(
    settings: Settings,
    library: Library,
    collection_id: int,
    versions: Collection[VersionRow],
    kind: ErasureKind,
    actor: Actor,
) -> int:
    deleted = deleted_content.of_versions(library, versions)
    with suppress(Transient):  # a job is at work: the follow-up waits for its end
        erasure.erase_files(settings, library.tenant, deleted)
    slug = next(row.slug for row in library.collections() if row.id == collection_id)
    number = version_writer.remove_versions(library, VectorStore(settings, library.tenant, slug), deleted, kind, actor)
    # The follow-up does this too, but on a busy computer only after a while.
    database.empty_write_ahead_file(library.engine, _BRIEFLY_SECONDS)
    return number
