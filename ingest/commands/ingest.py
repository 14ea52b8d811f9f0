"""``kb ingest``."""

from __future__ import annotations

import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

import click

from ingest.commands.local_queue import open_local_queue
from kb.cli import Context, pass_context
from kb.store.tables.states import IngestStatus, PersonalDataDecision

if TYPE_CHECKING:
    from ingest.commands.progress_bars import Display
    from ingest.job import Job, Outcome
    from kb.core.settings import Settings
    from kb.library.documents import Library
    from kb.store.tenants import Tenant

__all__ = ["ingest"]

# How a file can end, in the order of the summary.
_ENDS = (
    IngestStatus.INDEXED,
    IngestStatus.REPLACED,
    IngestStatus.UNCHANGED,
    IngestStatus.FAILED,
    IngestStatus.CANCELLED,
)


@click.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--tenant", "-t", "slug", required=True, metavar="T", help="Whose documents these are.")
@click.option("--collection", "-c", default="main", show_default=True, help="Knowledge base inside the tenant.")
@click.option("--document", metavar="NAME", help="Name of the document, for a single file (default: the file's name).")
@click.option(
    "--personal-data",
    type=click.Choice(["keep", "mask", "publish"]),
    help="A list of persons: keep it for owners, mask it, or publish it as it is. Without: it waits as a draft "
    "where everybody may read the collection. mask also masks people's data in other files.",
)
@click.option("--json", "as_json", is_flag=True, help="One JSON line per file on standard output, nothing else.")
@pass_context
def ingest(
    context: Context,
    paths: tuple[Path, ...],
    slug: str,
    collection: str,
    document: str | None,
    personal_data: str | None,
    as_json: bool,
) -> None:
    """Take files and folders in: PDF, scans, Word, Excel, PowerPoint, web pages, mail, text, ZIP.

    A document goes by its file's name. The same content again is left alone; new content under a known name
    becomes its next version, and the old version is kept but no longer searched. Files of one name in
    different folders are told apart by their folder (centre-b/rules.pdf). Files in a ZIP and attachments of a
    mail become documents of their own.

    People's data (HKIDs, telephone numbers, addresses …) is counted. A list of persons is not published where
    everybody may read it until somebody decides: with --personal-data, on the page, or with kb personal-data decide.

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
    names = [document] if document else document_names.assign([PurePosixPath(path.as_posix()) for path in found])
    display = Display(settings.locale, lines=not as_json)
    counts = Counter(dict.fromkeys(_ENDS, 0))
    started = time.monotonic()
    decision = PersonalDataDecision(personal_data or "")
    for outcome in _outcomes(context, display, tenant, collection, list(zip(found, names, strict=True)), decision):
        display.outcome(outcome)
        if outcome.status is not None:
            counts[outcome.status] += 1
            if as_json:
                context.json(_line(outcome, settings.locale))
        if outcome.known_under_another_name:
            display.note("take_name", old=outcome.document, new=outcome.name, tenant=slug)
        if outcome.decision is PersonalDataDecision.WAITING:
            display.note("list_waits", document=outcome.document, tenant=slug)
    display.summary(counts, time.monotonic() - started)
    if counts[IngestStatus.FAILED]:
        sys.exit(1)


def _outcomes(
    context: Context,
    display: Display,
    tenant: Tenant,
    collection: str,
    named: list[tuple[Path, str]],
    decision: PersonalDataDecision,
) -> Iterator[Outcome]:
    """Yield the outcome of each file, in order. Files whose outcome is known at once need neither workers nor queue.

    ``named`` holds (path, document name) of each file.
    """
    from ingest import background_refinement
    from ingest.queue import job_queue, remote_queue
    from kb.library.documents import Library
    from kb.search.bilingual import pair_finder
    from kb.search.dense import sentence_vectors
    from kb.store import writer_lock

    settings = context.settings
    if remote_queue.is_accepting(settings):
        yield from _remote_outcomes(settings, display, tenant, collection, named, decision)
        return
    with writer_lock.writing(settings.data, "kb ingest"):
        library = Library(tenant)
        known = {path: _known_outcome(settings, library, path, name, collection) for path, name in named}
        with library.session() as session:
            to_refine = sentence_vectors.outstanding(session)
        if all(known.values()) and not to_refine and not job_queue.was_interrupted(settings):
            pair_finder.find_pairs(library)
            yield from (outcome for outcome in known.values() if outcome)
            return
        with open_local_queue(context, display) as queue:
            queue.reserve_names(tenant.slug, collection, [name for _, name in named])
            waiting: list[Outcome | str] = []
            for path, name in named:
                waiting.append(known[path] or queue.submit(_job(tenant, path, name, collection, decision)))
            for one in waiting:
                yield from queue.outcomes(one) if isinstance(one, str) else [one]
            # every file can be found already; sentence vectors make the search finer
            background_refinement.refine(
                library,
                queue.context.workers,
                progress=lambda done, total: display.report(tenant.name, "sentences", done, total),
            )


def _remote_outcomes(
    settings: Settings,
    display: Display,
    tenant: Tenant,
    collection: str,
    named: list[tuple[Path, str]],
    decision: PersonalDataDecision,
) -> Iterator[Outcome]:
    """Let a running service ingest the files, and yield the outcome of each, in order."""
    from ingest.queue.remote_queue import RemoteQueue
    from kb.library.documents import Library

    library = Library(tenant)
    display.note("handed_over", n=len(named))
    with display.shown(), closing(RemoteQueue(settings, tenant, display.report)) as queue:
        waiting: list[Outcome | str] = []
        for path, name in named:
            known = _known_outcome(settings, library, path, name, collection)
            waiting.append(known or queue.submit(_job(tenant, path, name, collection, decision)))
        for one in waiting:
            yield from queue.outcomes(one) if isinstance(one, str) else [one]


def _job(tenant: Tenant, path: Path, name: str, collection: str, decision: PersonalDataDecision) -> Job:
    from ingest.job import job_for

    by = "cli" if decision else ""
    return job_for(tenant, path, name, path.as_posix(), collection, personal_data=decision, decided_by=by)


def _known_outcome(settings: Settings, library: Library, path: Path, name: str, collection: str) -> Outcome | None:
    """Return the outcome of a file that needs no work (refused before copying, or unchanged), else None."""
    from ingest import job
    from kb.core.errors import FileRejected

    try:
        job.check_source(settings, path)
        return job.unchanged_outcome(library, path, name, path.as_posix(), collection)
    except (FileRejected, OSError) as error:
        return job.failed_outcome(path.as_posix(), name, error)


def _line(outcome: Outcome, locale: str) -> dict[str, Any]:
    """Return the JSON line of a file. Its fields are a promise to scripts."""
    from ingest.error_json import error_from_json

    return {
        "path": outcome.path,
        "status": outcome.status,
        "document": outcome.document,
        "name": outcome.name or outcome.document,
        "version": outcome.version,
        "pages": outcome.pages,
        "chunks": outcome.chunks,
        "seconds": outcome.seconds,
        "error": error_from_json(outcome.error).as_dict(locale) if outcome.error else None,
        "personal_data": outcome.personal_data,
        "decision": outcome.decision,
    }
