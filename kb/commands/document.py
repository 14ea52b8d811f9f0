"""``kb document``: what is in a tenant's library."""

from __future__ import annotations

from typing import Any

import click

from kb.cli import Context, pass_context, personal_data_option
from kb.commands.erasure import print_finished
from kb.core.errors import NotFound
from kb.library import audit
from kb.library.documents import DocumentVersion, Library
from kb.publishing import deletion, version_writer
from kb.publishing.version_writer import COMMAND_LINE
from kb.store import tenants, writer_lock
from kb.store.tables.library_tables import VersionRow

__all__ = ["document"]

_tenant_option = click.option("--tenant", required=True, help="The organisation whose library it is.")


_collection_option = click.option(
    "--collection", "-c", "slug", metavar="C", help="Its collection, where several have a document of that name."
)


@click.group(short_help="List, show, rename and remove documents.")
def document() -> None:
    """Documents are named by the file name they were handed in with."""


def _library(context: Context, tenant: str) -> Library:
    return Library(tenants.get(context.settings, tenant))


@document.command("list", short_help="List documents.")
@_tenant_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, tenant: str, as_json: bool) -> None:
    """List the documents that are published, with version, pages and dates in force."""
    for entry in _library(context, tenant).documents():
        if as_json:
            context.json(_fields(entry))
        else:
            version = entry.version
            pages = f"{version.page_count} pp" if version.page_count else "–"
            force = f"{version.effective_from or ''}→{version.effective_to or ''}"
            force = "" if force == "→" else force
            click.echo(f"{entry.document.name:40} v{version.number:<3} {pages:>8}  {version.language:8} {force}")


def _fields(entry: DocumentVersion) -> dict[str, Any]:
    version = entry.version
    return {
        "document": entry.document.name,
        "title": version.title,
        "collection": entry.collection.slug,
        **_version(version),
    }


def _version(version: VersionRow) -> dict[str, Any]:
    return {
        "version": version.number,
        "state": version.state,
        "language": version.language,
        "pages": version.page_count,
        "issued": version.issued and version.issued.isoformat(),
        "effective_from": version.effective_from and version.effective_from.isoformat(),
        "effective_to": version.effective_to and version.effective_to.isoformat(),
        "sha256": version.sha256,
        "notes": version.notes,
    }


@document.command(short_help="Show one document: versions, outline, chunks.")
@click.argument("name")
@_tenant_option
@_collection_option
@click.option("--version", "number", type=int, help="Which version (default: the newest).")
@click.option("--chunks", is_flag=True, help="Print the text search sees, chunk by chunk.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
@personal_data_option
@pass_context
def show(
    context: Context,
    name: str,
    tenant: str,
    slug: str | None,
    number: int | None,
    chunks: bool,
    as_json: bool,
    personal_data: bool,
) -> None:
    """Show the versions of a document and its outline; an old version stays readable."""
    library = _library(context, tenant)
    row = library.document(name, slug)
    versions = library.versions(row)
    chosen = next((one for one in reversed(versions) if number in (None, one.number)), None)
    if chosen is None:
        raise NotFound("version_not_found", document=name, version=number)
    library = library.unmasked() if personal_data else library
    outline = library.outline(chosen.id)
    texts = library.chunks_of(chosen.id)
    if as_json:
        context.json(
            {
                "document": name,
                "title": chosen.title,
                "versions": [_version(one) for one in versions],
                "outline": [
                    {"level": one.level, "clause": one.clause, "heading": one.heading, "page": one.page}
                    for one in outline
                ],
                "chunks": [
                    {"clause": one.clause, "pages": one.pages, "heading_path": one.heading_path, "text": one.text}
                    for one in texts
                ],
            }
        )
        return
    click.echo(f"{name}  《{chosen.title}》")
    for one in versions:
        mark = "*" if one.id == chosen.id else " "
        click.echo(
            f" {mark} v{one.number} {one.state} {one.language} {one.effective_from or ''}→{one.effective_to or ''}"
        )
    for note in chosen.notes:
        click.echo(f"   ! {note}")
    if chunks:
        for part in texts:
            pages = ",".join(map(str, part.pages)) or "–"
            click.echo(f"\n── {part.ordinal} · {part.clause or ''} · p. {pages} · {part.tokens} tokens\n{part.text}")
        return
    for section in outline:
        click.echo("  " * (section.level + 1) + " ".join(filter(None, [section.clause, section.heading])))


@document.command(short_help="Remove a document for good.")
@click.argument("name")
@_tenant_option
@_collection_option
@click.option("--version", "number", type=int, help="Remove only this version.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_context
def remove(context: Context, name: str, tenant: str, slug: str | None, number: int | None, yes: bool) -> None:
    """Remove a document with all its versions, its original files and everything made from it.

    Then the whole data folder is searched for what is left. `kb erasure show` prints the certificate.
    Where several collections have a document of that name, --collection says which one is meant.
    """
    library = _library(context, tenant)
    row = library.document(name, slug)
    versions = [one for one in library.versions(row) if number in (None, one.number)]
    if not versions:
        raise NotFound("version_not_found", document=name, version=number)
    if not yes:
        collection = next(one for one in library.collections() if one.id == row.collection_id)
        click.confirm(f"{name}{'' if number is None else f' v{number}'} ({collection.name})?", abort=True)
    with writer_lock.writing(context.settings.data, "kb document remove"):
        if number is None:
            deletion.delete_document(context.settings, library, row, COMMAND_LINE)
        else:
            deletion.delete_version(context.settings, library, row, versions[0], COMMAND_LINE)
        click.echo(f"✓ {name} ({len(versions)})")
        print_finished(context, tenant)


@document.command(short_help="Give a document another name.")
@click.argument("name")
@click.argument("new_name")
@_tenant_option
@_collection_option
@pass_context
def rename(context: Context, name: str, new_name: str, tenant: str, slug: str | None) -> None:
    """Let a document go by NEW_NAME: a file of that name becomes its next version."""
    library = _library(context, tenant)
    row = library.document(name, slug)
    with writer_lock.writing(context.settings.data, "kb document rename"):
        version_writer.rename(library, row.id, new_name)
        collection = next(one for one in library.collections() if one.id == row.collection_id)
        # the deletion of the document finds its former names here
        audit.record(library, COMMAND_LINE, "document.rename", new_name, collection=collection.slug, before=row.name)
    click.echo(f"✓ {name} → {new_name}")
