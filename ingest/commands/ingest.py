"""``kb ingest`` and ``kb jobs``."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from kb.cli import Context, pass_context

if TYPE_CHECKING:
    from ingest.commands.progress_bars import Display
    from ingest.job import Outcome
    from ingest.queue.job_queue import JobQueue
    from kb.core.settings import Settings
    from kb.library.documents import Library
    from kb.store.tenants import Tenant

__all__ = ["ingest", "jobs"]


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tenant", "-t", "slug", required=True, metavar="T", help="Whose documents these are.")
@click.option("--collection", "-c", default="main", show_default=True, help="Knowledge base inside the tenant.")
@click.option("--document", metavar="NAME", help="Name of the document, for a single file (default: the file's name).")
@click.option("--json", "as_json", is_flag=True, help="One JSON line per file on standard output, nothing else.")
@pass_context
def ingest(
    context: Context, paths: tuple[Path, ...], slug: str, collection: str, document: str | None, as_json: bool
) -> None:
    """Take files and folders in: PDF, scans, Word, Excel, PowerPoint, web pages, mail, text, ZIP.

    A document goes by its file's name. The same content again is left alone; new content under a known name
    becomes its next version, and the old version is kept but no longer searched. Files of one name in
    different folders are told apart by their folder (centre-b/rules.pdf). Files in a ZIP and attachments of a
    mail become documents of their own.

    A file that cannot be read fails alone; the exit status is 1 if any failed. A run that was cut short is
    finished by the next one. Where the service (kb serve) is running, it does the work.

    \b
    Examples:
      kb ingest handbook.pdf circulars/ --tenant harmony
      kb ingest "Handbook 2026 final.pdf" --document handbook.pdf --tenant harmony
    """
    from ingest import document_names
    from ingest.commands.progress_bars import Display
    from kb.store import tenants

    settings = context.settings
    tenant = tenants.get(settings, slug)
    found = document_names.files_in(paths)
    if document and len(found) != 1:
        raise click.UsageError("--document needs exactly one file.")
    called = [document] if document else document_names.assign([PurePosixPath(path.as_posix()) for path in found])
    display = Display(settings.locale, lines=not as_json)
    counts: Counter[str] = Counter(indexed=0, replaced=0, unchanged=0, failed=0)
    started = time.monotonic()
    for outcome in _outcomes(context, display, tenant, collection, list(zip(found, called, strict=True))):
        display.outcome(outcome)
        if outcome.status is not None:
            counts[outcome.status] += 1
            if as_json:
                context.json(_line(outcome, settings.locale))
    display.summary(dict(counts), time.monotonic() - started)
    if counts["failed"]:
        sys.exit(1)


def _outcomes(
    context: Context, display: Display, tenant: Tenant, collection: str, named: list[tuple[Path, str]]
) -> Iterator[Outcome]:
    """Yield what became of each file, in order; what is known already costs neither workers nor queue."""
    from ingest import background_refinement as refine
    from ingest.job import job_for
    from ingest.queue import job_queue as durable
    from ingest.queue import remote_queue
    from kb.library.documents import Library
    from kb.search.bilingual import pair_finder as twins
    from kb.search.dense import sentence_vectors
    from kb.store import writer_lock

    settings = context.settings
    if remote_queue.is_open(settings):
        yield from _handed_over(settings, display, tenant, collection, named)
        return
    with writer_lock.writing(settings.data, "kb ingest"):
        library = Library(tenant)
        settled = {path: _settled(settings, library, path, name, collection) for path, name in named}
        with library.session() as session:
            to_refine = sentence_vectors.outstanding(session)
        if all(settled.values()) and not to_refine and not durable.left_over(settings):
            twins.find_pairs(library)
            yield from (outcome for outcome in settled.values() if outcome)
            return
        with _working(context, display) as work:
            work.claim(tenant.slug, collection, [name for _, name in named])
            waiting: list[Outcome | str] = []
            for path, name in named:
                waiting.append(settled[path] or work.submit(job_for(tenant, path, name, path.as_posix(), collection)))
            for one in waiting:
                yield from work.outcomes(one) if isinstance(one, str) else [one]
            # every file can be found already; sentence vectors make the search finer
            refine.refine(
                library,
                work.shop.workers,
                progress=lambda done, total: display.report(tenant.name, "sentences", done, total),
            )


def _handed_over(
    settings: Settings, display: Display, tenant: Tenant, collection: str, named: list[tuple[Path, str]]
) -> Iterator[Outcome]:
    """Let a running service take the files in, and yield what became of each."""
    from ingest.job import job_for
    from ingest.queue.remote_queue import RemoteQueue
    from kb.library.documents import Library

    library = Library(tenant)
    display.note("handed_over", n=len(named))
    with display.shown(), closing(RemoteQueue(settings, tenant, display.report)) as queue:
        waiting: list[Outcome | str] = []
        for path, name in named:
            settled = _settled(settings, library, path, name, collection)
            waiting.append(settled or queue.submit(job_for(tenant, path, name, path.as_posix(), collection)))
        for one in waiting:
            yield from queue.outcomes(one) if isinstance(one, str) else [one]


def _settled(settings: Settings, library: Library, path: Path, name: str, collection: str) -> Outcome | None:
    """Return the outcome of a file that needs no work: refused at the door, or known already."""
    from ingest import job
    from kb.core.errors import FileRejected

    try:
        job.check(settings, path)
        return job.unchanged(library, path, name, path.as_posix(), collection)
    except (FileRejected, OSError) as error:
        return job.failed(path.as_posix(), name, error)


def _line(outcome: Outcome, locale: str) -> dict[str, Any]:
    """The line of the contract for scripts."""
    from ingest.error_json import error_from_json

    return {
        "path": outcome.path,
        "status": outcome.status,
        "document": outcome.document,
        "version": outcome.version,
        "pages": outcome.pages,
        "chunks": outcome.chunks,
        "seconds": outcome.seconds,
        "error": error_from_json(outcome.error).as_dict(locale) if outcome.error else None,
    }


@contextmanager
def _working(context: Context, display: Display) -> Iterator[JobQueue]:
    """Run workers and queue, and first finish what an earlier run left. The caller holds the writer lock."""
    from ingest.queue import job_queue as durable
    from ingest.workers.worker_pool import WorkerPool
    from kb.search.models import bundled_model

    settings = context.settings
    with display.shown():
        if settings.embedding_model == "bundled":
            bundled_model.ensure(settings.cache, lambda step: display.note(f"model_{step}"))
        with _stopped_by_hand(display), WorkerPool(settings) as workers:
            workers.warm()
            # Inside as well: leaving the queue in order would first wait for the files at work.
            with durable.running(settings, workers, display.report) as work, _stopped_by_hand(display):
                left = work.left()
                if left:
                    display.note("resuming", n=len(left))
                for job_id in left:
                    for outcome in work.outcomes(job_id):
                        display.outcome(outcome)
                yield work


@contextmanager
def _stopped_by_hand(display: Display) -> Iterator[None]:
    """End the process at Ctrl-C. Nothing to tidy: unfinished jobs are recorded, and the next run goes on with them."""
    try:
        yield
    except KeyboardInterrupt:
        display.close()
        click.echo("已中止；下次執行時會繼續。Stopped; the next run goes on from here.", err=True)
        sys.stdout.flush()
        os._exit(130)


@click.group()
def jobs() -> None:
    """Unfinished work: files whose taking-in was cut short."""


@jobs.command("resume")
@pass_context
def resume(context: Context) -> None:
    """Finish what an earlier run left unfinished. (Every kb ingest does so first, too.)"""
    from ingest.commands.progress_bars import MESSAGES, Display
    from ingest.queue.job_queue import left_over
    from kb.store import writer_lock

    settings = context.settings
    with writer_lock.writing(settings.data, "kb jobs resume"):
        if left_over(settings):
            with _working(context, Display(settings.locale)):
                pass
    click.echo(MESSAGES.text("nothing_pending", settings.locale))
