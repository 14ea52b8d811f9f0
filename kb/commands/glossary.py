"""``kb glossary``: an organisation's own terms."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli import Context, pass_context
from kb.core.errors import FileRejected
from kb.library import audit, tenant_glossary
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.library.tenant_glossary import Term
from kb.store import tenants
from kb.store.tables.activity_tables import GlossaryRow

__all__ = ["glossary"]

_HERE = Actor("cli", "kb glossary")
_tenant_option = click.option("--tenant", "-t", required=True, metavar="T", help="The organisation whose terms.")


@click.group(short_help="An organisation's own terms, so that search knows them.")
def glossary() -> None:
    """Names that mean the same in this organisation: what is asked by one is found by the others.

    \b
    kb glossary add --tenant harmony --written 高齡津貼 --colloquial "生果金; 老人金" --english "Old Age Allowance"
    kb glossary export terms.csv --tenant harmony

    They come before the terms that Sinzi knows already, and count from the next question on.
    """


def _library(context: Context, tenant: str) -> Library:
    return Library(tenants.get(context.settings, tenant))


def _line(row: GlossaryRow) -> str:
    cells = (row.written, row.colloquial, row.english, row.abbreviations)
    return f"{row.id:5}  " + " | ".join(cell or "–" for cell in cells)


@glossary.command("list", short_help="List the terms.")
@_tenant_option
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, tenant: str, as_json: bool) -> None:
    """List the organisation's own terms with their numbers."""
    for row in tenant_glossary.listing(_library(context, tenant)):
        if as_json:
            context.json({"id": row.id, **{column: getattr(row, column) for column in tenant_glossary.COLUMNS}})
        else:
            click.echo(_line(row))


@glossary.command(short_help="Add a term.")
@_tenant_option
@click.option("--written", default="", help="Written Chinese; several parted by ';'.")
@click.option("--colloquial", default="", help="As people say it.")
@click.option("--english", default="", help="English.")
@click.option("--abbreviations", default="", help="Abbreviations.")
@pass_context
def add(context: Context, tenant: str, written: str, colloquial: str, english: str, abbreviations: str) -> None:
    """Add the names of one thing; at least two."""
    library = _library(context, tenant)
    row = tenant_glossary.add(library, Term(written, colloquial, english, abbreviations))
    audit.record(library, _HERE, "glossary.add", str(row.id))
    click.echo(_line(row))


@glossary.command(short_help="Remove a term.")
@click.argument("number", type=int)
@_tenant_option
@pass_context
def remove(context: Context, number: int, tenant: str) -> None:
    """Remove the term with this number (see: kb glossary list)."""
    library = _library(context, tenant)
    tenant_glossary.remove(library, number)
    audit.record(library, _HERE, "glossary.remove", str(number))
    click.echo(f"✓ {number}")


@glossary.command("import", short_help="Add terms from a CSV file.")
@click.argument("source", type=click.Path(path_type=Path))
@_tenant_option
@click.option("--replace", is_flag=True, help="Let them take the place of all the terms there are.")
@pass_context
def import_(context: Context, source: Path, tenant: str, replace: bool) -> None:
    """Add the terms of a CSV file with the columns written, colloquial, english, abbreviations (UTF-8).

    A line that is not right stops the import, and nothing is changed.
    """
    library = _library(context, tenant)
    try:
        text = source.read_text(encoding="utf-8-sig")
    except FileNotFoundError as error:
        raise FileRejected("file_missing", name=source.name) from error
    except (OSError, UnicodeDecodeError) as error:
        raise FileRejected("file_broken", name=source.name) from error
    number = tenant_glossary.import_terms(library, tenant_glossary.from_csv(text), replace=replace)
    audit.record(library, _HERE, "glossary.import", source.name, added=number, replaced=replace)
    click.echo(f"✓ +{number}")


@glossary.command(short_help="Write the terms to a CSV file.")
@click.argument("target", type=click.Path(path_type=Path, allow_dash=True), default="-")
@_tenant_option
@pass_context
def export(context: Context, target: Path, tenant: str) -> None:
    """Write the terms as CSV, to a file or to standard output."""
    text = tenant_glossary.as_csv(tenant_glossary.listing(_library(context, tenant)))
    if str(target) == "-":
        click.echo(text.removeprefix("\ufeff"), nl=False)
    else:
        target.write_text(text, encoding="utf-8", newline="")
        click.echo(f"✓ {target}")
