"""Moving a version to another collection, whose readers are others."""

from __future__ import annotations

import sqlalchemy as sa

from kb.core.errors import Misconfigured
from kb.erasure import certificates
from kb.library.documents import Library
from kb.publishing import version_states
from kb.search.dense.vector_store import VectorStore
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow

__all__ = ["move_version"]


def move_version(
    library: Library,
    before: VectorStore,
    after: VectorStore,
    version: VersionRow,
    target: CollectionRow,
    *,
    publish: bool,
) -> int:
    """Let a version be in another collection and nowhere else; return the id of its document there.

    The only version of a document takes the document along. Of several, only this one goes: it becomes the next version
    of the document of that name in the other collection, which is made where there is none. A crash in between leaves
    vectors too many, which search passes over.

    Args:
        before, after: the vectors of the collection that it is in, and of ``target``.
        publish: whether it answers there; otherwise it keeps its state.

    Raises:
        Misconfigured: ``model_mismatch``; the other collection was made with another embedding model.
    """
    if publish:
        version_states.restore_vectors(library, after, version.id)
    with library.transaction() as session:
        moved = session.get_one(VersionRow, version.id)
        old = session.get_one(DocumentRow, moved.document_id)
        source = session.get_one(CollectionRow, old.collection_id)
        there = session.get_one(CollectionRow, target.id)
        there.model = there.model or source.model
        if there.model != source.model:
            raise Misconfigured(
                "model_mismatch",
                collection=there.slug,
                stored=there.model,
                current=source.model,
                tenant=library.tenant.slug,
            )
        named = sa.select(DocumentRow).where(
            DocumentRow.collection_id == target.id, DocumentRow.name == old.name, DocumentRow.id != old.id
        )
        document = session.scalar(named)
        numbers = sa.select(sa.func.max(VersionRow.number))
        others = session.scalar(
            sa.select(sa.func.count()).where(VersionRow.document_id == old.id, VersionRow.id != moved.id)
        )
        if document is None and not others:
            old.collection_id, document = target.id, old
        elif document is None:
            document = DocumentRow(
                id=certificates.last_ids(session)[0] + 1,
                collection_id=target.id,
                name=old.name,
                owner=old.owner,
                review_on=old.review_on,
                title=old.title if old.title_by_hand else "",
                title_by_hand=old.title_by_hand,
            )
            session.add(document)
            session.flush()
        if document is not old:
            moved.number = (session.scalar(numbers.where(VersionRow.document_id == document.id)) or 0) + 1
            moved.document_id = document.id
            session.flush()
            version_states.forget_published(session, [moved.id])
            if not others:
                session.delete(old)
        replaced = version_states.put_in_force(session, document.id, moved.id) if publish else None
        document.title = document.title or moved.title
        document_id = document.id
    before.remove_version(version.id)
    if replaced is not None:
        after.remove_version(replaced)
    return document_id
