"""The queue of files, worked through while the service lives."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from assistant.api.service import Service
from assistant.library import receive
from assistant.library.board import Board
from ingest import handover, jobs, units
from ingest.job import Job
from ingest.jobs import Jobs
from ingest.workers import Workers
from kb import tenants, writer
from kb.errors import SinziError
from kb.library import Library
from kb.records.activity import UploadRow

__all__ = ["Intake", "nothing", "running"]


class Intake:
    """The running queue, and how its files are doing."""

    def __init__(self, queue: Jobs, board: Board) -> None:
        self.queue = queue
        self.board = board

    def submit(self, library: Library, job: Job, by: str) -> UploadRow:
        """Queue a file for ``by`` ("user:3") and return its row; from here on a crash does not lose it."""
        job_id = str(uuid.uuid4())
        self.queue.claim(job.tenant, job.collection, [job.name])
        row = self.board.queued(library, job_id, job, by)
        self.queue.submit(job, job_id)
        return row

    def refuse(self, library: Library, job: Job, by: str, error: SinziError) -> UploadRow:
        """Keep a row of a file that cannot be queued, with the reason."""
        return self.board.refused(library, str(uuid.uuid4()), job, by, error)


@contextmanager
def running(service: Service) -> Iterator[None]:
    """Hold the data folder's writer lock and work through its queue for the length of a ``with`` block.

    Worker processes start with the first file and end when there has been none for a while.

    Raises:
        Transient: ``store_busy`` when another process writes the data folder.
    """
    settings = service.settings
    with writer.writing(settings.data, "kb serve"):
        for tenant in tenants.listing(settings):
            receive.clear(tenant.home)
        board = Board(settings)
        with (
            Workers(settings, gentle=True) as workers,
            jobs.running(settings, workers, watch=board) as queue,
            handover.opened(settings),
            units.in_background(settings, workers, busy=lambda: bool(queue.pending())),
        ):
            board.reconcile(queue)
            service.intake = Intake(queue, board)
            try:
                yield
            finally:
                service.intake = None


def nothing() -> AbstractContextManager[None]:
    """Return a context in which nothing is taken in."""
    return nullcontext()
