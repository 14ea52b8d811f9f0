"""``kb tenant``: the organisations of this installation."""

from __future__ import annotations

from dataclasses import asdict

import click

from kb.cli import Context, pass_context
from kb.erasure import certificate_text
from kb.library.documents import Library
from kb.people.initial_collections import make_first_collection
from kb.publishing import deletion
from kb.store import tenants, writer_lock

__all__ = ["tenant"]


@click.group(short_help="Create and list organisations.")
def tenant() -> None:
    """Each organisation (tenant) has a library of its own that no other can reach."""


@tenant.command(short_help="Create an organisation.")
@click.argument("slug", required=False)
@click.option("--name", required=True, help="The organisation's name, as people read it.")
@click.option("--contact", default="", help="Whom to ask when the documents are silent, e.g. 人事部，內線 101.")
@pass_context
def create(context: Context, slug: str | None, name: str, contact: str) -> None:
    """Create an organisation, with a first collection that is open to all its people.

    SLUG is its short name, which the other commands use: lower-case letters, digits and hyphens. Without one it is made
    from the name, and printed.

    \b
    kb tenant create harmony --name "和諧長者服務社" --contact "人事部，內線 101"
    """
    if slug is None:
        made = tenants.create_named(context.settings, name, contact)
    else:
        made = tenants.create(context.settings, slug, name, contact)
    make_first_collection(Library(made), context.settings.locale)
    click.echo(f"✓ {made.slug}  {made.name}  {made.home}")


@tenant.command("list", short_help="List organisations.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, as_json: bool) -> None:
    """List the organisations of this installation."""
    for one in tenants.listing(context.settings):
        if as_json:
            context.json({"tenant": one.slug, "name": one.name, "contact": one.contact})
        else:
            click.echo(f"{one.slug:20} {one.name}")


@tenant.command(short_help="Remove an organisation for good.")
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.option("--json", "as_json", is_flag=True, help="The report of the search as one JSON object.")
@pass_context
def remove(context: Context, slug: str, yes: bool, as_json: bool) -> None:
    """Remove an organisation with all documents, conversations and settings; then search for what is left.

    Stop the service first. The report is not stored: keep what this prints. The exit status is 1 if something was
    found.
    """
    found = tenants.get(context.settings, slug)
    if not yes:
        click.confirm(f"{found.slug} ({found.name})?", abort=True)
    with writer_lock.writing(context.settings.data, "kb tenant remove"):
        report = deletion.delete_tenant(context.settings, found)
    if as_json:
        context.json({"tenant": slug, **asdict(report)})
    else:
        click.echo("\n".join(certificate_text.report_lines(report, context.settings.locale)))
    if not report.is_clear:
        raise click.exceptions.Exit(1)
