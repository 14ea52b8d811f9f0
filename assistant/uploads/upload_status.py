"""The status of the queue's files for the list of uploads: one row per file, and the latest progress in memory.

A row is written when the status or the stage of a file changes. The numbers of pages and chunks are written at most
every few seconds, because each commit makes search read the records again. :attr:`UploadStatus.version` grows with
every change.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingest.error_json import error_to_json
from ingest.job import Job, Outcome
from ingest.queue.job_queue import JobQueue
from kb.core.errors import SinziError, Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.columns import now
from kb.store.tables.library_tables import CollectionRow, DocumentRow
from kb.store.tables.states import UNFINISHED, IngestStage, IngestStatus

__all__ = ["UploadStatus"]

_LOG = logging.getLogger("sinzi.intake")
_WRITE_SECONDS = 3.0
_P = ParamSpec("_P")


@dataclass(frozen=True, slots=True)
class LiveProgress:
    """The latest progress of a file in work: the stage, and ``done`` of ``total`` (None: unknown) steps of it."""

    stage: IngestStage
    done: int
    total: int | None


def _never_fails(tell: Callable[_P, None]) -> Callable[_P, None]:
    """Log an error of writing a row, so that it does not make the file fail."""

    @wraps(tell)
    def guarded(*arguments: _P.args, **named: _P.kwargs) -> None:
        try:
            tell(*arguments, **named)
        except (SQLAlchemyError, SinziError) as error:
            _LOG.error("an upload's row was not written: %s", type(error).__name__)

    return guarded


class UploadStatus:
    """A job observer (:mod:`ingest.queue.job_observer`) that writes one row per file. It is thread-safe.

    Attributes:
        version: grows with every change.
    """

    def __init__(self, settings: Settings) -> None:
        self.version = 0
        self._settings = settings
        self._live: dict[str, LiveProgress] = {}
        self._written: dict[str, float] = {}
        self._guard = threading.Lock()

    def live(self, job_id: str) -> LiveProgress | None:
        """Return the latest progress of a job in work; None for any other."""
        return self._live.get(job_id)

    def queued(self, library: Library, job_id: str, job: Job, by: str) -> UploadRow:
        """Store and return the row of a new file, before its job is queued."""
        with library.transaction() as session:
            row = _new(job_id, job, by)
            session.add(row)
        self._changed()
        return row

    def refused(self, library: Library, job_id: str, job: Job, by: str, error: SinziError) -> UploadRow:
        """Store and return the row of a file that could not be queued."""
        with library.transaction() as session:
            row = _new(job_id, job, by)
            row.status, row.error, row.finished_at = IngestStatus.FAILED, error_to_json(error), now()
            session.add(row)
        self._changed()
        return row

    @_never_fails
    def started(self, job_id: str, job: Job) -> None:
        with self._library(job).transaction() as session:
            row = _row(session, job_id, job)
            row.status, row.stage, row.done, row.total = IngestStatus.WORKING, IngestStage.NONE, 0, None
        self._changed()

    @_never_fails
    def progress(self, job_id: str, job: Job, stage: IngestStage, done: int, total: int | None) -> None:
        before, self._live[job_id] = self._live.get(job_id), LiveProgress(stage, done, total)
        self._changed()
        if (
            before is None
            or before.stage != stage
            or time.monotonic() - self._written.get(job_id, 0.0) > _WRITE_SECONDS
        ):
            self._written[job_id] = time.monotonic()
            with self._library(job).transaction() as session:
                row = _row(session, job_id, job)
                row.status, row.stage, row.done, row.total = IngestStatus.WORKING, stage, done, total

    @_never_fails
    def ended(self, job_id: str, job: Job, outcome: Outcome, members: list[str]) -> None:
        with self._library(job).transaction() as session:
            _end(session, _row(session, job_id, job), outcome)
            for member_id, member in zip(members, outcome.members, strict=True):
                _row(session, member_id, member)
        self._live.pop(job_id, None)
        self._written.pop(job_id, None)
        self._changed()

    def reconcile(self, queue: JobQueue) -> None:
        """Correct the unfinished rows of an earlier process whose files are finished in the meantime, or lost."""
        for tenant in tenants.listing(self._settings):
            library = Library(tenant)
            with library.session() as session:
                left = session.scalars(sa.select(UploadRow).where(UploadRow.status.in_(UNFINISHED))).all()
            pending = queue.pending() if left else {}
            for lost in (row for row in left if row.job_id not in pending):
                outcome = queue.recorded_outcome(lost.job_id)
                with library.transaction() as session:
                    row = session.get_one(UploadRow, lost.id)
                    if outcome is not None:
                        _end(session, row, outcome)
                    elif row.status in UNFINISHED:
                        row.status, row.finished_at = IngestStatus.FAILED, now()
                        row.error = error_to_json(Transient("upload_interrupted", name=row.name))
        self._changed()

    def _library(self, job: Job) -> Library:
        return Library(tenants.get(self._settings, job.tenant))

    def _changed(self) -> None:
        with self._guard:
            self.version += 1


def _new(job_id: str, job: Job, by: str) -> UploadRow:
    return UploadRow(job_id=job_id, collection=job.collection, name=job.name, path=job.path, uploaded_by=by)


def _row(session: Session, job_id: str, job: Job) -> UploadRow:
    """Return the row of a job.

    A job from elsewhere (a file in an archive, ``kb ingest``) gets a new row, with the uploader of the outer file.
    """
    row = session.scalar(sa.select(UploadRow).where(UploadRow.job_id == job_id))
    if row is None:
        outer = sa.select(UploadRow.uploaded_by).where(UploadRow.job_id == job_id.rpartition("/")[0])
        row = _new(job_id, job, session.scalar(outer) or "cli")
        session.add(row)
    return row


def _end(session: Session, row: UploadRow, outcome: Outcome) -> None:
    row.status = outcome.status or IngestStatus.EXPANDED
    row.stage, row.done, row.total = IngestStage.NONE, 0, None
    row.error, row.finished_at = outcome.error, now()
    row.document_id = session.scalar(_document_of(row.collection, outcome.document)) if outcome.version else None


def _document_of(collection: str, name: str) -> sa.Select[Any]:
    query = sa.select(DocumentRow.id).join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
    return query.where(CollectionRow.slug == collection, DocumentRow.name == name)
