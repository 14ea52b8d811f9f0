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

from dbos import DBOS, SetEnqueueOptions, SetWorkflowID

from ingest import pipeline, reconcile
from ingest.context import IngestContext, ReportProgress
from ingest.job import Job, Outcome, cancelled_outcome
from ingest.queue.dbos_setup import (
    CANCELLED,
    MAX_RECOVERIES,
    PENDING,
    POLL_SECONDS,
    WORKFLOW,
    launch,
    partition_of,
    priority_of,
    queue_name,
    queue_names,
    step,
)
from ingest.queue.job_observer import JobObserver, SilentObserver
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.states import IngestStage, IngestStatus, PersonalDataDecision

_TIDY_SECONDS = 0.5

__all__ = ["JobQueue", "jobs_of", "member_id", "open_queue", "outcome_from_json", "was_interrupted"]


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
        self._guard = threading.Lock()
        self._waiting: dict[str, Job] = {}  # queued in this process or found at its start, and not started
        self._running: dict[str, threading.Event] = {}  # the event is set to cancel the job
        self._storing = 0
        self._released: list[Job] = []

    def submit(self, job: Job, job_id: str | None = None) -> str:
        """Queue a job and return its id (``job_id``, or a new one). From now on a crash does not lose the job."""
        job_id = job_id or str(uuid.uuid4())
        with self._guard:
            self._waiting[job_id] = job
        options = SetEnqueueOptions(queue_partition_key=partition_of(job), priority=priority_of(job))
        with SetWorkflowID(job_id), options:
            return str(DBOS.enqueue_workflow(self.queue, _ingest, asdict(job)).workflow_id)

    @contextmanager
    def storing(self) -> Iterator[None]:
        """Keep all originals for the length of a ``with`` block: a file is stored before its job is queued."""
        with self._guard:
            self._storing += 1
        try:
            yield
        finally:
            with self._guard:
                self._storing -= 1

    def reserve_names(self, tenant: str, collection: str, names: Iterable[str]) -> None:
        """Reserve document names for the files of a batch: a file found inside another one does not get them."""
        self.context.reserved_names.update((tenant, collection, name) for name in names)

    def unfinished(self) -> list[str]:
        """Return the ids of the unfinished jobs, oldest first, without members of other unfinished jobs."""
        pending = self.pending()
        return [one for one in pending if not any(one.startswith(other + "/") for other in pending)]

    def pending(self) -> dict[str, Job]:
        """Return all unfinished jobs by id, oldest first."""
        names = queue_names(self.context.settings)
        return jobs_of(DBOS.list_workflows(status=PENDING, queue_name=names, load_output=False))

    def cancel(self, job_id: str) -> bool:
        """Cancel a job and those of the files found inside; return False when none of them was unfinished.

        A job that waits is gone at once. One that is running ends within a second or two and leaves nothing, unless its
        version is published before that.
        """
        ids = [one for one in self.pending() if one == job_id or one.startswith(job_id + "/")]
        if ids:
            DBOS.cancel_workflows(ids)
            self._end_cancelled(ids)
        return bool(ids)

    def _end_cancelled(self, ids: Iterable[str]) -> None:
        """End jobs that dbos has marked as cancelled: stop those that run, and report those that waited."""
        for job_id in ids:
            with self._guard:
                running, job = self._running.get(job_id), self._waiting.pop(job_id, None)
            if running is not None:
                running.set()
            elif job is not None:
                self.observer.ended(job_id, job, cancelled_outcome(job), [])
                self.finished(job_id).set()
                self.release_original(job)

    def tidy(self, ended: threading.Event) -> None:
        """End jobs that another process has cancelled (``kb jobs cancel``) and erase originals, until ``ended`` is set.

        This runs in a thread of its own: within a job dbos would record what is asked of it as a step.
        """
        while not ended.wait(_TIDY_SECONDS):
            with self._guard:
                ids = [job_id for job_id, event in self._running.items() if not event.is_set()] + list(self._waiting)
            if ids:
                found = DBOS.list_workflows(workflow_ids=ids, status=CANCELLED, load_input=False, load_output=False)
                self._end_cancelled(one.workflow_id for one in found)
            self._erase_released()

    def note_pending(self, pending: Mapping[str, Job]) -> None:
        """Take note of the jobs of an earlier process, before they start."""
        with self._guard:
            self._waiting.update(pending)

    @contextmanager
    def running(self, job_id: str) -> Iterator[threading.Event]:
        """Yield the event that says that the job is cancelled, for the time in which it runs."""
        with self._guard:
            self._waiting.pop(job_id, None)
            event = self._running[job_id] = threading.Event()
        try:
            yield event
        finally:
            with self._guard:
                del self._running[job_id]

    def release_original(self, job: Job) -> None:
        """Erase the original of a job that was cancelled or given up, soon, unless something else needs its bytes."""
        with self._guard:
            self._released.append(job)

    def _erase_released(self) -> None:
        with self._guard:
            if not self._released or self._storing:
                return
            needed = {(job.tenant, job.sha256) for job in self.pending().values()}
            for job in self._released:
                if (job.tenant, job.sha256) not in needed:
                    reconcile.erase_original_if_unused(self.context.library(job), job.sha256)
            self._released.clear()

    def wait_for(self, job_id: str) -> Outcome:
        """Wait until a job has ended and return its outcome."""
        while (status := DBOS.retrieve_workflow(job_id).get_status().status) in PENDING:
            if self.finished(job_id).wait(timeout=5):
                break
        if status == CANCELLED or DBOS.retrieve_workflow(job_id).get_status().status == CANCELLED:
            return _cancelled(DBOS.list_workflows(workflow_ids=[job_id], load_output=False))
        recorded: Any = DBOS.retrieve_workflow(job_id).get_result(polling_interval_sec=POLL_SECONDS)
        return outcome_from_json(recorded)

    def finished(self, job_id: str) -> threading.Event:
        """Return the event that is set when a job ends in this process; the same one for every thread that asks."""
        return self._finished.setdefault(job_id, threading.Event())

    def recorded_outcome(self, job_id: str) -> Outcome | None:
        """Return the outcome of a job without waiting; None while it runs, and when it was never queued."""
        found = DBOS.list_workflows(workflow_ids=[job_id], status=["SUCCESS", CANCELLED])
        if found and found[0].status == CANCELLED:
            return _cancelled(found)
        return outcome_from_json(found[0].output) if found and found[0].output else None

    def outcomes(self, job_id: str) -> Iterator[Outcome]:
        """Wait for a job and for all files found inside its file; yield one outcome each, the outermost first."""
        outcome = self.wait_for(job_id)
        yield outcome
        for number in range(len(outcome.members)):
            yield from self.outcomes(member_id(job_id, number))


