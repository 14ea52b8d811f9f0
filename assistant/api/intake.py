"""The queue of files, worked through while the service lives."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from assistant.api.service import Service
from assistant.library import receive
from assistant.library.board import Board
from assistant.library.intake import Intake
from ingest import handover, jobs, units
from ingest.workers import Workers
from kb import tenants, writer

__all__ = ["nothing", "running"]


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
