"""``kb summarise``: a summary of a document on one page."""

from __future__ import annotations

import click

from assistant.commands import language_option, language_to_use, open_tenant, print_egress, tenant_option
from kb.cli import Context, pass_context

__all__ = ["summarise"]


@click.command(short_help="Summarise a document by its telling clauses.")
@click.argument("document")
@tenant_option
@language_option
@click.option("--version", type=int, help="Which version (default: the newest).")
@click.option("--quotes", is_flag=True, help="Quotes only, whether or not there is a language model.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON line.")
@pass_context
def summarise(
    context: Context, document: str, tenant: str, language: str | None, version: int | None, quotes: bool, as_json: bool
) -> None:
    """Summarise DOCUMENT (its file name, see: kb document list), each line with clause and page."""
    from assistant.tasks import summary

    retriever = open_tenant(context, tenant)
    chosen = language_to_use(context, language)
    made = summary.summarise(retriever, document, chosen, version=version, generate=not quotes)
    if as_json:
        context.json(made.as_dict())
    else:
        click.echo(made.text)
        print_egress(context, made.egress)
