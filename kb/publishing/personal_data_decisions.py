"""What a person decides about the people's data in a version: keep it for owners, mask it, or publish it as it is.

A list of persons that was handed in for all to see waits, as a draft, until somebody has decided. What was decided can
be changed. Where the stored text has to change with it, masked or as it is in the file, the file is read again:
:attr:`Decided.reread` says so, and the caller queues that.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from kb.core.errors import Conflict
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import DocumentVersion, Library
from kb.people.owners_collection import owners_collection
from kb.publishing import document_moves, version_states
from kb.search.dense.vector_store import VectorStore
from kb.store.tables.columns import now
from kb.store.tables.library_tables import CollectionRow, DocumentRow, PersonalDataRow, VersionRow
from kb.store.tables.states import PersonalDataDecision, VersionState

__all__ = ["Decided", "decide", "holding_documents", "keep_for_owners", "marks", "masked_at", "of_versions", "rereads"]

_MARKS = ("waiting", "list", "some", "kept", "masked")


@dataclass(frozen=True, slots=True)
class Decided:
    """What is to follow a decision.

    Attributes:
        collection: slug of the collection that the version is in now.
        reread: whether the file is to be read again, masked or not.
        publish: whether a draft is to be published then: it has waited for this.
    """

    collection: str
    reread: bool
    publish: bool


def of_versions(library: Library, version_ids: Collection[int]) -> dict[int, PersonalDataRow]:
    """Return what was found in versions and decided about it, by version id; versions not examined yet are absent."""
    query = sa.select(PersonalDataRow).where(PersonalDataRow.version_id.in_(version_ids))
    with library.session() as session:
        return {row.version_id: row for row in session.scalars(query)}


def masked_at(library: Library, version_ids: Collection[int]) -> dict[int, datetime]:
    """Return when versions whose text is masked now were masked (UTC without a zone), by version id."""
    rows = of_versions(library, version_ids)
    return {
        key: row.decided_at for key, row in rows.items() if row.decision == PersonalDataDecision.MASK and row.decided_at
    }


def marks(library: Library, document_ids: Collection[int]) -> dict[int, str]:
    """Return what is to be said of documents in a list, by document id; those without people's data are absent.

    "waiting" for a decision, "list" of persons, "kept" for owners, "masked", or "some" data.
    """
    query = (
        sa.select(VersionRow.document_id, PersonalDataRow)
        .join(PersonalDataRow, PersonalDataRow.version_id == VersionRow.id)
        .where(VersionRow.document_id.in_(document_ids))
        .where(VersionRow.state.in_((VersionState.PUBLISHED, VersionState.DRAFT)))
    )
    with library.session() as session:
        rows = session.execute(query).all()
    found: dict[int, set[str]] = {}
    for document_id, row in rows:
        if row.counts:
            found.setdefault(document_id, set()).add(_mark(row))
    return {document_id: next(one for one in _MARKS if one in those) for document_id, those in found.items()}


def _mark(row: PersonalDataRow) -> str:
    match row.decision:
        case PersonalDataDecision.WAITING:
            return "waiting"
        case PersonalDataDecision.MASK:
            return "masked"
        case PersonalDataDecision.KEEP:
            return "kept"
    return "list" if row.is_list else "some"


def holding_documents(library: Library, collections: Collection[str]) -> list[tuple[DocumentVersion, PersonalDataRow]]:
    """Return the versions that hold people's data, in ``collections``; those that wait, and lists, come first."""
    query = (
        sa.select(CollectionRow, DocumentRow, VersionRow, PersonalDataRow)
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .join(PersonalDataRow, PersonalDataRow.version_id == VersionRow.id)
        .where(CollectionRow.slug.in_(collections))
        .order_by(PersonalDataRow.decision != PersonalDataDecision.WAITING, PersonalDataRow.is_list.desc())
        .order_by(DocumentRow.name, VersionRow.number.desc())
    )
    with library.session() as session:
        rows = session.execute(query).all()
    return [(DocumentVersion(*row[:3]), row[3]) for row in rows if row[3].counts]


def decide(
    settings: Settings, library: Library, opened: DocumentVersion, decision: PersonalDataDecision, actor: Actor
) -> Decided:
    """Carry out what ``actor`` decided about a version, and record it in the audit trail.

    Args:
        decision: KEEP, MASK or PUBLISH.

    Raises:
        Conflict: ``personal_data_unexamined`` for a version that was not examined, or is being read;
            ``personal_data_none`` for one that holds none.
    """
    version = opened.version
    row = of_versions(library, [version.id]).get(version.id)
    if row is None or version.state == VersionState.INDEXING:
        raise Conflict("personal_data_unexamined", name=opened.document.name)
    if not row.counts:
        raise Conflict("personal_data_none", name=opened.document.name)
    waited = row.decision == PersonalDataDecision.WAITING
    reread = rereads(library, version.id, decision)
    collection = opened.collection
    if decision == PersonalDataDecision.KEEP:
        publish = waited or version.state == VersionState.PUBLISHED
        collection = keep_for_owners(settings, library, opened, publish=publish)
    elif decision == PersonalDataDecision.PUBLISH and waited and version.state == VersionState.DRAFT:
        vectors = VectorStore(settings, library.tenant, collection.slug)
        version_states.publish_existing(library, vectors, version)
    if not reread or decision == PersonalDataDecision.KEEP:
        with library.transaction() as session:
            stored = session.get_one(PersonalDataRow, version.id)
            stored.decision, stored.decided_by, stored.decided_at = decision, actor.id, now()
    audit.record(
        library,
        actor,
        "document.personal_data",
        opened.document.name,
        collection=opened.collection.slug,
        version=version.number,
        decision=decision.value,
        counts=dict(row.counts),
    )
    return Decided(collection.slug, reread, publish=waited)


def rereads(library: Library, version_id: int, decision: PersonalDataDecision) -> bool:
    """Whether a decision changes the stored text of a version, so that its file has to be read again."""
    row = of_versions(library, [version_id]).get(version_id)
    was_masked = row is not None and row.decision == PersonalDataDecision.MASK
    return was_masked != (decision == PersonalDataDecision.MASK)


def keep_for_owners(
    settings: Settings, library: Library, opened: DocumentVersion, *, publish: bool = True
) -> CollectionRow:
    """Move a version to where only owners read it, and return that collection; with ``publish`` it answers there."""
    target = owners_collection(library, settings.locale)
    if target.id != opened.collection.id:
        before = VectorStore(settings, library.tenant, opened.collection.slug)
        after = VectorStore(settings, library.tenant, target.slug)
        document_moves.move_version(library, before, after, opened.version, target, publish=publish)
    elif publish and opened.version.state == VersionState.DRAFT:
        version_states.publish_existing(library, VectorStore(settings, library.tenant, target.slug), opened.version)
    return target
