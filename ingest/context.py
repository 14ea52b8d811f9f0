"""What the stages of the pipeline share: settings, worker processes, locks, and the progress callback."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.job import Job
from ingest.workers.fair_turns import JobCancelled, Share, never
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants
from kb.store.tables.states import IngestStage
from kb.store.tenants import Tenant

__all__ = ["IngestContext", "ReportProgress", "work_folder"]

_LOOK_SECONDS = 0.2
# report(path, stage, done, total): pages read or chunks embedded
ReportProgress = Callable[[str, IngestStage, int, int | None], None]


class IngestContext:
    """Settings, workers and locks of one running program. All jobs share them, from several threads.

    Attributes:
        report: the progress callback.
        cancelled: whether a person has cancelled the job; the stages ask it.
        begin_lock: held while a version is started, so that two jobs do not take the same document name.
        reserved_names: (tenant, collection, name) of the files of a batch. A member of an archive or mail must not
            take one of these names first.
        tenants_with_discarded_files: slugs of tenants that may still have originals of refused files.
    """

    def __init__(self, settings: Settings, workers: WorkerPool, report: ReportProgress | None = None) -> None:
        self.settings = settings
        self.workers = workers
        self.report = report or (lambda path, stage, done, total: None)
        self.cancelled: Callable[[], bool] = never
        self.begin_lock = threading.Lock()
        self.reserved_names: set[tuple[str, str, str]] = set()
        self.tenants_with_discarded_files: set[str] = set()
        self._member_counts: Counter[str] = Counter()
        self._locks_guard = threading.Lock()
        self._content_locks: dict[tuple[str, str, str], threading.Lock] = {}

    @contextmanager
    def lock_content(self, job: Job) -> Iterator[None]:
        """Run no other job with the same bytes at the same time: the second one then finds them published.

        Raises:
            JobCancelled: the job was cancelled while it waited.
        """
        with self._locks_guard:
            lock = self._content_locks.setdefault((job.tenant, job.collection, job.sha256), threading.Lock())
        while not lock.acquire(timeout=_LOOK_SECONDS):
            self.stop_if_cancelled()
        try:
            yield
        finally:
            lock.release()

    def count_members(self, root: str, found: int, *, first: bool) -> int:
        """Add files found inside an outermost file, and return how many were found so far.

        Args:
            root: the SHA-256 of the outermost file.
            first: whether they were found in that file itself; then counting begins again.
        """
        with self._locks_guard:
            self._member_counts[root] = found + (0 if first else self._member_counts[root])
            return self._member_counts[root]

    def stop_if_cancelled(self) -> None:
        """Raise JobCancelled if a person has cancelled the job."""
        if self.cancelled():
            raise JobCancelled

    def for_job(self, report: ReportProgress, cancelled: Callable[[], bool]) -> IngestContext:
        """Return a copy for one job: its progress callback, and whether it is cancelled. Locks and sets are shared."""
        found = copy.copy(self)
        found.report, found.cancelled = report, cancelled
        return found

    def share(self, job: Job) -> Share:
        """Return whose work ``job`` is, for the worker processes."""
        return Share(job.tenant, job.size_bytes)

    def library(self, job: Job) -> Library:
        return Library(tenants.get(self.settings, job.tenant))

    def vectors(self, job: Job, library: Library) -> VectorStore:
        return VectorStore(self.settings, library.tenant, job.collection)

    def progress_callback(self, job: Job, stage: IngestStage) -> Callable[[int, int | None], None]:
        """Return a callback ``(done, total)`` that reports the progress of ``job`` in ``stage``."""
        return lambda done, total: self.report(job.path, stage, done, total)


def work_folder(tenant: Tenant, version_id: int) -> Path:
    """Return the folder for the files between two stages; see :mod:`ingest.prepared`."""
    return tenant.home / "work" / str(version_id)
