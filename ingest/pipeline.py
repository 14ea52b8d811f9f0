"""The way through this floor: one file → begin, read, embed, fill, publish (or keep as a draft).

Every stage gives the same result when it is repeated after a crash, so :mod:`ingest.queue.job_queue` may run them as
steps of a durable workflow and :func:`ingest` itself need not know. Until ``publish`` the version before
goes on answering.
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
from ingest.archive_members import member_name, member_notes, members
from ingest.context import IngestContext, work_folder
from ingest.job import Job, Outcome, failed
from ingest.workers import embedding_stage
from kb.core.errors import SinziError
from kb.publishing import version_states, version_writer
from kb.publishing.version_writer import StartedVersion, VersionContent
from kb.search.models.encoder import Vectors
from kb.store import blobs, tenants
from kb.store.tables.library_tables import AmendmentRow, ChunkRow, SectionRow, VersionRow

__all__ = ["Step", "at_once", "begin", "ingest"]


class Step(Protocol):
    """Runs one stage; a durable runner records its (small, JSON) result and does not repeat it."""

    def __call__(self, name: str, stage: Callable[[], Any]) -> Any: ...


def at_once(name: str, stage: Callable[[], Any]) -> Any:
    """A step with nothing durable about it."""
    return stage()


def ingest(job: Job, shop: IngestContext, step: Step = at_once) -> Outcome:
    """Take one file in and return what became of it; files found inside it are returned as further jobs.

    A file that cannot be taken in is an outcome with ``error``, not an exception.
    """
    with shop.alone_with(job):
        started = time.monotonic() - shop.workers.waited()
        begun: StartedVersion | None = None
        try:
            begun = StartedVersion(**step("begin", lambda: asdict(begin(job, shop))))
            outcome = _through(job, begun, shop, step)
        except SinziError as error:
            outcome = failed(job.path, job.name, error)
            step("discard", lambda: _discard(job, begun, shop))
        # a file's own time: what it waited for other files does not count
        outcome.seconds = round(time.monotonic() - started - shop.workers.waited(), 3)
    return outcome


def _through(job: Job, begun: StartedVersion, shop: IngestContext, step: Step) -> Outcome:
    status = {"new": "indexed", "replacement": "replaced", "unchanged": "unchanged"}[begun.status]
    outcome = Outcome(job.path, status, begun.document, begun.number)
    if begun.status == "unchanged":
        facts = step("facts", lambda: _facts(job, begun, shop))
        outcome.pages, outcome.chunks = facts["pages"], facts["chunks"]
        return outcome
    facts = step("read", lambda: _read(job, begun, shop))
    outcome.pages, outcome.chunks = facts["pages"], facts["chunks"]
    if facts["members"]:
        outcome.members = [Job(**one) for one in step("members", lambda: _members(job, begun, shop))]
    if facts["chunks"]:
        step("index", lambda: _index(job, begun, shop))
        if job.publish:
            step("publish", lambda: _publish(job, begun, shop))
        else:
            outcome.status = "indexed"
            step("draft", lambda: _keep_as_draft(job, begun, shop))
    else:
        step("discard", lambda: _discard(job, begun, shop))
        outcome.status = None
    return outcome


def begin(job: Job, shop: IngestContext) -> StartedVersion:
    """Open a version for the job, under the name the document will go by."""
    library = shop.library(job)
    model = shop.workers.identity()[0]
    with shop.beginning:
        collection = version_writer.collection_for(library, job.collection, model)
        name = member_name(library, collection.id, job, shop) if job.inside else job.name
        begun = version_writer.begin(library, collection, name, job.sha256, job.size_bytes, draft=not job.publish)
        if job.inside and begun.status != "unchanged":
            with library.transaction() as session:
                session.get_one(VersionRow, begun.version_id).notes = member_notes(job)
        return begun


def _facts(job: Job, begun: StartedVersion, shop: IngestContext) -> dict[str, Any]:
    with shop.library(job).session() as session:
        pages = session.get_one(VersionRow, begun.version_id).page_count
        count = sa.select(sa.func.count()).where(ChunkRow.version_id == begun.version_id)
        return {"pages": pages, "chunks": session.scalar(count) or 0}


def _read(job: Job, begun: StartedVersion, shop: IngestContext) -> dict[str, Any]:
    tenant = tenants.get(shop.settings, job.tenant)
    shop.report(job.path, "read", 0, None)
    source, folder = blobs.original_path(tenant.files_path, job.sha256), work_folder(tenant, begun.version_id)
    return shop.workers.read(source, job.name.rsplit("/", 1)[-1], folder, shop.progress(job, "read"))


def _prepared(job: Job, begun: StartedVersion, shop: IngestContext, folder: Path) -> prepared.Prepared:
    """What the read step left; read again where it is gone (the power failed before it reached the disk)."""
    try:
        document = prepared.load(folder)
    except ValueError:
        document = None
    if document is None:
        _read(job, begun, shop)
        document = prepared.load(folder)
    assert document is not None
    return document


def _members(job: Job, begun: StartedVersion, shop: IngestContext) -> list[dict[str, Any]]:
    folder = work_folder(tenants.get(shop.settings, job.tenant), begun.version_id)
    return [asdict(one) for one in members(job, _prepared(job, begun, shop, folder), begun.document, shop)]


def _index(job: Job, begun: StartedVersion, shop: IngestContext) -> int:
    """Embed, then put records, words and vectors in; what an earlier try left is replaced."""
    library = shop.library(job)
    folder = work_folder(library.tenant, begun.version_id)
    document = _prepared(job, begun, shop, folder)
    shop.report(job.path, "embed", 0, len(document.texts))
    with ThreadPoolExecutor(1) as pool:  # Chroma takes a second to import: meanwhile the embedder is at work
        store = pool.submit(shop.vectors, job, library)
        shop.workers.embed(folder, shop.progress(job, "embed"))
    rows = embedding_stage.load_vectors(folder, *shop.workers.identity())
    # The records keep float16; the vector store gets the very same numbers, so that one mends the other.
    rows = rows.astype(np.float16).astype(np.float32)
    shop.report(job.path, "store", 0, None)
    content = _content(document, rows)
    content.notes += member_notes(job)
    chunk_ids = version_writer.fill(library, begun, content)
    store.result().remove_version(begun.version_id)
    if job.publish:
        store.result().add(begun.version_id, chunk_ids, rows)
    return len(chunk_ids)


def _content(document: prepared.Prepared, vectors: Vectors) -> VersionContent:
    return VersionContent(
        title=document.title,
        language=document.language,
        page_count=document.page_count,
        sections=[SectionRow(**row) for row in document.sections],
        chunks=[ChunkRow(**row) for row in document.chunks],
        vectors=vectors,
        issued=_date(document.issued),
        effective_from=_date(document.effective_from),
        effective_to=_date(document.effective_to),
        amendments=[
            AmendmentRow(**{**row, "effective_from": _date(row["effective_from"])}) for row in document.amendments
        ],
        notes=list(document.notes),
    )


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _publish(job: Job, begun: StartedVersion, shop: IngestContext) -> None:
    library = shop.library(job)
    version_writer.publish(library, shop.vectors(job, library), begun)
    shutil.rmtree(work_folder(library.tenant, begun.version_id), ignore_errors=True)


def _keep_as_draft(job: Job, begun: StartedVersion, shop: IngestContext) -> None:
    library = shop.library(job)
    version_states.keep_as_draft(library, begun.document_id, begun.version_id)
    shutil.rmtree(work_folder(library.tenant, begun.version_id), ignore_errors=True)


def _discard(job: Job, begun: StartedVersion | None, shop: IngestContext) -> None:
    """Leave no records of a file that was not taken in.

    Its bytes stay until the queue is empty (:func:`ingest.reconcile.sweep_originals`): a waiting job may need them.
    """
    shop.discarded.add(job.tenant)
    if begun is None:
        return
    library = shop.library(job)
    stored = library.chunks_of(begun.version_id)
    version_writer.discard(library, begun)
    if stored:
        shop.vectors(job, library).remove_version(begun.version_id)
    shutil.rmtree(work_folder(library.tenant, begun.version_id), ignore_errors=True)
