"""The way through this floor: one file → store, begin, read, embed, fill, publish.

Every stage gives the same result when it is repeated after a crash, so :mod:`ingest.jobs` may run them as
steps of a durable workflow and :func:`ingest` itself need not know. Until ``publish`` the version before
goes on answering.
"""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

import numpy as np
import sqlalchemy as sa

from ingest import embed, names, prepared
from ingest.failures import packed
from ingest.workers import Workers
from kb import files, publishing, tenants
from kb.errors import FileRejected, SinziError
from kb.library import Library
from kb.publishing import Begun, Content
from kb.records.tables import AmendmentRow, ChunkRow, CollectionRow, DocumentRow, SectionRow, VersionRow
from kb.search.vectors import VectorStore
from kb.settings import Settings
from kb.tenants import Tenant

__all__ = ["Job", "Outcome", "Shop", "Step", "check", "failed", "ingest", "job_for", "unchanged", "work_folder"]

# Mail in an archive in a mail: deeper nesting is nobody's filing, but a bomb's.
MOST_NESTED = 3
ATTACHED = "attached_to:"


@dataclass(frozen=True, slots=True)
class Job:
    """One file to take in; its bytes are stored already. Small and JSON: it is what a crash must not lose.

    ``path`` is shown to people ("x.zip/member.pdf"); ``inside`` names the document a member came in, or "".
    """

    tenant: str
    collection: str
    name: str
    path: str
    sha256: str
    size_bytes: int
    inside: str = ""
    depth: int = 0


@dataclass(slots=True)
class Outcome:
    """What became of a file. ``status`` is None for an archive, which is no document: see ``members``."""

    path: str
    status: str | None
    document: str
    version: int | None = None
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0
    error: dict[str, Any] | None = None
    members: list[Job] = field(default_factory=list)


class Step(Protocol):
    """Runs one stage; a durable runner records its (small, JSON) result and does not repeat it."""

    def __call__(self, name: str, stage: Callable[[], Any]) -> Any: ...


def at_once(name: str, stage: Callable[[], Any]) -> Any:
    """A step with nothing durable about it."""
    return stage()


class Shop:
    """What the stages work with: settings, worker processes, and locks that keep one content to one job."""

    def __init__(
        self, settings: Settings, workers: Workers, report: Callable[[str, str, int, int | None], None] | None = None
    ) -> None:
        self.settings = settings
        self.workers = workers
        self.report = report or (lambda path, stage, done, total: None)
        self.beginning = threading.Lock()
        # Names the batch's own files go by: a member found in a mail must not take one of them first.
        self.claimed: set[tuple[str, str, str]] = set()
        # Tenants with originals of refused files still lying about.
        self.discarded: set[str] = set()
        self._guard = threading.Lock()
        self._contents: dict[tuple[str, str, str], threading.Lock] = {}

    @contextmanager
    def alone_with(self, job: Job) -> Iterator[None]:
        """Let no other job with the same bytes run beside this one: the second then finds them published."""
        with self._guard:
            lock = self._contents.setdefault((job.tenant, job.collection, job.sha256), threading.Lock())
        with lock:
            yield

    def library(self, job: Job) -> Library:
        return Library(tenants.get(self.settings, job.tenant))

    def vectors(self, job: Job, library: Library) -> VectorStore:
        return VectorStore(self.settings, library.tenant, job.collection)

    def progress(self, job: Job, stage: str) -> Callable[[int, int | None], None]:
        return lambda done, total: self.report(job.path, stage, done, total)


def work_folder(tenant: Tenant, version_id: int) -> Path:
    return tenant.home / "work" / str(version_id)


def check(settings: Settings, source: Path) -> None:
    """Refuse what need not even be copied.

    Raises:
        FileRejected: ``file_missing``, ``file_too_large``.
    """
    if not source.is_file():
        raise FileRejected("file_missing", name=source.name)
    size, limit = source.stat().st_size, settings.max_file_mb
    if size > limit * 1024 * 1024:
        raise FileRejected("file_too_large", name=source.name, size_mb=round(size / 1024 / 1024), limit_mb=limit)


def job_for(
    tenant: Tenant, source: Path, name: str, path: str, collection: str, inside: str = "", depth: int = 0
) -> Job:
    """Store a file's original and return the job that takes it in; from here on the file itself is not needed."""
    sha256 = files.store(tenant.files_path, source)
    return Job(tenant.slug, collection, name, path, sha256, source.stat().st_size, inside, depth)


def ingest(job: Job, shop: Shop, step: Step = at_once) -> Outcome:
    """Take one file in and return what became of it; files found inside it are returned as further jobs.

    A file that cannot be taken in is an outcome with ``error``, not an exception.
    """
    started = time.monotonic()
    with shop.alone_with(job):
        begun: Begun | None = None
        try:
            begun = Begun(**step("begin", lambda: asdict(_begin(job, shop))))
            outcome = _through(job, begun, shop, step)
        except SinziError as error:
            outcome = failed(job.path, job.name, error)
            step("discard", lambda: _discard(job, begun, shop))
    outcome.seconds = round(time.monotonic() - started, 3)
    return outcome


def unchanged(library: Library, source: Path, name: str, path: str, collection: str) -> Outcome | None:
    """Return the outcome of a file whose very content is published under its very name, else None.

    A shortcut that needs neither workers nor queue; every other case is :func:`ingest`'s.
    """
    query = (
        sa.select(VersionRow.number, VersionRow.page_count, sa.func.count(ChunkRow.id))
        .select_from(DocumentRow)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .join(VersionRow, VersionRow.id == DocumentRow.published_version_id)
        .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        .where(CollectionRow.slug == collection, DocumentRow.name == name, VersionRow.sha256 == files.digest(source))
        .group_by(VersionRow.id)
    )
    with library.session() as session:
        row = session.execute(query).first()
    return Outcome(path, "unchanged", name, *row) if row else None


