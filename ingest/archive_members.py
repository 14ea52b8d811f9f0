"""Files found inside a file: attachments of a mail, members of an archive. Each becomes a document of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from ingest import document_names
from ingest.context import IngestContext
from ingest.job import Job, job_for
from ingest.prepared import PreparedDocument
from ingest.system_files import is_document
from kb.core.errors import FileRejected
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.library_tables import DocumentRow, VersionRow
from kb.store.tenants import Tenant

__all__ = ["MAX_NESTING", "member_name", "member_notes", "store_members"]

# An attachment of a mail in an archive in a mail has depth 3. People do not nest files deeper; archive bombs do.
MAX_NESTING = 3
# Note of the archive's parser → code of the error.
_REJECTED = {"member_encrypted:": "file_encrypted", "member_broken:": "file_broken", "member_empty:": "file_empty"}


def member_notes(job: Job) -> list[str]:
    """Return the note on a version that names the document it was found in; no note for a file of its own."""
    return [f"attached_to:{job.inside}"] if job.inside else []


def store_members(job: Job, document: PreparedDocument, name: str, context: IngestContext) -> list[Job]:
    """Store the files found inside a document and return their jobs, in the order of their paths.

    Args:
        name: the name of the document; its members record it as their origin.

    Raises:
        FileRejected: ``file_too_complex`` when files nest too deep or are too many, as in an archive bomb.
    """
    tenant = tenants.get(context.settings, job.tenant)
    if job.depth >= MAX_NESTING:
        raise FileRejected("file_too_complex", name=job.name, what=f"{job.depth + 1} archives deep")
    found = sorted((PurePosixPath(inner), Path(path)) for inner, path in document.members)
    found = [(inner, path) for inner, path in found if is_document(inner)]
    root = job.root or job.sha256
    count = context.count_members(root, len(found), first=not job.root)
    if count > context.settings.max_archive_files:
        raise FileRejected("file_too_complex", name=job.name, what=f"{count} files")
    names = document_names.assign([inner for inner, _ in found])
    return [
        *_rejected_members(job, document, name),
        *_readable_members(job, tenant, found, names, name, root),
    ]


def _readable_members(
    job: Job, tenant: Tenant, found: list[tuple[PurePosixPath, Path]], names: list[str], name: str, root: str
) -> list[Job]:
    return [
        job_for(
            tenant,
            path,
            own,
            f"{job.path}/{inner}",
            job.collection,
            name,
            job.depth + 1,
            root,
            job.publish,
            job.personal_data,
            job.decided_by,
        )
        for (inner, path), own in zip(found, names, strict=True)
    ]


def _rejected_members(job: Job, document: PreparedDocument, name: str) -> list[Job]:
    """Return a job, without content, for each member that could not be unpacked: it fails with the reason."""
    found = [note.split(":", 1) for note in document.notes if note.startswith(tuple(_REJECTED))]
    return [
        Job(job.tenant, job.collection, inner.rsplit("/", 1)[-1], f"{job.path}/{inner}", "", 0, name, job.depth + 1,
            job.root or job.sha256, job.publish, _REJECTED[f"{kind}:"])
        for kind, inner in found
    ]  # fmt: skip


def member_name(library: Library, collection_id: int, job: Job, context: IngestContext) -> str:
    """Return the document name of a member: its own name, or "mail.eml/name" where that name is taken.

    A name is taken when another document has it that was not found in the same file. Two mails often carry different
    files with the same name; one must not become a version of the other.
    """
    longer = f"{job.inside}/{job.name}"
    query = (
        sa.select(DocumentRow.name, VersionRow.notes)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.collection_id == collection_id, DocumentRow.name.in_([job.name, longer]))
    )
    with library.session() as session:
        rows = session.execute(query).all()
    if any(name == longer for name, _ in rows):
        return longer
    free = not rows and (job.tenant, job.collection, job.name) not in context.reserved_names
    same_origin = any(member_notes(job)[0] in notes for _, notes in rows)
    return job.name if free or same_origin else longer