def jobs_of(found: Iterable[Any]) -> dict[str, Job]:
    """Return the jobs of recorded workflows by id."""
    inputs: dict[str, Any] = {one.workflow_id: one.input for one in found if one.input}
    return {job_id: Job(**facts["args"][0]) for job_id, facts in inputs.items()}


def _cancelled(found: list[Any]) -> Outcome:
    (job,) = jobs_of(found).values()
    return cancelled_outcome(job)


def outcome_from_json(recorded: Mapping[str, Any]) -> Outcome:
    """Return the outcome that the queue recorded as JSON."""
    status, members = recorded["status"], [Job(**one) for one in recorded["members"]]
    decision = PersonalDataDecision(recorded.get("decision", ""))
    known = {**recorded, "status": status and IngestStatus(status), "members": members, "decision": decision}
    return Outcome(**known)


@DBOS.workflow(name=WORKFLOW, max_recovery_attempts=MAX_RECOVERIES)
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
    try:
        with jobs.running(job_id) as cancelled:
            jobs.observer.started(job_id, job)
            outcome = pipeline.ingest(job, jobs.context.for_job(report, cancelled.is_set), step)
            if outcome.status is not IngestStatus.CANCELLED:
                for number, member in enumerate(outcome.members):
                    jobs.submit(member, member_id(job_id, number))
        jobs.observer.ended(job_id, job, outcome, [member_id(job_id, n) for n in range(len(outcome.members))])
        if outcome.status is IngestStatus.CANCELLED:
            jobs.release_original(job)
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
    closing = threading.Event()
    interrupted = was_interrupted(settings)
    _marker_path(settings).touch()
    jobs = JobQueue.current = JobQueue(settings, workers, report, observer or SilentObserver())
    try:
        launch(settings)
        if is_new:  # dbos looks for new queues once a second, for known ones at launch: launch again, now it is known
            DBOS.destroy()
            launch(settings)
        pending = jobs.pending()
        jobs.note_pending(pending)
        for job in pending.values():
            if not job.inside:
                jobs.reserve_names(job.tenant, job.collection, [job.name])
        if interrupted:
            reconcile.reconcile_all(settings, list(pending.values()))
        else:
            reconcile.repair_marked(settings, list(pending.values()))
        jobs.reconciled.set()
        threading.Thread(target=jobs.tidy, args=(closing,), name="jobs-tidy", daemon=True).start()
        yield jobs
        if not jobs.pending():
            for slug in jobs.context.tenants_with_discarded_files:
                reconcile.remove_orphan_originals(Library(tenants.get(settings, slug)))
            _marker_path(settings).unlink(missing_ok=True)
    finally:
        closing.set()
        DBOS.destroy()
        JobQueue.current = None


def _marker_path(settings: Settings) -> Path:
    """Return the path of a file that exists while a process runs the queue, or after it ended with jobs unfinished."""
    return settings.data / "at-work"


def was_interrupted(settings: Settings) -> bool:
    """Return whether an earlier process ended before all jobs were finished: its marker file is still there."""
    return _marker_path(settings).is_file()
