"""``kb translate``: a clause in the other language."""

from __future__ import annotations

import click

from assistant.commands import language_option, language_to_use, open_tenant, print_egress, tenant_option
from kb.cli import Context, pass_context
from kb.core.errors import NotFound
from kb.language.detect import Language

__all__ = ["translate"]


@click.command(short_help="Translate a clause; needs a language model.")
@click.argument("document")
@click.argument("clause")
@tenant_option
@language_option
@click.option("--json", "as_json", is_flag=True, help="As one JSON line.")
@pass_context
def translate(context: Context, document: str, clause: str, tenant: str, language: str | None, as_json: bool) -> None:
    """Translate CLAUSE of DOCUMENT, by default into the other of Chinese and English, with the original beside it."""
    from assistant.tasks import translation, version_passages

    retriever = open_tenant(context, tenant)
    span = version_passages.find_clause(
        retriever.library, version_passages.find_document(retriever.library, document), clause
    )
    if span is None:
        raise NotFound("clause_not_found", document=document, clause=clause)
    other = Language.TRADITIONAL if span.passage.language == Language.ENGLISH else Language.ENGLISH
    made = translation.translate(retriever, span, language_to_use(context, language or other.value))
    if as_json:
        context.json(made.as_dict())
    else:
        click.echo(f"{made.original.quote}\n\n{made.text}")
        print_egress(context, made.egress)
