"""Queue the files of a request or from the web, and list uploads with their status."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import sqlalchemy as sa

from assistant.uploads.filenames import clean
from assistant.uploads.multipart import File, ReceivedFiles
from ingest import document_names
from ingest.job import Job, job_for
from ingest.system_files import is_document
from kb.core.errors import Conflict, FileRejected, InputError, NotFound
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import CollectionRow, DocumentRow
from kb.store.tables.states import UNFINISHED

if TYPE_CHECKING:
    from assistant.uploads.intake import Intake

__all__ = ["Batch", "dismiss", "queue_uploads", "recent"]


@dataclass(frozen=True, slots=True)
class Batch:
    """The target of files: the collection, whether they are published at once, the document they replace, if any."""

    collection: CollectionRow
    publish: bool = True
    replaces: DocumentRow | None = None


def queue_uploads(
    intake: Intake, library: Library, actor: Actor, batch: Batch, received: ReceivedFiles
) -> list[UploadRow]:
    """Queue the files of a request and return a row for each. The row of a file that cannot be queued has the reason.

    Raises:
        InputError: ``upload_invalid`` if there is no file, or if several files would replace one document.
    """
    if not received.files or (batch.replaces is not None and len(received.files) != 1):
        raise InputError("upload_invalid", reason=f"{len(received.files)} files")
    paths = [PurePosixPath(clean(file.name)) for file in received.files]
    names = [batch.replaces.name] if batch.replaces else document_names.assign(paths)
    rows = []
    for file, path, name in zip(received.files, paths, names, strict=True):
        refusal = _refusal(intake, file, path)
        if refusal is not None:
            job = Job(library.tenant.slug, batch.collection.slug, name, str(path), "", file.size)
            rows.append(intake.refuse(library, job, actor.id, refusal))
            continue
        job = job_for(library.tenant, file.path, name, str(path), batch.collection.slug, publish=batch.publish)
        audit.record(library, actor, "document.upload", name, collection=batch.collection.slug, publish=batch.publish)
        rows.append(intake.submit(library, job, actor.id))
    return rows


def _refusal(intake: Intake, file: File, path: PurePosixPath) -> FileRejected | None:
    """Return why a file cannot be queued: it is a system file or too large; None if it can."""
    limit = intake.queue.context.settings.max_file_mb
    if not is_document(path):
        return FileRejected("not_a_document", name=path.name)
    if file.size > limit * 1024 * 1024:
        size = round(file.size / 1024 / 1024)
        return FileRejected("file_too_large", name=path.name, size_mb=size, limit_mb=limit)
    return None


def recent(library: Library, collections: Collection[str], limit: int) -> list[UploadRow]:
    """Return at most ``limit`` uploads into ``collections``: unfinished ones first, then the latest."""
    under_way = sa.case((UploadRow.status.in_(UNFINISHED), 0), else_=1)
    query = sa.select(UploadRow).where(UploadRow.collection.in_(collections)).order_by(under_way, UploadRow.id.desc())
    with library.session() as session:
        return list(session.scalars(query.limit(limit)))


def dismiss(library: Library, collections: Collection[str], upload_id: int | None = None) -> int:
    """Delete one finished upload, or all, from the list and return their number. Their documents stay.

    Raises:
        NotFound: ``upload_not_found``.
        Conflict: ``upload_under_way``.
    """
    query = sa.select(UploadRow).where(UploadRow.collection.in_(collections))
    if upload_id is not None:
        query = query.where(UploadRow.id == upload_id)
    with library.transaction() as session:
        rows = session.scalars(query).all()
        if upload_id is not None and not rows:
            raise NotFound("upload_not_found")
        if upload_id is not None and rows[0].status in UNFINISHED:
            raise Conflict("upload_under_way", name=rows[0].name)
        finished = [row for row in rows if row.status not in UNFINISHED]
        for row in finished:
            session.delete(row)
    return len(finished)
