"""The entry to the ingest queue for uploaded files."""

from __future__ import annotations

import uuid

from assistant.uploads.upload_status import UploadStatus
from ingest.job import Job
from ingest.queue.job_queue import JobQueue
from kb.core.errors import SinziError
from kb.library.documents import Library
from kb.store.tables.activity_tables import UploadRow

__all__ = ["Intake"]


class Intake:
    """The running queue and the status of its files."""

    def __init__(self, queue: JobQueue, upload_status: UploadStatus) -> None:
        self.queue = queue
        self.upload_status = upload_status

    def submit(self, library: Library, job: Job, by: str) -> UploadRow:
        """Queue a file for ``by`` ("user:3") and return its row. After that, a crash does not lose the file."""
        job_id = str(uuid.uuid4())
        self.queue.reserve_names(job.tenant, job.collection, [job.name])
        row = self.upload_status.queued(library, job_id, job, by)
        self.queue.submit(job, job_id)
        return row

    def refuse(self, library: Library, job: Job, by: str, error: SinziError) -> UploadRow:
        """Store and return a row for a file that cannot be queued, with the reason."""
        return self.upload_status.refused(library, str(uuid.uuid4()), job, by, error)
