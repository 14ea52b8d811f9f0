"""``kb ingest`` beside a running service: the jobs go into the service's queue, and their progress is read back.

The queue is a database (:mod:`ingest.queue.durable`), which two processes may share; the stores are
the service's alone.
"""

from __future__ import annotations

import json
import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.context import Report
from ingest.job import Job, Outcome
from ingest.queue.durable import PENDING, WORKFLOW, client, queue_name
from ingest.queue.job_queue import member_id, outcome_of
from kb.core.errors import Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import writer_lock
from kb.store.tables.activity_tables import UploadRow
from kb.store.tenants import Tenant

__all__ = ["RemoteQueue", "accept_jobs", "is_open"]

_POLL_SECONDS = 0.3


def _mark(data: Path) -> Path:
    return data / "queue.json"


@contextmanager
def accept_jobs(settings: Settings) -> Iterator[None]:
    """Say, for the length of a ``with`` block, that this process works through whatever is queued."""
    mark = _mark(settings.data)
    mark.write_text(json.dumps({"pid": os.getpid()}), encoding="utf-8")
    try:
        yield
    finally:
        mark.unlink(missing_ok=True)


def is_open(settings: Settings) -> bool:
    """Whether another process holds the data folder and works through its queue."""
    try:
        pid = json.loads(_mark(settings.data).read_text(encoding="utf-8"))["pid"]
    except (OSError, ValueError, KeyError):
        return False
    return pid == writer_lock.holder_pid(settings.data) and writer_lock.held_elsewhere(settings.data)


class RemoteQueue:
    """The queue of a service in another process; offers the command line what :class:`~.job_queue.Jobs` offers."""

    def __init__(self, settings: Settings, tenant: Tenant, report: Report) -> None:
        self._settings = settings
        self._library = Library(tenant)
        self._report = report
        self._client = client(settings)
        self._waiting = threading.Event()

    def close(self) -> None:
        self._client.destroy()

    def submit(self, job: Job) -> str:
        """Queue a job and return its id."""
        job_id = str(uuid.uuid4())
        self._client.enqueue(
            {"workflow_name": WORKFLOW, "queue_name": queue_name(self._settings), "workflow_id": job_id}, asdict(job)
        )
        return job_id

    def outcomes(self, job_id: str) -> Iterator[Outcome]:
        """Wait for a job and all that was found inside its file; yield one outcome each, the outer first.

        Raises:
            Transient: ``service_ended``; what is queued is taken in at its next start.
        """
        outcome = self._outcome(job_id)
        yield outcome
        for number in range(len(outcome.members)):
            yield from self.outcomes(member_id(job_id, number))

    def _outcome(self, job_id: str) -> Outcome:
        handle: Any = self._client.retrieve_workflow(job_id)
        while handle.get_status().status in PENDING:
            if not is_open(self._settings):
                raise Transient("service_ended")
            self._tell(job_id, self._report)
            self._waiting.wait(_POLL_SECONDS)
        return outcome_of(handle.get_result())

    def _tell(self, job_id: str, report: Callable[[str, str, int, int | None], None]) -> None:
        with self._library.session() as session:
            row = session.scalar(sa.select(UploadRow).where(UploadRow.job_id == job_id))
        if row is not None and row.stage:
            report(row.path, row.stage, row.done, row.total)
