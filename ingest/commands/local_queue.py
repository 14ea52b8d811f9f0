"""Workers and queue of a command that ingests files in its own process."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from kb.cli import Context

if TYPE_CHECKING:
    from ingest.commands.progress_bars import Display
    from ingest.queue.job_queue import JobQueue

__all__ = ["open_local_queue"]


@contextmanager
def open_local_queue(context: Context, display: Display) -> Iterator[JobQueue]:
    """Run workers and queue for the length of a ``with`` block; first finish what an earlier run left unfinished.

    The caller holds the writer lock.
    """
    from ingest.queue import job_queue
    from ingest.workers.worker_pool import WorkerPool
    from kb.search.models import bundled_model

    settings = context.settings
    with display.shown():
        if settings.embedding_model == "bundled":
            bundled_model.ensure(settings.cache, lambda step: display.note(f"model_{step}"))
        with _exit_at_ctrl_c(display), WorkerPool(settings) as workers:
            workers.warm()
            # The inner one is needed too: closing the queue would first wait for the jobs that run.
            with job_queue.open_queue(settings, workers, display.report) as queue, _exit_at_ctrl_c(display):
                unfinished = queue.unfinished()
                if unfinished:
                    display.note("resuming", n=len(unfinished))
                for job_id in unfinished:
                    for outcome in queue.outcomes(job_id):
                        display.outcome(outcome)
                yield queue


@contextmanager
def _exit_at_ctrl_c(display: Display) -> Iterator[None]:
    """End the process at Ctrl-C without clean-up: unfinished jobs are recorded, and the next run continues them."""
    try:
        yield
    except KeyboardInterrupt:
        display.close()
        click.echo("已中止；下次執行時會繼續。Stopped; the next run goes on from here.", err=True)
        sys.stdout.flush()
        os._exit(130)
