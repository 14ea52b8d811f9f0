"""What the stages of the pipeline work with: settings, worker processes, locks, and where progress is told."""

from __future__ import annotations

import copy
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.job import Job
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants
from kb.store.tenants import Tenant

__all__ = ["IngestContext", "Report", "work_folder"]

# report(path, stage, done, total): pages read or chunks embedded; stage is "read", "embed" or "store"
Report = Callable[[str, str, int, int | None], None]


class IngestContext:
    """What the stages work with: settings, worker processes, and locks that keep one content to one job."""

    def __init__(self, settings: Settings, workers: WorkerPool, report: Report | None = None) -> None:
        self.settings = settings
        self.workers = workers
        self.report = report or (lambda path, stage, done, total: None)
        self.beginning = threading.Lock()
        # Names the batch's own files go by: a member found in a mail must not take one of them first.
        self.claimed: set[tuple[str, str, str]] = set()
        # Tenants with originals of refused files still lying about.
        self.discarded: set[str] = set()
        # Files found so far inside an outermost file, by its digest.
        self.found: Counter[str] = Counter()
        self._guard = threading.Lock()
        self._contents: dict[tuple[str, str, str], threading.Lock] = {}

    @contextmanager
    def alone_with(self, job: Job) -> Iterator[None]:
        """Let no other job with the same bytes run beside this one: the second then finds them published."""
        with self._guard:
            lock = self._contents.setdefault((job.tenant, job.collection, job.sha256), threading.Lock())
        with lock:
            yield

    def telling(self, report: Report) -> IngestContext:
        """Return this very shop, locks and all, with another ear for progress."""
        found = copy.copy(self)
        found.report = report
        return found

    def library(self, job: Job) -> Library:
        return Library(tenants.get(self.settings, job.tenant))

    def vectors(self, job: Job, library: Library) -> VectorStore:
        return VectorStore(self.settings, library.tenant, job.collection)

    def progress(self, job: Job, stage: str) -> Callable[[int, int | None], None]:
        return lambda done, total: self.report(job.path, stage, done, total)


def work_folder(tenant: Tenant, version_id: int) -> Path:
    return tenant.home / "work" / str(version_id)
