"""Who is told how the queue's jobs go: the command line's bars, or the service's list of uploads."""

from __future__ import annotations

from typing import Protocol

from ingest.job import Job, Outcome

__all__ = ["JobObserver", "SilentObserver"]


class JobObserver(Protocol):
    """Called from the threads that do the work. After a crash a job is told anew: each call may come twice."""

    def begun(self, job_id: str, job: Job) -> None:
        """A job's turn has come."""

    def progress(self, job_id: str, job: Job, stage: str, done: int, total: int | None) -> None:
        """``done`` of ``total`` pages read or chunks embedded; ``stage`` is "read", "embed" or "store"."""

    def ended(self, job_id: str, job: Job, outcome: Outcome, members: list[str]) -> None:
        """A job is done; ``members`` are the ids of the jobs of ``outcome.members``."""


class SilentObserver:
    """Listens to nothing."""

    def begun(self, job_id: str, job: Job) -> None: ...

    def progress(self, job_id: str, job: Job, stage: str, done: int, total: int | None) -> None: ...

    def ended(self, job_id: str, job: Job, outcome: Outcome, members: list[str]) -> None: ...
