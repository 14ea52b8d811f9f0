"""Erase the records of jobs whose files were deleted for good: they have the file's name."""

from __future__ import annotations

import shutil
from collections.abc import Iterable

import sqlalchemy as sa

from ingest.context import work_folder
from ingest.job import Job
from ingest.queue.dbos_setup import PENDING, WORKFLOW, client
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.erasure.deleted_content import DeletedContent
from kb.library.documents import Library
from kb.store import blobs
from kb.store.tables.library_tables import VersionRow
from kb.store.tenants import Tenant

__all__ = ["erase_jobs"]


def erase_jobs(settings: Settings, tenant: Tenant, deleted: DeletedContent) -> None:
    """Erase what the queue keeps of deleted versions: job records, work folders, and archives they came out of.

    See :mod:`kb.publishing.erasure`.

    Raises:
        Transient: ``job_at_work``: one of their jobs has not ended. All others are erased then.
    """
    if not settings.database_url and not (settings.data / "jobs.sqlite").is_file():
        return
    queue = client(settings)
    try:
        found = queue.list_workflows(name=WORKFLOW, load_output=False)
        jobs = {one.workflow_id: (Job(**one.input["args"][0]), one.status) for one in found if one.input}
        about = {key for key, (job, _) in jobs.items() if _is_about(job, tenant, deleted)}
        # The job of an archive or mail records the names of the files found inside it.
        outer = {"/".join(key.split("/")[:depth]) for key in about for depth in range(1, key.count("/") + 1)}
        mine = {key: value for key, value in jobs.items() if key in about | outer}
        ended = [key for key, (_, status) in mine.items() if status not in PENDING]
        if ended:
            queue.delete_workflows(ended)
    finally:
        queue.destroy()
    working = [job for job, status in mine.values() if status in PENDING]
    pending = [job for job, status in jobs.values() if status in PENDING and job.tenant == tenant.slug]
    _erase_archives(tenant, (job.root for job, _ in mine.values()), pending)
    if working:
        raise Transient("job_at_work", name=working[0].name)
    for version_id in deleted.version_ids:
        shutil.rmtree(work_folder(tenant, version_id), ignore_errors=True)


def _is_about(job: Job, tenant: Tenant, deleted: DeletedContent) -> bool:
    if deleted.is_everything:
        return job.tenant == tenant.slug
    names = set(deleted.names.values())
    same_name = job.collection == deleted.collection and (job.name in names or f"{job.inside}/{job.name}" in names)
    inside = job.collection == deleted.collection and job.inside in names
    return job.tenant == tenant.slug and (job.sha256 in deleted.sha256s or same_name or inside)


def _erase_archives(tenant: Tenant, roots: Iterable[str], pending: Iterable[Job]) -> None:
    """Erase the archives around deleted files. An archive is no document itself; its file is left over."""
    needed = {sha256 for job in pending for sha256 in (job.sha256, job.root)}
    with Library(tenant).session() as session:
        for root in {one for one in roots if one} - needed:
            if not session.scalar(sa.select(sa.exists().where(VersionRow.sha256 == root))):
                blobs.erase(tenant.files_path, root)
