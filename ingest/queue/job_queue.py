"""Durable jobs: each file is a dbos workflow whose steps are recorded, in ``<data>/jobs.sqlite`` or PostgreSQL.

After a crash at any moment the next start takes unfinished jobs up at their last recorded step. Only small
JSON is recorded; documents between two steps lie in the tenant's work folder.
"""

from __future__ import annotations

import threading
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from dbos import DBOS, SetWorkflowID

from ingest import pipeline, reconcile
from ingest.context import IngestContext, Report
from ingest.job import Job, Outcome
from ingest.queue.durable import PENDING, POLL_SECONDS, WORKFLOW, launch, queue_name, step
from ingest.queue.job_observer import JobObserver, SilentObserver
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants

__all__ = ["JobQueue", "left_over", "member_id", "outcome_of", "running"]


class JobQueue:
    """The queue of one data folder, running in this process."""

    current: ClassVar[JobQueue | None] = None

    def __init__(self, settings: Settings, workers: WorkerPool, report: Report, watch: JobObserver) -> None:
        self.shop = IngestContext(settings, workers, report)
        self.watch = watch
        self.queue = queue_name(settings)
        self.swept = threading.Event()
        self.done: defaultdict[str, threading.Event] = defaultdict(threading.Event)

    def submit(self, job: Job, job_id: str | None = None) -> str:
        """Queue a job, under an id that may be given, and return the id; from here on it survives this process."""
        with SetWorkflowID(job_id or str(uuid.uuid4())):
            return str(DBOS.enqueue_workflow(self.queue, _ingest, asdict(job)).workflow_id)

    def claim(self, tenant: str, collection: str, names: Iterable[str]) -> None:
        """Keep ``names`` for the files of this batch, whatever is found inside them."""
        self.shop.claimed.update((tenant, collection, name) for name in names)

    def left(self) -> list[str]:
        """Return the unfinished jobs whose outcome no other unfinished job brings along, oldest first."""
        pending = self.pending()
        return [one for one in pending if not any(one.startswith(other + "/") for other in pending)]

    def pending(self) -> dict[str, Job]:
        """Return the unfinished jobs by id, oldest first."""
        found = DBOS.list_workflows(status=PENDING, queue_name=self.queue, load_output=False)
        inputs: dict[str, Any] = {one.workflow_id: one.input for one in found if one.input}
        return {job_id: Job(**facts["args"][0]) for job_id, facts in inputs.items()}

    def outcome(self, job_id: str) -> Outcome:
        """Wait for a job and return what became of it."""
        while DBOS.retrieve_workflow(job_id).get_status().status in PENDING:
            if self.done[job_id].wait(timeout=5):
                break
        recorded: Any = DBOS.retrieve_workflow(job_id).get_result(polling_interval_sec=POLL_SECONDS)
        return outcome_of(recorded)

    def ended(self, job_id: str) -> Outcome | None:
        """Return what became of a job, or None where that is not known: it goes on still, or was never queued."""
        found = DBOS.list_workflows(workflow_ids=[job_id], status="SUCCESS")
        return outcome_of(found[0].output) if found and found[0].output else None

    def outcomes(self, job_id: str) -> Iterator[Outcome]:
        """Wait for a job and all that was found inside its file; yield one outcome each, the outer first."""
        outcome = self.outcome(job_id)
        yield outcome
        for number in range(len(outcome.members)):
            yield from self.outcomes(member_id(job_id, number))


def outcome_of(recorded: Mapping[str, Any]) -> Outcome:
    """Return an outcome as the queue recorded it."""
    return Outcome(**{**recorded, "members": [Job(**one) for one in recorded["members"]]})


@DBOS.workflow(name=WORKFLOW)
def _ingest(facts: dict[str, Any]) -> dict[str, Any]:
    jobs, job_id = JobQueue.current, DBOS.workflow_id
    assert jobs is not None
    assert job_id is not None
    jobs.swept.wait()
    job = Job(**facts)

    def report(path: str, stage: str, done: int, total: int | None) -> None:
        jobs.shop.report(path, stage, done, total)
        jobs.watch.progress(job_id, job, stage, done, total)

    if not job.inside:  # handed over by another process: what waits before its members has begun before them
        jobs.claim(job.tenant, job.collection, [job.name])
    jobs.watch.begun(job_id, job)
    try:
        outcome = pipeline.ingest(job, jobs.shop.telling(report), step)
        for number, member in enumerate(outcome.members):
            with SetWorkflowID(member_id(job_id, number)):
                DBOS.enqueue_workflow(jobs.queue, _ingest, asdict(member))
        jobs.watch.ended(job_id, job, outcome, [member_id(job_id, n) for n in range(len(outcome.members))])
        return asdict(outcome)
    finally:
        jobs.done[job_id].set()


def member_id(job_id: str, number: int) -> str:
    """Fixed by the job it came from, so that a repeated workflow finds its members instead of doubling them."""
    return f"{job_id}/{number}"


@contextmanager
def running(
    settings: Settings,
    workers: WorkerPool,
    report: Report = lambda path, stage, done, total: None,
    watch: JobObserver | None = None,
) -> Iterator[JobQueue]:
    """Run the data folder's jobs in this process for the length of a ``with`` block.

    The caller holds the writer lock (:func:`kb.store.writer_lock.writing`). Unfinished jobs of an earlier process go on
    at once, after :mod:`ingest.reconcile` has put the stores in order.
    """
    fresh = not settings.database_url and not (settings.data / "jobs.sqlite").exists()
    crashed = left_over(settings)
    _mark(settings).touch()
    jobs = JobQueue.current = JobQueue(settings, workers, report, watch or SilentObserver())
    try:
        launch(settings, jobs.queue)
        if fresh:  # dbos looks for new queues once a second, for known ones at launch
            DBOS.destroy()
            launch(settings, jobs.queue)
        pending = list(jobs.pending().values())
        for job in pending:
            if not job.inside:
                jobs.claim(job.tenant, job.collection, [job.name])
        if crashed:
            reconcile.sweep(settings, pending)
        jobs.swept.set()
        yield jobs
        if not jobs.pending():
            for slug in jobs.shop.discarded:
                reconcile.sweep_originals(Library(tenants.get(settings, slug)))
            _mark(settings).unlink(missing_ok=True)
    finally:
        DBOS.destroy()
        JobQueue.current = None


def _mark(settings: Settings) -> Path:
    return settings.data / "at-work"


def left_over(settings: Settings) -> bool:
    """Whether an earlier process ended without finishing: its mark is still there."""
    return _mark(settings).is_file()
