"""Durable jobs: each file is a dbos workflow with recorded steps, in ``<data>/jobs.sqlite`` or PostgreSQL.

After a crash at any moment the next start continues unfinished jobs after their last recorded step. Only small JSON is
recorded; documents between two steps are files in the tenant's work folder (:mod:`ingest.prepared`).
"""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, ClassVar

from dbos import DBOS, SetWorkflowID

from ingest import pipeline, reconcile
from ingest.context import IngestContext, ReportProgress
from ingest.job import Job, Outcome
from ingest.queue.dbos_setup import PENDING, POLL_SECONDS, WORKFLOW, launch, queue_name, step
from ingest.queue.job_observer import JobObserver, SilentObserver
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.states import IngestStage, IngestStatus

__all__ = ["JobQueue", "member_id", "open_queue", "outcome_from_json", "was_interrupted"]


class JobQueue:
    """The queue of one data folder, running in this process.

    Attributes:
        current: the queue that :func:`open_queue` runs now. dbos calls the workflow function without it.
        context: what the stages of all jobs share.
        reconciled: set when the stores are in order; no job starts before.
    """

    current: ClassVar[JobQueue | None] = None

    def __init__(self, settings: Settings, workers: WorkerPool, report: ReportProgress, observer: JobObserver) -> None:
        self.context = IngestContext(settings, workers, report)
        self.observer = observer
        self.queue = queue_name(settings)
        self.reconciled = threading.Event()
        self._finished: dict[str, threading.Event] = {}

    def submit(self, job: Job, job_id: str | None = None) -> str:
        """Queue a job and return its id (``job_id``, or a new one). From now on a crash does not lose the job."""
        with SetWorkflowID(job_id or str(uuid.uuid4())):
            return str(DBOS.enqueue_workflow(self.queue, _ingest, asdict(job)).workflow_id)

    def reserve_names(self, tenant: str, collection: str, names: Iterable[str]) -> None:
        """Reserve document names for the files of a batch: a file found inside another one does not get them."""
        self.context.reserved_names.update((tenant, collection, name) for name in names)

    def unfinished(self) -> list[str]:
        """Return the ids of the unfinished jobs, oldest first, without members of other unfinished jobs."""
        pending = self.pending()
        return [one for one in pending if not any(one.startswith(other + "/") for other in pending)]

    def pending(self) -> dict[str, Job]:
        """Return all unfinished jobs by id, oldest first."""
        found = DBOS.list_workflows(status=PENDING, queue_name=self.queue, load_output=False)
        inputs: dict[str, Any] = {one.workflow_id: one.input for one in found if one.input}
        return {job_id: Job(**facts["args"][0]) for job_id, facts in inputs.items()}

    def wait_for(self, job_id: str) -> Outcome:
        """Wait until a job has ended and return its outcome."""
        while DBOS.retrieve_workflow(job_id).get_status().status in PENDING:
            if self.finished(job_id).wait(timeout=5):
                break
        recorded: Any = DBOS.retrieve_workflow(job_id).get_result(polling_interval_sec=POLL_SECONDS)
        return outcome_from_json(recorded)

    def finished(self, job_id: str) -> threading.Event:
        """Return the event that is set when a job ends in this process; the same one for every thread that asks."""
        return self._finished.setdefault(job_id, threading.Event())

    def recorded_outcome(self, job_id: str) -> Outcome | None:
        """Return the outcome of a job without waiting; None while it runs, and when it was never queued."""
        found = DBOS.list_workflows(workflow_ids=[job_id], status="SUCCESS")
        return outcome_from_json(found[0].output) if found and found[0].output else None

    def outcomes(self, job_id: str) -> Iterator[Outcome]:
        """Wait for a job and for all files found inside its file; yield one outcome each, the outermost first."""
        outcome = self.wait_for(job_id)
        yield outcome
        for number in range(len(outcome.members)):
            yield from self.outcomes(member_id(job_id, number))


def outcome_from_json(recorded: Mapping[str, Any]) -> Outcome:
    """Return the outcome that the queue recorded as JSON."""
    status, members = recorded["status"], [Job(**one) for one in recorded["members"]]
    return Outcome(**{**recorded, "status": status and IngestStatus(status), "members": members})


@DBOS.workflow(name=WORKFLOW)
def _ingest(facts: dict[str, Any]) -> dict[str, Any]:
    """Run the pipeline for one job and queue the files found inside; argument and result are recorded as JSON."""
    jobs, job_id = JobQueue.current, DBOS.workflow_id
    assert jobs is not None
    assert job_id is not None
    jobs.reconciled.wait()
    job = Job(**facts)

    def report(path: str, stage: IngestStage, done: int, total: int | None) -> None:
        jobs.context.report(path, stage, done, total)
        jobs.observer.progress(job_id, job, stage, done, total)

    if not job.inside:  # queued by another process, which cannot reserve names here; members start after this job
        jobs.reserve_names(job.tenant, job.collection, [job.name])
    jobs.observer.started(job_id, job)
    try:
        outcome = pipeline.ingest(job, jobs.context.with_report(report), step)
        for number, member in enumerate(outcome.members):
            with SetWorkflowID(member_id(job_id, number)):
                DBOS.enqueue_workflow(jobs.queue, _ingest, asdict(member))
        jobs.observer.ended(job_id, job, outcome, [member_id(job_id, n) for n in range(len(outcome.members))])
        return asdict(outcome)
    finally:
        jobs.finished(job_id).set()


def member_id(job_id: str, number: int) -> str:
    """Return the id of a member's job. It depends only on the outer job: a repeated workflow queues no member twice."""
    return f"{job_id}/{number}"


@contextmanager
def open_queue(
    settings: Settings,
    workers: WorkerPool,
    report: ReportProgress = lambda path, stage, done, total: None,
    observer: JobObserver | None = None,
) -> Iterator[JobQueue]:
    """Run the jobs of the data folder in this process for the length of a ``with`` block.

    The caller holds the writer lock (:func:`kb.store.writer_lock.writing`). Unfinished jobs of an earlier process
    continue at once, after :mod:`ingest.reconcile` has repaired the stores.
    """
    is_new = not settings.database_url and not (settings.data / "jobs.sqlite").exists()
    interrupted = was_interrupted(settings)
    _marker_path(settings).touch()
    jobs = JobQueue.current = JobQueue(settings, workers, report, observer or SilentObserver())
    try:
        launch(settings, jobs.queue)
        if is_new:  # dbos looks for new queues once a second, for known ones at launch: launch again, now it is known
            DBOS.destroy()
            launch(settings, jobs.queue)
        pending = list(jobs.pending().values())
        for job in pending:
            if not job.inside:
                jobs.reserve_names(job.tenant, job.collection, [job.name])
        if interrupted:
            reconcile.reconcile_all(settings, pending)
        jobs.reconciled.set()
        yield jobs
        if not jobs.pending():
            for slug in jobs.context.tenants_with_discarded_files:
                reconcile.remove_orphan_originals(Library(tenants.get(settings, slug)))
            _marker_path(settings).unlink(missing_ok=True)
    finally:
        DBOS.destroy()
        JobQueue.current = None


def _marker_path(settings: Settings) -> Path:
    """Return the path of a file that exists while a process runs the queue, or after it ended with jobs unfinished."""
    return settings.data / "at-work"


def was_interrupted(settings: Settings) -> bool:
    """Return whether an earlier process ended before all jobs were finished: its marker file is still there."""
    return _marker_path(settings).is_file()
