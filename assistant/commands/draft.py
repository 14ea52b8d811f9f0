"""``kb draft``: an e-mail, a notice or minutes from cited passages."""

from __future__ import annotations

import click

from assistant.commands import language_option, language_to_use, open_tenant, print_egress, tenant_option
from kb.cli import Context, pass_context
from kb.core.local_date import parse_date

__all__ = ["draft"]


@click.command(short_help="Draft an e-mail, a notice or minutes from the documents.")
@click.argument("kind", type=click.Choice(["email", "notice", "minutes"]))
@click.argument("subject")
@tenant_option
@language_option
@click.option("--as-of", metavar="DATE", help="The day for which it should hold, YYYY-MM-DD (default: today).")
@click.option("--quotes", is_flag=True, help="Quotes only, whether or not there is a language model.")
@click.option("--json", "as_json", is_flag=True, help="As one JSON line.")
@pass_context
def draft(
    context: Context,
    kind: str,
    subject: str,
    tenant: str,
    language: str | None,
    as_of: str | None,
    quotes: bool,
    as_json: bool,
) -> None:
    """Draft a text of this KIND about SUBJECT, a question or a topic: every statement has its source.

    \b
    kb draft email "年假結轉" --tenant harmony
    kb draft notice "Who approves petty cash?" --tenant harmony --language zh-Hant
    """
    from assistant.tasks import drafting

    retriever = open_tenant(context, tenant)
    made = drafting.draft(
        retriever,
        next(one for one in drafting.KINDS if one == kind),
        subject,
        language_to_use(context, language, subject),
        as_of=parse_date(as_of),
        generate=not quotes,
    )
    if as_json:
        context.json(made.as_dict())
    else:
        click.echo(made.text)
        print_egress(context, made.egress)
