"""``kb personal-data``."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import click

from kb.cli import Context, pass_context
from kb.store.tables.states import PersonalDataDecision

if TYPE_CHECKING:
    from ingest.commands.progress_bars import Display
    from ingest.job import Job, Outcome
    from kb.library.documents import DocumentVersion, Library
    from kb.publishing.personal_data_decisions import Decided

__all__ = ["personal_data"]

_tenant_option = click.option("--tenant", "-t", "slug", required=True, metavar="T", help="Whose documents.")


@click.group("personal-data", short_help="People's data that was found in documents.")
def personal_data() -> None:
    """HKIDs, telephone numbers, addresses and other data of persons: which documents hold any, and what is decided."""


@personal_data.command("list", short_help="List documents with people's data.")
@_tenant_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, slug: str, as_json: bool) -> None:
    """List the versions that hold people's data; those that wait for a decision first, then lists of persons."""
    from ingest.commands.progress_bars import MESSAGES, found_words
    from kb.library.documents import Library
    from kb.publishing import personal_data_decisions
    from kb.store import tenants

    library, locale = Library(tenants.get(context.settings, slug)), context.settings.locale
    rows = personal_data_decisions.holding_documents(library, [row.slug for row in library.collections()])
    for opened, found in rows:
        if as_json:
            context.json(
                {
                    "document": opened.document.name,
                    "collection": opened.collection.slug,
                    "version": opened.version.number,
                    "state": opened.version.state,
                    "personal_data": found.counts,
                    "is_list": found.is_list,
                    "decision": found.decision,
                }
            )
            continue
        decision = MESSAGES.text(f"decision_{found.decision}", locale) if found.decision else ""
        facts = [found_words(found.counts, locale), decision]
        name = f"{opened.collection.slug}/{opened.document.name}"
        click.echo(f"{name} v{opened.version.number} {opened.version.state}  {' · '.join(filter(None, facts))}")
    if not rows and not as_json:
        click.echo(MESSAGES.text("no_personal_data", locale))


@personal_data.command(short_help="Decide what becomes of a document's people's data.")
@click.argument("name")
@click.argument("decision", type=click.Choice(["keep", "mask", "publish"]))
@_tenant_option
@click.option("--collection", "-c", metavar="C", help="Its collection, where several have a document of that name.")
@click.option("--version", "number", type=int, help="Which version (default: the newest).")
@pass_context
def decide(context: Context, name: str, decision: str, slug: str, collection: str | None, number: int | None) -> None:
    """Keep it for owners, mask it, or publish it as it is; a list that waited is published by that.

    What was decided can be changed. Masking, and taking it back, reads the file again; where the service (kb serve)
    is running, it does that.
    """
    from kb.core.errors import NotFound
    from kb.library.documents import DocumentVersion, Library
    from kb.store import tenants

    library = Library(tenants.get(context.settings, slug))
    document = library.document(name, collection)
    version = next((one for one in reversed(library.versions(document)) if number in (None, one.number)), None)
    if version is None:
        raise NotFound("version_not_found", document=name, version=number)
    place = next(one for one in library.collections() if one.id == document.collection_id)
    _decide(context, library, DocumentVersion(place, document, version), PersonalDataDecision(decision))


def _decide(context: Context, library: Library, opened: DocumentVersion, decision: PersonalDataDecision) -> None:
    """Carry out a decision here; where only the file has to be read again, a running service may do it."""
    from ingest.commands.progress_bars import Display
    from ingest.queue import remote_queue
    from ingest.queue.remote_queue import RemoteQueue
    from kb.publishing import personal_data_decisions
    from kb.publishing.version_writer import COMMAND_LINE
    from kb.store import writer_lock

    settings, display = context.settings, Display(context.settings.locale)
    only_read = decision is not PersonalDataDecision.KEEP  # moving a version writes to the vector store
    only_read = only_read and personal_data_decisions.rereads(library, opened.version.id, decision)
    if only_read and remote_queue.is_accepting(settings):
        decided = personal_data_decisions.decide(settings, library, opened, decision, COMMAND_LINE)
        with display.shown(), closing(RemoteQueue(settings, library.tenant, display.report)) as remote:
            outcomes = list(remote.outcomes(remote.submit(_job(library, opened, decided, decision))))
    else:
        with writer_lock.writing(settings.data, "kb personal-data"):
            decided = personal_data_decisions.decide(settings, library, opened, decision, COMMAND_LINE)
            outcomes = _read_here(context, display, _job(library, opened, decided, decision)) if decided.reread else []
    for outcome in outcomes:
        display.outcome(outcome)
    if any(outcome.error for outcome in outcomes):
        raise SystemExit(1)
    if not outcomes:
        click.echo(f"✓ {decided.collection}/{opened.document.name} v{opened.version.number}")


def _job(library: Library, opened: DocumentVersion, decided: Decided, decision: PersonalDataDecision) -> Job:
    from ingest.job import Job
    from kb.publishing.version_writer import COMMAND_LINE

    name, version = opened.document.name, opened.version
    job = Job(library.tenant.slug, decided.collection, name, name, version.sha256, version.size_bytes)
    return job.to_refill(version.id, decision, COMMAND_LINE.id, publish=decided.publish)


def _read_here(context: Context, display: Display, job: Job) -> list[Outcome]:
    from ingest.commands.local_queue import open_local_queue

    with open_local_queue(context, display) as queue:
        return list(queue.outcomes(queue.submit(job)))


@personal_data.command(short_help="Look for people's data in documents of earlier releases.")
@_tenant_option
@pass_context
def examine(context: Context, slug: str) -> None:
    """Examine the versions that were taken in before people's data was looked for.

    A running service does that by itself, when no file waits. The documents stay published as they are.
    """
    from ingest.commands.progress_bars import Display
    from kb.library.documents import Library
    from kb.publishing import personal_data_examination
    from kb.store import tenants, writer_lock

    library = Library(tenants.get(context.settings, slug))
    display = Display(context.settings.locale)
    with writer_lock.writing(context.settings.data, "kb personal-data"), display.shown():
        personal_data_examination.examine(
            library, progress=lambda done, total: display.report(library.tenant.name, "examining", done, total)
        )
