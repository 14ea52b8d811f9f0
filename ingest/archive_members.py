"""Files found inside a file: attachments of a mail, members of an archive. Each is a document of its own."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import sqlalchemy as sa

from ingest import document_names
from ingest.context import IngestContext
from ingest.job import Job, job_for
from ingest.prepared import Prepared
from kb.core.errors import FileRejected
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.library_tables import DocumentRow, VersionRow

__all__ = ["member_name", "member_notes", "members"]

# Mail in an archive in a mail: deeper nesting is nobody's filing, but a bomb's.
MOST_NESTED = 3


def member_notes(job: Job) -> list[str]:
    """Return the note on a version that says which document it was found in; none for a file of its own."""
    return [f"attached_to:{job.inside}"] if job.inside else []


def members(job: Job, document: Prepared, name: str, shop: IngestContext) -> list[Job]:
    """Store the files found inside a document and return their jobs, in the order of their paths.

    Args:
        name: the name the document goes by; members say that they came in it.

    Raises:
        FileRejected: ``file_too_complex`` for nesting, or for numbers that only a bomb has.
    """
    tenant = tenants.get(shop.settings, job.tenant)
    if job.depth >= MOST_NESTED:
        raise FileRejected("file_too_complex", name=job.name, what=f"{job.depth + 1} archives deep")
    found = sorted((PurePosixPath(inner), Path(path)) for inner, path in document.members)
    found = [(inner, path) for inner, path in found if document_names.is_document(inner)]
    root = job.root or job.sha256
    shop.found[root] = len(found) + (shop.found[root] if job.root else 0)
    if shop.found[root] > shop.settings.max_archive_files:
        raise FileRejected("file_too_complex", name=job.name, what=f"{shop.found[root]} files")
    called = document_names.assign([inner for inner, _ in found])
    return [
        job_for(tenant, path, own, f"{job.path}/{inner}", job.collection, name, job.depth + 1, root, job.publish)
        for (inner, path), own in zip(found, called, strict=True)
    ]


def member_name(library: Library, collection_id: int, job: Job, shop: IngestContext) -> str:
    """A member goes by its own name unless that is another document's, from elsewhere: then "mail.eml/name".

    Two mails often carry different files of one name; one must not become a version of the other.
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
    free = not rows and (job.tenant, job.collection, job.name) not in shop.claimed
    ours = free or any(member_notes(job)[0] in notes for _, notes in rows)
    return job.name if ours else longer
