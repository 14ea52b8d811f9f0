"""Runs the ingest queue while the service is running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from assistant.service.running_service import Service
from assistant.uploads import multipart
from assistant.uploads.intake import Intake
from assistant.uploads.upload_status import UploadStatus
from ingest import background_refinement
from ingest.queue import job_queue, remote_queue
from ingest.workers.worker_pool import WorkerPool
from kb.publishing import erasure_followup
from kb.store import tenants, writer_lock

__all__ = ["no_intake", "running"]


@contextmanager
def running(service: Service) -> Iterator[None]:
    """Hold the data folder's writer lock and process its queue during a ``with`` block.

    Worker processes start with the first file and end after some time without files.

    Raises:
        Transient: ``store_busy`` if another process writes to the data folder.
    """
    settings = service.settings
    with writer_lock.writing(settings.data, "kb serve"):
        for tenant in tenants.listing(settings):
            multipart.clear(tenant.home)
        upload_status = UploadStatus(settings)
        with (
            WorkerPool(settings, low_priority=True) as workers,
            job_queue.open_queue(settings, workers, observer=upload_status) as queue,
            remote_queue.accept_jobs(settings),
            background_refinement.in_background(settings, workers, busy=lambda: bool(queue.pending())),
            erasure_followup.in_background(settings),
        ):
            upload_status.reconcile(queue)
            service.intake = Intake(queue, upload_status)
            try:
                yield
            finally:
                service.intake = None


def no_intake() -> AbstractContextManager[None]:
    """Return a context in which no files are processed."""
    return nullcontext()
