"""Announce or queue the files of a batch, and list uploads with their status."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.uploads.filenames import clean
from assistant.uploads.multipart import ReceivedFiles
from ingest import document_names
from ingest.job import Job
from ingest.system_files import is_document
from kb.core.errors import Conflict, FileRejected, InputError, NotFound
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow, PersonalDataRow, VersionRow
from kb.store.tables.states import UNFINISHED, IngestStatus, PersonalDataDecision

if TYPE_CHECKING:
    from assistant.uploads.intake import Intake

__all__ = ["AnnouncedFile", "Batch", "announce", "counts", "dismiss", "find", "queue_uploads", "recent"]

_MB = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Batch:
    """The target of files: the collection, whether they are published at once, the document they replace, if any.

    ``personal_data`` is decided beforehand: what becomes of a list of persons, or with MASK of any people's data.
    """

    collection: CollectionRow
    publish: bool = True
    replaces: DocumentRow | None = None
    personal_data: PersonalDataDecision = PersonalDataDecision.NONE


@dataclass(frozen=True, slots=True)
class AnnouncedFile:
    """A file that a person has chosen, before its bytes are sent: its name, and its size in bytes."""

    name: str
    size: int


@dataclass(frozen=True, slots=True)
class UploadCounts:
    """How far a person's uploads are; files found inside others count only where they have failed.

    Attributes:
        total: files that were handed in and are still in the list.
        done: those that are in the library.
        under_way: those that are being sent, wait, or are worked on.
        need_attention: files that have failed, or wait for a decision on their people's data.
        wait_for_choice: those of them that wait for a decision; nobody finds them, so they are not ``done``.
    """

    total: int
    done: int
    under_way: int
    need_attention: int
    wait_for_choice: int


def announce(
    intake: Intake, library: Library, actor: Actor, batch: Batch, files: Sequence[AnnouncedFile]
) -> list[UploadRow]:
    """Store a row for each file that is going to be sent, and return them; a file that cannot be taken is ``failed``.

    Raises:
        InputError: ``upload_invalid`` if there is no file, or if several files would replace one document;
            ``upload_too_many``.
    """
    jobs = _jobs(intake, library, actor, batch, files)
    refusals = [_refusal(intake, job) for job in jobs]
    batch_id = str(uuid.uuid4())
    rows = intake.upload_status.announced(library, jobs, actor.id, batch_id)
    return [
        intake.upload_status.stopped(library, row.id, IngestStatus.FAILED, refusal) if refusal else row
        for row, refusal in zip(rows, refusals, strict=True)
    ]


def queue_uploads(
    intake: Intake, library: Library, actor: Actor, batch: Batch, received: ReceivedFiles
) -> list[UploadRow]:
    """Queue the files of a request and return a row for each. The row of a file that cannot be queued has the reason.

    Raises:
        InputError: ``upload_invalid`` if there is no file, or if several files would replace one document.
    """
    rows = []
    jobs = _jobs(intake, library, actor, batch, [AnnouncedFile(file.name, file.size) for file in received.files])
    for file, job in zip(received.files, jobs, strict=True):
        refusal = _refusal(intake, job)
        if refusal is not None:
            rows.append(intake.refuse(library, job, actor.id, refusal))
            continue
        record_upload(library, actor, job)
        rows.append(intake.submit(library, job, file.path, actor.id))
    return rows


def record_upload(library: Library, actor: Actor, job: Job) -> None:
    """Record in the audit trail that a file was handed in."""
    decided = {"personal_data": str(job.personal_data)} if job.personal_data else {}
    audit.record(library, actor, "document.upload", job.name, collection=job.collection, publish=job.publish, **decided)


def _jobs(intake: Intake, library: Library, actor: Actor, batch: Batch, files: Sequence[AnnouncedFile]) -> list[Job]:
    if not files or (batch.replaces is not None and len(files) != 1):
        raise InputError("upload_invalid", reason=f"{len(files)} files")
    limit = intake.queue.context.settings.max_upload_files
    if len(files) > limit:
        raise InputError("upload_too_many", limit=limit)
    paths = [PurePosixPath(clean(file.name)) for file in files]
    names = [batch.replaces.name] if batch.replaces else document_names.assign(paths)
    slug, collection = library.tenant.slug, batch.collection.slug
    return [
        Job(
            slug,
            collection,
            name,
            str(path),
            "",
            file.size,
            publish=batch.publish,
            personal_data=batch.personal_data,
            decided_by=actor.id if batch.personal_data else "",
        )
        for file, path, name in zip(files, paths, names, strict=True)
    ]


def _refusal(intake: Intake, job: Job) -> FileRejected | None:
    """Return why a file cannot be queued: it is a system file or too large; None if it can."""
    limit = intake.queue.context.settings.max_file_mb
    path = PurePosixPath(job.path)
    if not is_document(path):
        return FileRejected("not_a_document", name=path.name)
    if job.size_bytes > limit * _MB:
        return FileRejected("file_too_large", name=path.name, size_mb=round(job.size_bytes / _MB), limit_mb=limit)
    return None


def find(library: Library, collections: Collection[str], upload_id: int) -> UploadRow:
    """Return an upload into one of ``collections``.

    Raises:
        NotFound: ``upload_not_found``.
    """
    query = sa.select(UploadRow).where(UploadRow.id == upload_id, UploadRow.collection.in_(collections))
    with library.session() as session:
        row = session.scalar(query)
    if row is None:
        raise NotFound("upload_not_found")
    return row


def recent(library: Library, collections: Collection[str], limit: int, by: str | None = None) -> list[UploadRow]:
    """Return at most ``limit`` uploads into ``collections``: failed ones first, then unfinished ones, then the latest.

    Args:
        by: only those of this uploader ("user:3").
    """
    order = sa.case((UploadRow.status == IngestStatus.FAILED, 0), (UploadRow.status.in_(UNFINISHED), 1), else_=2)
    query = sa.select(UploadRow).where(UploadRow.collection.in_(collections)).order_by(order, UploadRow.id.desc())
    if by is not None:
        query = query.where(UploadRow.uploaded_by == by)
    with library.session() as session:
        return list(session.scalars(query.limit(limit)))


def counts(library: Library, collections: Collection[str], by: str) -> UploadCounts:
    """Return how far the uploads of ``by`` are."""
    is_member = UploadRow.job_id.contains("/")
    query = (
        sa.select(UploadRow.status, is_member, sa.func.count())
        .where(UploadRow.collection.in_(collections), UploadRow.uploaded_by == by)
        .group_by(UploadRow.status, is_member)
    )
    with library.session() as session:
        rows = [(status, bool(inside), number) for status, inside, number in session.execute(query)]
    waits = sa.exists().where(
        VersionRow.document_id == UploadRow.document_id,
        PersonalDataRow.version_id == VersionRow.id,
        PersonalDataRow.decision == PersonalDataDecision.WAITING,
    )
    mine = (UploadRow.collection.in_(collections), UploadRow.uploaded_by == by, UploadRow.status.not_in(UNFINISHED))
    with library.session() as session:
        undecided = session.scalar(sa.select(sa.func.count(UploadRow.id)).where(*mine, waits)) or 0
        own_undecided = (
            session.scalar(sa.select(sa.func.count(UploadRow.id)).where(*mine, waits, sa.not_(is_member))) or 0
        )
    own = {status: number for status, inside, number in rows if not inside}
    under_way = sum(own.get(status, 0) for status in UNFINISHED)
    not_in = own.get(IngestStatus.FAILED, 0) + own.get(IngestStatus.CANCELLED, 0)
    return UploadCounts(
        total=sum(own.values()),
        done=sum(own.values()) - under_way - not_in - own_undecided,
        under_way=under_way,
        need_attention=undecided + sum(number for status, _, number in rows if status == IngestStatus.FAILED),
        wait_for_choice=undecided,
    )


def dismiss(
    intake: Intake | None,
    library: Library,
    collections: Collection[str],
    upload_id: int | None = None,
    *,
    by: str | None = None,
    keep_failed: bool = False,
) -> int:
    """Delete one finished upload, or all, from the list and return their number. Their documents stay.

    The original of a failed file is kept until then, so that it can be tried again.

    Args:
        by: only those of this uploader ("user:3").
        keep_failed: leave those that are not in the library: failed and cancelled ones.

    Raises:
        NotFound: ``upload_not_found``.
        Conflict: ``upload_under_way``.
    """
    query = sa.select(UploadRow).where(UploadRow.collection.in_(collections))
    if upload_id is not None:
        query = query.where(UploadRow.id == upload_id)
    if by is not None:
        query = query.where(UploadRow.uploaded_by == by)
    kept = (IngestStatus.FAILED, IngestStatus.CANCELLED) if keep_failed else ()
    with library.transaction() as session:
        rows = session.scalars(query).all()
        if upload_id is not None and not rows:
            raise NotFound("upload_not_found")
        if upload_id is not None and rows[0].status in UNFINISHED:
            raise Conflict("upload_under_way", name=rows[0].name)
        finished = [row for row in rows if row.status not in (*UNFINISHED, *kept)]
        for row in finished:
            session.delete(row)
    if intake is not None:
        for row in finished:
            if row.job and row.job["sha256"] and row.status == IngestStatus.FAILED:
                intake.queue.release_original(Job(**row.job))
    return len(finished)
