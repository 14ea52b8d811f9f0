"""The status of the queue's files for the list of uploads: one row per file, and the latest progress in memory.

A row is written when the status or the stage of a file changes. The numbers of pages and chunks are written at most
every few seconds, because each commit makes search read the records again. :attr:`UploadStatus.version` grows with
every change.
"""

from __future__ import annotations

import logging
import threading
import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import wraps
from typing import Any, ParamSpec

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from ingest.error_json import error_to_json
from ingest.job import Job, Outcome
from ingest.queue.job_queue import JobQueue
from kb.core.errors import InputError, SinziError, Transient
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.columns import now
from kb.store.tables.library_tables import CollectionRow, DocumentRow, VersionRow
from kb.store.tables.states import UNFINISHED, IngestStage, IngestStatus, PersonalDataDecision

__all__ = ["UploadStatus"]

_LOG = logging.getLogger("sinzi.intake")
_WRITE_SECONDS = 3.0
# A browser sends the files of a batch one after another; when nothing comes for so long, its page is closed.
_UNHEARD_SECONDS = 900.0
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
        self._heard: dict[str, float] = {}  # batch → when its last bytes came
        self._guard = threading.Lock()

    def live(self, job_id: str) -> LiveProgress | None:
        """Return the latest progress of a job in work; None for any other."""
        return self._live.get(job_id)

    def announced(self, library: Library, jobs: Sequence[Job], by: str, batch: str) -> list[UploadRow]:
        """Store and return the rows of files that are going to be sent; their jobs have no SHA-256 yet."""
        rows = [_new(str(uuid.uuid4()), job, by, batch) for job in jobs]
        with library.transaction() as session:
            for row, job in zip(rows, jobs, strict=True):
                row.status, row.total = IngestStatus.SENDING, job.size_bytes
            session.add_all(rows)
        self._heard[batch] = time.monotonic()
        self._changed()
        return rows

    def receiving(self, row: UploadRow, done: int) -> None:
        """Note that ``done`` bytes of a file have arrived."""
        self._heard[row.batch] = time.monotonic()
        self._live[row.job_id] = LiveProgress(IngestStage.NONE, done, row.total)
        self._changed()

    def queued(self, library: Library, job_id: str, job: Job, by: str, row_id: int | None = None) -> UploadRow:
        """Store and return the row of a file, before its job is queued: a new row, or the row ``row_id`` once more."""
        with library.transaction() as session:
            row = _new(job_id, job, by) if row_id is None else session.get_one(UploadRow, row_id)
            row.job_id, row.job, row.status = job_id, asdict(job), IngestStatus.QUEUED
            row.stage, row.done, row.total = IngestStage.NONE, 0, None
            row.error = row.document_id = row.finished_at = None
            session.add(row)
        self._forget(job_id)
        return row

    def refused(self, library: Library, job_id: str, job: Job, by: str, error: SinziError) -> UploadRow:
        """Store and return the row of a file that could not be queued."""
        with library.transaction() as session:
            row = _new(job_id, job, by)
            row.status, row.error, row.finished_at = IngestStatus.FAILED, error_to_json(error), now()
            session.add(row)
        self._changed()
        return row

    def stopped(
        self, library: Library, row_id: int, status: IngestStatus, error: SinziError | None = None
    ) -> UploadRow:
        """Store and return the row of a file that ends before its job does: cancelled, or not sent to the end."""
        with library.transaction() as session:
            row = session.get_one(UploadRow, row_id)
            row.status, row.finished_at = status, now()
            row.stage, row.done, row.total = IngestStage.NONE, 0, None
            row.error = error_to_json(error) if error else None
        self._forget(row.job_id)
        return row

    def give_up_unsent(self, library: Library, after_seconds: float = _UNHEARD_SECONDS) -> None:
        """Let the files fail that were announced and not sent, once nothing was heard of their batch for long."""
        query = sa.select(UploadRow).where(UploadRow.status == IngestStatus.SENDING)
        with library.session() as session:
            rows = session.scalars(query).all()
        for row in rows:
            if time.monotonic() - self._heard.setdefault(row.batch, time.monotonic()) > after_seconds:
                self.stopped(library, row.id, IngestStatus.FAILED, InputError("upload_not_sent", name=row.name))

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
        self._forget(job_id)

    def _forget(self, job_id: str) -> None:
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
            for unsent in (row for row in left if row.status == IngestStatus.SENDING):
                error = InputError("upload_not_sent", name=unsent.name)
                self.stopped(library, unsent.id, IngestStatus.FAILED, error)
            for lost in (row for row in left if row.status != IngestStatus.SENDING and row.job_id not in pending):
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


def _new(job_id: str, job: Job, by: str, batch: str = "") -> UploadRow:
    return UploadRow(
        job_id=job_id,
        collection=job.collection,
        name=job.name,
        path=job.path,
        uploaded_by=by,
        batch=batch,
        job=asdict(job),
    )


def _row(session: Session, job_id: str, job: Job) -> UploadRow:
    """Return the row of a job.

    A job from elsewhere (a file in an archive, ``kb ingest``) gets a new row, with the outer file's uploader and batch.
    """
    row = session.scalar(sa.select(UploadRow).where(UploadRow.job_id == job_id))
    if row is None:
        outer = session.scalar(sa.select(UploadRow).where(UploadRow.job_id == job_id.rpartition("/")[0]))
        row = _new(job_id, job, outer.uploaded_by, outer.batch) if outer else _new(job_id, job, "cli")
        session.add(row)
    return row


def _end(session: Session, row: UploadRow, outcome: Outcome) -> None:
    row.status = outcome.status or IngestStatus.EXPANDED
    row.stage, row.done, row.total = IngestStage.NONE, 0, None
    row.error, row.finished_at = outcome.error, now()
    row.document_id = session.scalar(_document_of(row, outcome)) if outcome.version else None


def _document_of(row: UploadRow, outcome: Outcome) -> sa.Select[Any]:
    query = sa.select(DocumentRow.id).where(DocumentRow.name == outcome.document)
    if outcome.decision == PersonalDataDecision.KEEP:  # it is in another collection now
        same = (VersionRow.document_id == DocumentRow.id, VersionRow.sha256 == (row.job or {}).get("sha256"))
        return query.where(sa.exists().where(*same)).order_by(DocumentRow.id.desc())
    query = query.join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
    return query.where(CollectionRow.slug == row.collection)
