"""A file to ingest (a job), and its outcome."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.error_json import error_to_json
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import blobs
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import IngestStatus, PersonalDataDecision
from kb.store.tenants import Tenant

__all__ = ["Job", "Outcome", "cancelled_outcome", "check_source", "failed_outcome", "job_for", "unchanged_outcome"]


@dataclass(frozen=True, slots=True)
class Job:
    """One file to ingest; its bytes are stored already. The queue records the job as small JSON: a crash loses none.

    Attributes:
        tenant, collection: slugs.
        name: the name of the document.
        path: what people see, for example "x.zip/member.pdf".
        inside: name of the document the file was found in, "" for a file of its own.
        depth: how many files are around it, 0 for a file of its own.
        root: SHA-256 of the outermost file around it, "" for a file of its own.
        publish: False keeps the version as a draft.
        personal_data: what to do with people's data, decided beforehand; a list of persons waits without a decision.
        refills: id of a version to read again, because of a decision on its people's data; 0 for a file that comes in.
        decided_by: who decided, as in the audit trail.
        rejected: code of the error with which the file was refused when the file around it was opened (a member of an
            archive with a password); "" for a file to read.
    """

    tenant: str
    collection: str
    name: str
    path: str
    sha256: str
    size_bytes: int
    inside: str = ""
    depth: int = 0
    root: str = ""
    publish: bool = True
    rejected: str = ""
    personal_data: PersonalDataDecision = PersonalDataDecision.NONE
    refills: int = 0
    decided_by: str = ""

    def to_refill(self, version_id: int, decision: PersonalDataDecision, decided_by: str, *, publish: bool) -> Job:
        """Return the job that reads the file of a version again, after a decision on its people's data."""
        return replace(self, refills=version_id, personal_data=decision, decided_by=decided_by, publish=publish)


@dataclass(slots=True)
class Outcome:
    """The result of a job.

    Attributes:
        status: how it ended; None for an archive, which is not a document itself.
        error: see :mod:`ingest.error_json`.
        members: jobs for the files found inside.
        name: what the document was to be called; "" in outcomes of releases before 0.2.
        personal_data: different pieces of people's data by kind.
        decision: what was decided about it; WAITING if it is a list of persons and waits, as a draft.
    """

    path: str
    status: IngestStatus | None
    document: str
    version: int | None = None
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0
    error: dict[str, Any] | None = None
    members: list[Job] = field(default_factory=list)
    name: str = ""
    personal_data: dict[str, int] = field(default_factory=dict)
    decision: PersonalDataDecision = PersonalDataDecision.NONE

    @property
    def known_under_another_name(self) -> bool:
        """Whether the content was known already, as a document of another name."""
        return self.status is IngestStatus.UNCHANGED and self.name not in ("", self.document)


def check_source(settings: Settings, source: Path) -> None:
    """Refuse a file before it is copied.

    Raises:
        FileRejected: ``file_missing``, ``file_too_large``.
    """
    if not source.is_file():
        raise FileRejected("file_missing", name=source.name)
    size, limit = source.stat().st_size, settings.max_file_mb
    if size > limit * 1024 * 1024:
        raise FileRejected("file_too_large", name=source.name, size_mb=round(size / 1024 / 1024), limit_mb=limit)


def job_for(
    tenant: Tenant,
    source: Path,
    name: str,
    path: str,
    collection: str,
    inside: str = "",
    depth: int = 0,
    root: str = "",
    publish: bool = True,
    personal_data: PersonalDataDecision = PersonalDataDecision.NONE,
    decided_by: str = "",
) -> Job:
    """Store the original of a file and return the job that ingests it. The file itself is not needed any more."""
    sha256 = blobs.store(tenant.files_path, source)
    size = source.stat().st_size
    job = Job(tenant.slug, collection, name, path, sha256, size, inside, depth, root, publish)
    return replace(job, personal_data=personal_data, decided_by=decided_by)


def unchanged_outcome(library: Library, source: Path, name: str, path: str, collection: str) -> Outcome | None:
    """Return the outcome of a file whose content is published under the same name already, else None.

    This shortcut needs neither workers nor queue. :func:`ingest.pipeline.ingest` handles every other case.
    """
    query = (
        sa.select(VersionRow.number, VersionRow.page_count, sa.func.count(ChunkRow.id))
        .select_from(DocumentRow)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .join(VersionRow, VersionRow.id == DocumentRow.published_version_id)
        .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        .where(CollectionRow.slug == collection, DocumentRow.name == name, VersionRow.sha256 == blobs.digest(source))
        .group_by(VersionRow.id)
    )
    with library.session() as session:
        row = session.execute(query).first()
    return Outcome(path, IngestStatus.UNCHANGED, name, *row) if row else None


def failed_outcome(path: str, name: str, error: Exception) -> Outcome:
    """Return the outcome of a file that could not be ingested."""
    return Outcome(path, IngestStatus.FAILED, name, error=error_to_json(error))


def cancelled_outcome(job: Job) -> Outcome:
    """Return the outcome of a job that a person has cancelled."""
    return Outcome(job.path, IngestStatus.CANCELLED, job.name)
