"""What an editor decides about the people's data in a version, and the reading again that may follow."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import sqlalchemy as sa

from ingest.job import Job
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.library.audit import Actor
from kb.library.documents import DocumentVersion, Library
from kb.publishing import personal_data_decisions
from kb.publishing.personal_data_decisions import Decided
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import UNFINISHED, PersonalDataDecision

if TYPE_CHECKING:
    from assistant.uploads.intake import Intake

__all__ = ["decide", "version_of_upload", "versions_of_uploads"]


def decide(
    settings: Settings,
    intake: Intake,
    library: Library,
    actor: Actor,
    opened: DocumentVersion,
    decision: PersonalDataDecision,
) -> Decided:
    """Carry out a decision; where the stored text has to change, the file is queued to be read again.

    Raises:
        Conflict: as :func:`kb.publishing.personal_data_decisions.decide`.
    """
    decided = personal_data_decisions.decide(settings, library, opened, decision, actor)
    if decided.reread:
        name, version = opened.document.name, opened.version
        job = Job(library.tenant.slug, decided.collection, name, name, version.sha256, version.size_bytes)
        job = job.to_refill(version.id, decision, actor.id, publish=decided.publish)
        intake.submit_stored(library, job, actor.id, _upload_of(library, opened))
    return decided


def version_of_upload(library: Library, row: UploadRow) -> DocumentVersion:
    """Return the version that an upload became.

    Raises:
        NotFound: ``upload_not_found`` if it is none, or is not there any more.
    """
    query = (
        sa.select(CollectionRow, DocumentRow, VersionRow)
        .join(DocumentRow, DocumentRow.collection_id == CollectionRow.id)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.id == row.document_id, VersionRow.sha256 == (row.job or {}).get("sha256", ""))
        .order_by(VersionRow.number.desc())
    )
    with library.session() as session:
        found = session.execute(query).first()
    if found is None:
        raise NotFound("upload_not_found")
    return DocumentVersion(*found)


def versions_of_uploads(library: Library, rows: Sequence[UploadRow]) -> dict[int, int]:
    """Return the ids of the versions that uploads became, by upload id."""
    wanted = {row.document_id: None for row in rows if row.document_id is not None}
    query = sa.select(VersionRow.document_id, VersionRow.sha256, VersionRow.id).order_by(VersionRow.number)
    with library.session() as session:
        found = session.execute(query.where(VersionRow.document_id.in_(wanted))).all() if wanted else []
    versions = {(document_id, sha256): version_id for document_id, sha256, version_id in found}
    keys = {row.id: (row.document_id, (row.job or {}).get("sha256", "")) for row in rows}
    return {row_id: versions[key] for row_id, key in keys.items() if key in versions}


def _upload_of(library: Library, opened: DocumentVersion) -> int | None:
    """Return the id of the finished upload that brought a version in, for its line to go on; None if there is none."""
    query = (
        sa.select(UploadRow)
        .where(UploadRow.document_id == opened.document.id, UploadRow.status.not_in(UNFINISHED))
        .where(UploadRow.collection == opened.collection.slug)
        .order_by(UploadRow.id.desc())
    )
    with library.session() as session:
        rows = session.scalars(query).all()
    same = (row.id for row in rows if (row.job or {}).get("sha256") == opened.version.sha256)
    return next(same, None)
