"""The stages of one file: begin, read, members, index, then publish (or keep as a draft).

Every stage gives the same result when it is repeated after a crash. So :mod:`ingest.queue.job_queue` can run the
stages as steps of a durable workflow, and :func:`ingest` does not depend on how they are run. Until ``publish``,
answers use the previous version.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import sqlalchemy as sa

from ingest import prepared
from ingest.archive_members import member_name, member_notes, store_members
from ingest.context import IngestContext, work_folder
from ingest.job import Job, Outcome, cancelled_outcome, failed_outcome
from ingest.workers import embedding_stage
from ingest.workers.fair_turns import JobCancelled
from kb.core.errors import Conflict, FileRejected, SinziError
from kb.library.documents import DocumentVersion, Library
from kb.people import access
from kb.personal_data.personal_span import PersonalKind, PersonalSpan
from kb.publishing import personal_data_decisions, version_states, version_writer
from kb.publishing.version_writer import PersonalContent, StartedVersion, VersionContent
from kb.search.models.encoder import Vectors
from kb.store import blobs, tenants
from kb.store.tables.library_tables import (
    AmendmentRow,
    ChunkRow,
    CollectionRow,
    DocumentRow,
    PersonalDataRow,
    SectionRow,
    VersionRow,
)
from kb.store.tables.states import IngestStage, IngestStatus, PersonalDataDecision, VersionState

__all__ = ["ingest"]

# How often a job looks whether its document has been deleted.
_LOOK_SECONDS = 1.0
# Status of a file by what its version was when it was started.
_STATUS = {
    "new": IngestStatus.INDEXED,
    "replacement": IngestStatus.REPLACED,
    "unchanged": IngestStatus.UNCHANGED,
}


class Step(Protocol):
    """Runs one stage. A durable runner records the result (small, JSON) and does not run the stage again."""

    def __call__(self, name: str, stage: Callable[[], Any]) -> Any: ...


def run_directly(name: str, stage: Callable[[], Any]) -> Any:
    """Run a stage and record nothing."""
    return stage()


def ingest(job: Job, context: IngestContext, step: Step = run_directly) -> Outcome:
    """Ingest one file and return its outcome; files found inside it are returned as further jobs.

    A file that cannot be ingested gives an outcome with ``error``, not an exception. A job that is cancelled before its
    version is published leaves nothing.
    """
    if job.rejected:
        return failed_outcome(job.path, job.name, FileRejected(job.rejected, name=job.name))
    started: StartedVersion | None = None

    def start() -> dict[str, Any]:
        nonlocal started  # known also where a cancellation keeps the result of the step from being recorded
        started = begin(job, context)
        return asdict(started)

    try:
        with context.lock_content(job):
            start_time = time.monotonic() - context.workers.waited_seconds()
            try:
                started = StartedVersion(**step("begin", start))
                outcome = _run_stages(job, started, context, step)
            except SinziError as error:
                deleted = started is not None and not _exists(job, started, context)
                reason = Conflict("document_deleted", document=job.name) if deleted else error
                outcome = failed_outcome(job.path, job.name, reason)
                step("discard", lambda: _discard(job, started, context))
            # the file's own time, without the time it waited for other files
            outcome.seconds = round(time.monotonic() - start_time - context.workers.waited_seconds(), 3)
    except JobCancelled:  # what follows are no steps: a cancelled workflow has none any more
        if started is not None and started.status != "unchanged" and _is_complete(job, started, context):
            return _completed(job, started, context)  # the cancellation came too late
        _discard(job, started, context)
        return cancelled_outcome(job)
    return outcome


def _exists(job: Job, started: StartedVersion, context: IngestContext) -> bool:
    """Whether the version is still there: whatever went wrong after its document was deleted, that is the reason."""
    with context.library(job).session() as session:
        return session.get(VersionRow, started.version_id) is not None


def _is_complete(job: Job, started: StartedVersion, context: IngestContext) -> bool:
    with context.library(job).session() as session:
        version = session.get(VersionRow, started.version_id)
    # of a version that is read again the state says nothing: it was complete before
    return version is not None and version.state != VersionState.INDEXING and not job.refills


def _completed(job: Job, started: StartedVersion, context: IngestContext) -> Outcome:
    status = _STATUS[started.status] if job.publish else IngestStatus.INDEXED
    return Outcome(job.path, status, started.document, started.number, **_counts(job, started, context))


def _run_stages(job: Job, started: StartedVersion, context: IngestContext, step: Step) -> Outcome:
    outcome = Outcome(job.path, _STATUS[started.status], started.document, started.number, name=job.name)
    if started.status == "unchanged":
        counts = step("facts", lambda: _counts(job, started, context))
        outcome.pages, outcome.chunks = counts["pages"], counts["chunks"]
        return outcome
    counts = step("read", lambda: _read(job, started, context))
    outcome.pages, outcome.chunks = counts["pages"], counts["chunks"]
    if counts["members"] and not job.refills:  # those of a file that is read again are documents already
        outcome.members = [Job(**one) for one in step("members", lambda: _store_members(job, started, context))]
    outcome.personal_data = counts.get("personal_data", {})  # not in what earlier releases recorded
    if counts["chunks"]:
        decision = _decision(step("index", lambda: _index(job, started, context)))
        outcome.decision = decision
        if job.refills:
            step("refilled", lambda: _publish_refilled(job, started, context))
        elif job.publish and decision == PersonalDataDecision.KEEP:
            step("keep", lambda: _keep_for_owners(job, started, context))
        elif job.publish and decision != PersonalDataDecision.WAITING:
            step("publish", lambda: _publish(job, started, context))
        else:
            outcome.status = IngestStatus.INDEXED
            step("draft", lambda: _keep_as_draft(job, started, context))
    else:
        step("discard", lambda: _discard(job, started, context))
        outcome.status = None
    return outcome


def begin(job: Job, context: IngestContext) -> StartedVersion:
    """Start a version for the job and choose the name of its document."""
    library = context.library(job)
    if job.refills:
        return version_writer.refill(library, job.refills, job.name)
    model = context.workers.identity()[0]
    with context.begin_lock:
        collection = version_writer.collection_for(library, job.collection, model)
        name = member_name(library, collection.id, job, context) if job.inside else job.name
        started = version_writer.begin(library, collection, name, job.sha256, job.size_bytes, draft=not job.publish)
        if job.inside and started.status != "unchanged":
            with library.transaction() as session:
                session.get_one(VersionRow, started.version_id).notes = member_notes(job)
        return started


def _counts(job: Job, started: StartedVersion, context: IngestContext) -> dict[str, Any]:
    """Return the pages and chunks of a version that is published already."""
    with context.library(job).session() as session:
        pages = session.get_one(VersionRow, started.version_id).page_count
        count = sa.select(sa.func.count()).where(ChunkRow.version_id == started.version_id)
        return {"pages": pages, "chunks": session.scalar(count) or 0}


def _read(job: Job, started: StartedVersion, context: IngestContext) -> dict[str, Any]:
    """Read the file into its work folder; return the number of pages, chunks and members."""
    tenant = tenants.get(context.settings, job.tenant)
    context.report(job.path, IngestStage.READ, 0, None)
    source, folder = blobs.original_path(tenant.files_path, job.sha256), work_folder(tenant, started.version_id)
    if not source.is_file():  # deleted with the document that had the same content
        raise Conflict("document_deleted", document=job.name)
    progress = context.progress_callback(job, IngestStage.READ)
    name, share = job.name.rsplit("/", 1)[-1], context.share(job)
    mask = job.personal_data == PersonalDataDecision.MASK
    asked = _asked_to_stop(job, started, context)
    return context.workers.read(source, name, folder, progress, share, asked, mask=mask)


def _asked_to_stop(job: Job, started: StartedVersion, context: IngestContext) -> Callable[[], bool]:
    """Return a function for the workers that says whether the job is cancelled.

    It raises Conflict ``document_deleted`` once its document is deleted: nobody wants the rest of a long file then.
    """
    library = context.library(job)
    looked = time.monotonic()

    def asked() -> bool:
        nonlocal looked
        if time.monotonic() - looked > _LOOK_SECONDS:
            looked = time.monotonic()
            with library.session() as session:
                version_states.existing(session, VersionRow, started.version_id, started.document)
        return context.cancelled()

    return asked


def _load_prepared(
    job: Job, started: StartedVersion, context: IngestContext, folder: Path
) -> prepared.PreparedDocument:
    """Return what the read stage wrote. Read the file again if that is lost (a power cut before it was on disk)."""
    try:
        document = prepared.load(folder)
    except ValueError:
        document = None
    if document is None:
        _read(job, started, context)
        document = prepared.load(folder)
    assert document is not None
    return document


def _store_members(job: Job, started: StartedVersion, context: IngestContext) -> list[dict[str, Any]]:
    folder = work_folder(tenants.get(context.settings, job.tenant), started.version_id)
    document = _load_prepared(job, started, context, folder)
    return [asdict(one) for one in store_members(job, document, started.document, context)]


def _decision(recorded: Any) -> PersonalDataDecision:
    """Return what :func:`_index` returned; earlier releases recorded the number of chunks there."""
    return PersonalDataDecision(recorded) if isinstance(recorded, str) else PersonalDataDecision.NONE


def _index(job: Job, started: StartedVersion, context: IngestContext) -> str:
    """Embed the chunks, then store records, words and vectors; replace what an earlier attempt stored.

    Returns:
        What was decided about its people's data; ``waiting`` if somebody has to: it is a list of persons, handed in for
        all to see.
    """
    library = context.library(job)
    folder = work_folder(library.tenant, started.version_id)
    document = _load_prepared(job, started, context, folder)
    context.report(job.path, IngestStage.EMBED, 0, len(document.texts))
    with ThreadPoolExecutor(1) as pool:  # importing Chroma takes a second: the embedder works meanwhile
        store = context.vectors(job, library)
        pool.submit(store.prepare)
        progress = context.progress_callback(job, IngestStage.EMBED)
        context.workers.embed(folder, progress, context.share(job), _asked_to_stop(job, started, context))
    vectors = embedding_stage.load_vectors(folder, *context.workers.identity())
    # The records keep float16. The vector store gets the same numbers, so that either can be restored from the other.
    vectors = vectors.astype(np.float16).astype(np.float32)
    context.report(job.path, IngestStage.STORE, 0, None)
    context.stop_if_cancelled()
    content = _content(document, vectors)
    content.notes += member_notes(job)
    decision = _decide(job, started, document, library)
    content.personal_data = PersonalContent(
        document.personal_counts,
        document.person_list,
        [[PersonalSpan(start, end, PersonalKind(kind)) for start, end, kind in one] for one in document.personal_spans],
        decision,
        job.decided_by,
    )
    chunk_ids = version_writer.fill(library, started, content)
    store.remove_version(started.version_id)
    if job.refills:
        answers = _answers_when_refilled(job, started, library)
    else:
        answers = job.publish and decision not in (PersonalDataDecision.WAITING, PersonalDataDecision.KEEP)
    if answers:
        store.add(started.version_id, chunk_ids, vectors)
    return decision.value


def _decide(
    job: Job, started: StartedVersion, document: prepared.PreparedDocument, library: Library
) -> PersonalDataDecision:
    """Return what is decided about a document's people's data: beforehand, or that somebody has to.

    A new version of a document that somebody masked or kept is not published without another decision.
    """
    decided = PersonalDataDecision(job.personal_data)
    if job.refills or (decided == PersonalDataDecision.MASK and document.personal_counts):
        return decided
    is_new = job.publish and decided == PersonalDataDecision.NONE and document.personal_counts
    if is_new and _was_hidden(library, started):
        return PersonalDataDecision.WAITING
    if not document.person_list:
        return PersonalDataDecision.NONE
    if (
        job.publish
        and decided == PersonalDataDecision.NONE
        and access.is_open_to_all(library, library.collection(job.collection))
    ):
        return PersonalDataDecision.WAITING
    return decided


def _was_hidden(library: Library, started: StartedVersion) -> bool:
    """Whether an earlier version of the document was masked or kept for owners."""
    hidden = PersonalDataRow.decision.in_((PersonalDataDecision.MASK, PersonalDataDecision.KEEP))
    query = (
        sa.select(PersonalDataRow.version_id)
        .join(VersionRow, VersionRow.id == PersonalDataRow.version_id)
        .where(VersionRow.document_id == started.document_id, VersionRow.id != started.version_id, hidden)
    )
    with library.session() as session:
        return session.scalar(query.limit(1)) is not None


def _content(document: prepared.PreparedDocument, vectors: Vectors) -> VersionContent:
    return VersionContent(
        title=document.title,
        language=document.language,
        page_count=document.page_count,
        sections=[SectionRow(**row) for row in document.sections],
        chunks=[ChunkRow(**row) for row in document.chunks],
        vectors=vectors,
        words=document.words,
        issued=_date(document.issued),
        effective_from=_date(document.effective_from),
        effective_to=_date(document.effective_to),
        amendments=[
            AmendmentRow(**{**row, "effective_from": _date(row["effective_from"])}) for row in document.amendments
        ],
        notes=list(document.notes),
        page_labels=list(document.page_labels),
        hidden_text=list(document.hidden_text),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _publish(job: Job, started: StartedVersion, context: IngestContext) -> None:
    context.stop_if_cancelled()
    library = context.library(job)
    version_writer.publish(library, context.vectors(job, library), started)
    shutil.rmtree(work_folder(library.tenant, started.version_id), ignore_errors=True)


def _keep_for_owners(job: Job, started: StartedVersion, context: IngestContext) -> None:
    context.stop_if_cancelled()
    library = context.library(job)
    version_states.keep_as_draft(library, started.document_id, started.version_id)
    with library.session() as session:
        document = version_states.existing(session, DocumentRow, started.document_id, started.document)
        version = version_states.existing(session, VersionRow, started.version_id, started.document)
        collection = session.get_one(CollectionRow, document.collection_id)
    opened = DocumentVersion(collection, document, version)
    personal_data_decisions.keep_for_owners(context.settings, library, opened)
    shutil.rmtree(work_folder(library.tenant, started.version_id), ignore_errors=True)


def _answers_when_refilled(job: Job, started: StartedVersion, library: Library) -> bool:
    with library.session() as session:
        state = version_states.existing(session, VersionRow, started.version_id, started.document).state
    return state == VersionState.PUBLISHED or (state == VersionState.DRAFT and job.publish)


def _publish_refilled(job: Job, started: StartedVersion, context: IngestContext) -> None:
    """Let a version that was read again answer, if it answered before or waited for the decision."""
    library = context.library(job)
    if _answers_when_refilled(job, started, library):
        version_writer.publish(library, context.vectors(job, library), started)
    else:
        context.vectors(job, library).remove_version(started.version_id)
    shutil.rmtree(work_folder(library.tenant, started.version_id), ignore_errors=True)


def _keep_as_draft(job: Job, started: StartedVersion, context: IngestContext) -> None:
    context.stop_if_cancelled()
    library = context.library(job)
    version_states.keep_as_draft(library, started.document_id, started.version_id)
    shutil.rmtree(work_folder(library.tenant, started.version_id), ignore_errors=True)


def _discard(job: Job, started: StartedVersion | None, context: IngestContext) -> None:
    """Remove all records of a file that was not ingested.

    The original stays until the queue is empty, because a waiting job may need the same bytes. Then
    :func:`ingest.reconcile.remove_orphan_originals` removes it.
    """
    context.tenants_with_discarded_files.add(job.tenant)
    if started is None:
        return
    library = context.library(job)
    with library.session() as session:
        is_deleted = session.get(VersionRow, started.version_id) is None
    # Where the document was deleted meanwhile, vectors may have been added after that.
    has_vectors = is_deleted or bool(library.chunks_of(started.version_id))
    version_writer.discard(library, started)
    if has_vectors and started.status != "unchanged" and not job.refills:
        context.vectors(job, library).remove_version(started.version_id)
    shutil.rmtree(work_folder(library.tenant, started.version_id), ignore_errors=True)
