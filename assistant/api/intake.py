"""The queue of files, worked through while the service lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from assistant.api.service import Service
from ingest import jobs
from ingest.jobs import Jobs
from ingest.workers import Workers
from kb import writer

__all__ = ["Intake", "nothing", "running"]


class Intake:
    """The running queue."""

    def __init__(self, queue: Jobs) -> None:
        self.queue = queue


@contextmanager
def running(service: Service) -> Iterator[None]:
    """Hold the data folder's writer lock and work through its queue for the length of a ``with`` block.

    Raises:
        Transient: ``store_busy`` when another process writes the data folder.
    """
    settings = service.settings
    with (
        writer.writing(settings.data, "kb serve"),
        Workers(settings) as workers,
        jobs.running(settings, workers) as queue,
    ):
        service.intake = Intake(queue)
        try:
            yield
        finally:
            service.intake = None


def nothing() -> AbstractContextManager[None]:
    """Return a context in which nothing is taken in."""
    return nullcontext()
