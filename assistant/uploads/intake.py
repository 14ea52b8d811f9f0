"""The entry to the ingest queue for uploaded files."""

from __future__ import annotations

import uuid
from dataclasses import replace
from pathlib import Path

from assistant.uploads.upload_status import UploadStatus
from ingest.job import Job, check_source
from ingest.queue.job_queue import JobQueue
from kb.core.errors import SinziError
from kb.library.documents import Library
from kb.store import blobs
from kb.store.tables.activity_tables import UploadRow

__all__ = ["Intake"]


class Intake:
    """The running queue and the status of its files."""

    def __init__(self, queue: JobQueue, upload_status: UploadStatus) -> None:
        self.queue = queue
        self.upload_status = upload_status

    def submit(self, library: Library, job: Job, source: Path, by: str, row_id: int | None = None) -> UploadRow:
        """Store a file and queue it for ``by`` ("user:3"); return its row. After that, a crash does not lose the file.

        Args:
            job: without the SHA-256, which is found here.
            row_id: the row of a file that was announced; None makes a new one.

        Raises:
            FileRejected: ``file_too_large``.
        """
        check_source(self.queue.context.settings, source)
        with self.queue.storing():
            sha256 = blobs.store(library.tenant.files_path, source)
            return self._queue(library, replace(job, sha256=sha256, size_bytes=source.stat().st_size), by, row_id)

    def submit_again(self, library: Library, job: Job, row: UploadRow) -> UploadRow | None:
        """Queue the file of a failed job once more; return None if its original is not here any more."""
        with self.queue.storing():
            if not job.sha256 or not blobs.original_path(library.tenant.files_path, job.sha256).is_file():
                return None
            return self._queue(library, job, row.uploaded_by, row.id)

    def submit_stored(self, library: Library, job: Job, by: str, row_id: int | None = None) -> UploadRow:
        """Queue a job whose file is stored as the original of a version; return its row."""
        with self.queue.storing():
            return self._queue(library, job, by, row_id)

    def _queue(self, library: Library, job: Job, by: str, row_id: int | None) -> UploadRow:
        job_id = str(uuid.uuid4())
        self.queue.reserve_names(job.tenant, job.collection, [job.name])
        row = self.upload_status.queued(library, job_id, job, by, row_id)
        self.queue.submit(job, job_id)
        return row

    def refuse(self, library: Library, job: Job, by: str, error: SinziError) -> UploadRow:
        """Store and return a row for a file that cannot be queued, with the reason."""
        return self.upload_status.refused(library, str(uuid.uuid4()), job, by, error)
