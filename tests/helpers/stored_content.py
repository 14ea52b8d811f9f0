"""The content of a tenant's stores, to compare two runs."""

from __future__ import annotations

import hashlib
from typing import Any

import sqlalchemy as sa

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.search.lexical import postings
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tenants import Tenant


def stored_content(tenant: Tenant) -> dict[tuple[str, int], dict[str, Any]]:
    """Return every version's state, chunks and vectors by (document name, version number)."""
    library = Library(tenant)
    query = sa.select(DocumentRow, VersionRow).join(VersionRow, VersionRow.document_id == DocumentRow.id)
    found = {}
    with library.session() as session:
        for document, version in session.execute(query):
            chunks = session.scalars(
                sa.select(ChunkRow).where(ChunkRow.version_id == version.id).order_by(ChunkRow.ordinal)
            ).all()
            found[document.name, version.number] = {
                "state": version.state,
                "pages": version.page_count,
                "language": version.language,
                "texts": [chunk.text for chunk in chunks],
                "vectors": hashlib.sha256(b"".join(chunk.vector for chunk in chunks)).hexdigest(),
            }
    return found


def assert_consistent(settings: Settings, tenant: Tenant) -> None:
    """Check that records, words, vectors, originals and work folders agree with each other."""
    library = Library(tenant)
    with library.session() as session:
        chunks = set(session.scalars(sa.select(ChunkRow.id)))
        words = postings.chunk_ids(session)
        shas = set(session.scalars(sa.select(VersionRow.sha256)))
        states = set(session.scalars(sa.select(VersionRow.state)))
        published = {
            slug: set(
                session.scalars(
                    sa.select(ChunkRow.id)
                    .join(DocumentRow, DocumentRow.published_version_id == ChunkRow.version_id)
                    .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
                    .where(CollectionRow.slug == slug)
                )
            )
            for slug in session.scalars(sa.select(CollectionRow.slug)).all()
        }
    assert words == chunks
    assert states <= {"published", "superseded"}
    assert {path.name for path in tenant.files_path.glob("??/*")} == shas
    # "sentences": the work folder of sentence vectors, which are made after publishing
    assert {path.name for path in (tenant.home / "work").glob("*")} <= {"sentences"}
    for slug, ids in published.items():
        assert VectorStore(settings, tenant, slug).ids() == ids
