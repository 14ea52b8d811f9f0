"""``kb changes``: the changes between two versions of a document."""

from __future__ import annotations

import click

from assistant.commands import open_tenant, tenant_option
from assistant.messages import interface
from assistant.tasks.version_changes import Change
from kb.cli import Context, pass_context

__all__ = ["changes"]


@click.command(short_help="What changed between two versions of a document.")
@click.argument("document")
@tenant_option
@click.option("--from", "earlier", type=int, help="The earlier version (default: the one before the later).")
@click.option("--to", "later", type=int, help="The later version (default: the newest).")
@click.option("--json", "as_json", is_flag=True, help="As one JSON line.")
@pass_context
def changes(
    context: Context, document: str, tenant: str, earlier: int | None, later: int | None, as_json: bool
) -> None:
    """Show the clauses of DOCUMENT that changed, came or went, in both wordings."""
    from assistant.tasks.version_changes import compare

    found = compare(open_tenant(context, tenant).library, document, earlier, later)
    if as_json:
        context.json(found.as_dict())
        return
    locale = context.settings.locale
    click.secho(f"{document}  v{found.earlier} → v{found.later}", bold=True)
    for one in found.changes:
        _print(one, locale)
    click.echo(interface("unchanged_clauses", locale, count=found.unchanged))


def _print(change: Change, locale: str) -> None:
    click.secho(f"\n{interface('change_' + change.kind, locale)}  {change.clause}", bold=True)
    for one in change.before:
        click.secho("\n".join(f"- {line}" for line in one.quote.splitlines()), fg="red")
    for one in change.after:
        click.secho("\n".join(f"+ {line}" for line in one.quote.splitlines()), fg="green")
