"""``kb erasure``: certificates of what was deleted for good, and the search for what is left of it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import click

from kb.cli import Context, pass_context
from kb.erasure import certificate_text, certificates
from kb.erasure.certificates import Certificate
from kb.library.documents import Library
from kb.publishing import erasure_followup
from kb.store import tenants, writer_lock
from kb.store.tables.states import ErasureState

__all__ = ["erasure", "print_finished"]

_tenant_option = click.option("--tenant", required=True, help="The organisation whose deletions they are.")
_json_option = click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
_english_option = click.option("--en", "english", is_flag=True, help="In English.")


@click.group(short_help="Prove that deleted documents are gone.")
def erasure() -> None:
    """Whatever is deleted for good gets a certificate: what was deleted, where was searched, and what was found."""


@erasure.command("list", short_help="List certificates.")
@_tenant_option
@_json_option
@pass_context
def listing(context: Context, tenant: str, as_json: bool) -> None:
    """List the certificates, newest first."""
    for one in certificates.listing(Library(tenants.get(context.settings, tenant))):
        if as_json:
            context.json(_fields(one))
        else:
            click.echo(f"{one.id:>5}  {one.at:%Y-%m-%d %H:%M}  {one.kind:10} {one.state:8} {len(one.versions)} v")


@erasure.command(short_help="Show a certificate.")
@click.argument("number", type=int)
@_tenant_option
@_json_option
@_english_option
@pass_context
def show(context: Context, number: int, tenant: str, as_json: bool, english: bool) -> None:
    """Show a certificate in Chinese or English, or as JSON."""
    found = tenants.get(context.settings, tenant)
    _print(context, certificates.get(Library(found), number), found.name, as_json, english)


@erasure.command(short_help="Search again for what was deleted.")
@click.argument("number", type=int, required=False)
@_tenant_option
@_json_option
@_english_option
@pass_context
def check(context: Context, number: int | None, tenant: str, as_json: bool, english: bool) -> None:
    """Search the whole data folder again for what was deleted, with the fingerprints that the certificates keep.

    Without NUMBER, all deletions of the organisation are searched for. The exit status is 1 if something was found.
    """
    found = tenants.get(context.settings, tenant)
    library = Library(found)
    wanted = [number] if number is not None else [one.id for one in certificates.listing(library)]
    with writer_lock.writing(context.settings.data, "kb erasure check"):
        for one in wanted:
            erasure_followup.search_again(found, one)
        searched = erasure_followup.finish(context.settings, found)
    for certificate in searched:
        _print(context, certificate, found.name, as_json, english)
    if any(one.state is not ErasureState.CLEAR for one in searched):
        raise click.exceptions.Exit(1)


def _print(context: Context, certificate: Certificate, organisation: str, as_json: bool, english: bool) -> None:
    if as_json:
        context.json(_fields(certificate))
        return
    locale = "en" if english else context.settings.locale
    click.echo("\n".join(certificate_text.lines(certificate, organisation, locale)))


def _fields(certificate: Certificate) -> dict[str, Any]:
    return {
        **asdict(certificate),
        "at": certificate.at.isoformat() + "Z",
        "searched_at": certificate.searched_at and certificate.searched_at.isoformat() + "Z",
        "sent": [
            {**asdict(one), "first": one.first.isoformat() + "Z", "last": one.last.isoformat() + "Z"}
            for one in certificate.sent
        ],
    }


def print_finished(context: Context, tenant: str) -> None:
    """Finish the deletions of a tenant and print one line each; the caller holds the writer lock."""
    found = tenants.get(context.settings, tenant)
    for one in erasure_followup.finish(context.settings, found):
        click.echo(certificate_text.summary(one, context.settings.locale))
