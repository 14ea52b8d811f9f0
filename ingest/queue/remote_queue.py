"""``kb ingest`` while a service runs: jobs go into the service's queue, their progress is read from its records.

The queue is a database (:mod:`ingest.queue.dbos_setup`) that two processes may share. Only the service writes the
stores.
"""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest import reconcile
from ingest.context import ReportProgress
from ingest.job import Job, Outcome, cancelled_outcome
from ingest.queue.dbos_setup import (
    CANCELLED,
    PENDING,
    WORKFLOW,
    client,
    partition_of,
    priority_of,
    queue_name,
    queue_names,
)
from ingest.queue.job_queue import jobs_of, member_id, outcome_from_json
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import writer_lock
from kb.store.tables.activity_tables import UploadRow
from kb.store.tenants import Tenant

__all__ = ["RecordedJobs", "RemoteQueue", "accept_jobs", "is_accepting"]

_POLL_SECONDS = 0.3


def _marker_path(data: Path) -> Path:
    return data / "queue.json"


@contextmanager
def accept_jobs(settings: Settings) -> Iterator[None]:
    """Declare for the length of a ``with`` block that this process runs the jobs that other processes queue."""
    marker = _marker_path(settings.data)
    marker.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    try:
        yield
    finally:
        marker.unlink(missing_ok=True)


def is_accepting(settings: Settings) -> bool:
    """Return whether another process holds the writer lock of the data folder and accepts jobs."""
    try:
        pid = json.loads(_marker_path(settings.data).read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, KeyError):
        return False
    return pid == writer_lock.holder_pid(settings.data) and writer_lock.held_elsewhere(settings.data)


class RecordedJobs:
    """The jobs that are recorded in a data folder, for a process that does not run them.

    A job cancelled here is ended by the process that runs the queue; where none runs, what was begun of it is removed
    at once.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        exists = bool(settings.database_url) or (settings.data / "jobs.sqlite").is_file()
        self._client = client(settings) if exists else None

    def close(self) -> None:
        if self._client is not None:
            self._client.destroy()

    def pending(self) -> dict[str, Job]:
        """Return all unfinished jobs by id, oldest first."""
        if self._client is None:
            return {}
        return jobs_of(self._client.list_workflows(status=PENDING, queue_name=queue_names(self._settings)))

    def cancel(self, job_ids: Sequence[str]) -> None:
        """Cancel jobs."""
        if self._client is None or not job_ids:
            return
        self._client.cancel_workflows(list(job_ids))
        if not writer_lock.held_elsewhere(self._settings.data):
            with writer_lock.writing(self._settings.data, "kb jobs cancel"):
                reconcile.reconcile_all(self._settings, list(self.pending().values()))


class RemoteQueue:
    """The queue of a service in another process, with ``submit`` and ``outcomes`` as :class:`.job_queue.JobQueue`."""

    def __init__(self, settings: Settings, tenant: Tenant, report: ReportProgress) -> None:
        self._settings = settings
        self._library = Library(tenant)
        self._report = report
        self._client = client(settings)

    def close(self) -> None:
        self._client.destroy()

    def submit(self, job: Job) -> str:
        """Queue a job and return its id."""
        job_id = str(uuid.uuid4())
        self._client.enqueue(
            {
                "workflow_name": WORKFLOW,
                "queue_name": queue_name(self._settings),
                "workflow_id": job_id,
                "queue_partition_key": partition_of(job),
                "priority": priority_of(job),
            },
            asdict(job),
        )
        return job_id

    def outcomes(self, job_id: str) -> Iterator[Outcome]:
        """Wait for a job and for all files found inside its file; yield one outcome each, the outermost first.

        Raises:
            Transient: ``service_ended``; the next start of the service runs the queued jobs.
        """
        outcome = self._wait_for(job_id)
        yield outcome
        for number in range(len(outcome.members)):
            yield from self.outcomes(member_id(job_id, number))

    def _wait_for(self, job_id: str) -> Outcome:
        handle: Any = self._client.retrieve_workflow(job_id)
        while (status := handle.get_status()).status in PENDING:
            if not is_accepting(self._settings):
                raise Transient("service_ended")
            self._report_progress(job_id)
            time.sleep(_POLL_SECONDS)
        if status.status == CANCELLED:
            (job,) = jobs_of([status]).values()
            return cancelled_outcome(job)
        return outcome_from_json(handle.get_result())

    def _report_progress(self, job_id: str) -> None:
        with self._library.session() as session:
            row = session.scalar(sa.select(UploadRow).where(UploadRow.job_id == job_id))
        if row is not None and row.stage:
            self._report(row.path, row.stage, row.done, row.total)