def failed(path: str, name: str, error: Exception) -> Outcome:
    """Return the outcome of a file that was refused."""
    return Outcome(path, "failed", name, error=packed(error))


def _through(job: Job, begun: Begun, shop: Shop, step: Step) -> Outcome:
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
        step("publish", lambda: _publish(job, begun, shop))
    else:
        step("discard", lambda: _discard(job, begun, shop))
        outcome.status = None
    return outcome


def _begin(job: Job, shop: Shop) -> Begun:
    library = shop.library(job)
    model = shop.workers.identity()[0]
    with shop.beginning:
        collection = publishing.collection_for(library, job.collection, model)
        name = _member_name(library, collection.id, job, shop) if job.inside else job.name
        begun = publishing.begin(library, collection, name, job.sha256, job.size_bytes)
        if job.inside and begun.status != "unchanged":
            with library.transaction() as session:
                session.get_one(VersionRow, begun.version_id).notes = [ATTACHED + job.inside]
        return begun


def _member_name(library: Library, collection_id: int, job: Job, shop: Shop) -> str:
    """A member goes by its own name unless that is another document's, from elsewhere: then "mail.eml/name".

    Two mails often carry different files of one name; one must not become a version of the other.
    """
    longer = f"{job.inside}/{job.name}"
    query = (
        sa.select(DocumentRow.name, VersionRow.notes)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .where(DocumentRow.collection_id == collection_id, DocumentRow.name.in_([job.name, longer]))
    )
    with library.session() as session:
        rows = session.execute(query).all()
    if any(name == longer for name, _ in rows):
        return longer
    free = not rows and (job.tenant, job.collection, job.name) not in shop.claimed
    ours = free or any(ATTACHED + job.inside in notes for _, notes in rows)
    return job.name if ours else longer


def _facts(job: Job, begun: Begun, shop: Shop) -> dict[str, Any]:
    with shop.library(job).session() as session:
        pages = session.get_one(VersionRow, begun.version_id).page_count
        count = sa.select(sa.func.count()).where(ChunkRow.version_id == begun.version_id)
        return {"pages": pages, "chunks": session.scalar(count) or 0}


def _read(job: Job, begun: Begun, shop: Shop) -> dict[str, Any]:
    tenant = tenants.get(shop.settings, job.tenant)
    shop.report(job.path, "read", 0, None)
    source, folder = files.original(tenant.files_path, job.sha256), work_folder(tenant, begun.version_id)
    return shop.workers.read(source, job.name.rsplit("/", 1)[-1], folder, shop.progress(job, "read"))


def _prepared(job: Job, begun: Begun, shop: Shop, folder: Path) -> prepared.Prepared:
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


def _members(job: Job, begun: Begun, shop: Shop) -> list[dict[str, Any]]:
    """Store the files found inside and return their jobs, in the order of their paths."""
    tenant = tenants.get(shop.settings, job.tenant)
    document = _prepared(job, begun, shop, work_folder(tenant, begun.version_id))
    if job.depth >= MOST_NESTED:
        raise FileRejected("file_too_complex", name=job.name, what=f"{job.depth + 1} archives deep")
    found = sorted((PurePosixPath(name), Path(path)) for name, path in document.members)
    found = [(name, path) for name, path in found if names.is_document(name)]
    jobs = []
    for (inner, source), name in zip(found, names.assign([inner for inner, _ in found]), strict=True):
        shown = f"{job.path}/{inner}"
        made = job_for(tenant, source, name, shown, job.collection, begun.document, job.depth + 1)
        jobs.append(asdict(made))
    return jobs


def _index(job: Job, begun: Begun, shop: Shop) -> int:
    """Embed, then put records, words and vectors in; what an earlier try left is replaced."""
    library = shop.library(job)
    folder = work_folder(library.tenant, begun.version_id)
    document = _prepared(job, begun, shop, folder)
    shop.report(job.path, "embed", 0, len(document.texts))
    with ThreadPoolExecutor(1) as pool:  # Chroma takes a second to import: meanwhile the embedder is at work
        store = pool.submit(shop.vectors, job, library)
        shop.workers.embed(folder, shop.progress(job, "embed"))
    rows = embed.load_vectors(folder, *shop.workers.identity())
    # The records keep float16; the vector store gets the very same numbers, so that one mends the other.
    rows = rows.astype(np.float16).astype(np.float32)
    shop.report(job.path, "store", 0, None)
    content = _content(document, rows)
    content.notes += [ATTACHED + job.inside] if job.inside else []
    chunk_ids = publishing.fill(library, begun, content)
    store.result().remove_version(begun.version_id)
    store.result().add(begun.version_id, chunk_ids, rows)
    return len(chunk_ids)


def _content(document: prepared.Prepared, vectors: Any) -> Content:
    return Content(
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


def _publish(job: Job, begun: Begun, shop: Shop) -> None:
    library = shop.library(job)
    publishing.publish(library, shop.vectors(job, library), begun)
    shutil.rmtree(work_folder(library.tenant, begun.version_id), ignore_errors=True)


def _discard(job: Job, begun: Begun | None, shop: Shop) -> None:
    """Leave no records of a file that was not taken in.

    Its bytes stay until the queue is empty (:func:`ingest.sweep.sweep_originals`): a job that waits may have the same.
    """
    shop.discarded.add(job.tenant)
    if begun is None:
        return
    library = shop.library(job)
    stored = library.chunks_of(begun.version_id)
    publishing.discard(library, begun)
    if stored:
        shop.vectors(job, library).remove_version(begun.version_id)
    shutil.rmtree(work_folder(library.tenant, begun.version_id), ignore_errors=True)
