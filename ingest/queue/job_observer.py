"""The interface for whoever follows the jobs of the queue, for example the service's list of uploads."""

from __future__ import annotations

from typing import Protocol

from ingest.job import Job, Outcome
from kb.store.tables.states import IngestStage

__all__ = ["JobObserver", "SilentObserver"]


class JobObserver(Protocol):
    """The threads that run the jobs call these methods. After a crash a job is repeated: each call may come twice."""

    def started(self, job_id: str, job: Job) -> None:
        """A job starts."""

    def progress(self, job_id: str, job: Job, stage: IngestStage, done: int, total: int | None) -> None:
        """``done`` of ``total`` pages are read or chunks embedded."""

    def ended(self, job_id: str, job: Job, outcome: Outcome, members: list[str]) -> None:
        """A job has ended; ``members`` are the job ids of ``outcome.members``, in their order."""


class SilentObserver:
    """Does nothing."""

    def started(self, job_id: str, job: Job) -> None: ...

    def progress(self, job_id: str, job: Job, stage: IngestStage, done: int, total: int | None) -> None: ...

    def ended(self, job_id: str, job: Job, outcome: Outcome, members: list[str]) -> None: ...
