"""``kb search``: the passages nearest to some words, with what each leg of search found."""

from __future__ import annotations

import click

from kb.cli import Context, pass_context, personal_data_option
from kb.core.local_date import parse_date
from kb.search.passage import Passage
from kb.search.retriever import Retriever
from kb.store import tenants

__all__ = ["search"]


@click.command(short_help="Find passages, without an answer.")
@click.argument("words")
@click.option("--tenant", required=True, help="The organisation searched.")
@click.option("--collection", "collections", multiple=True, help="Search only this collection; may be repeated.")
@click.option("--limit", default=5, show_default=True, type=click.IntRange(1, 100), help="How many passages.")
@click.option("--as-of", metavar="DATE", help="Search what was in force on this day, YYYY-MM-DD.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a passage.")
@personal_data_option
@pass_context
def search(
    context: Context,
    words: str,
    tenant: str,
    collections: tuple[str, ...],
    limit: int,
    as_of: str | None,
    as_json: bool,
    personal_data: bool,
) -> None:
    """Show the passages nearest to WORDS (a question or keywords, any language), best first."""
    day = parse_date(as_of)
    retriever = Retriever(context.settings, tenants.get(context.settings, tenant))
    if personal_data:
        retriever = retriever.seeing([row.slug for row in retriever.library.collections()])
    found = retriever.retrieve(words, limit=limit, collections=list(collections) or None, as_of=day)
    for number, one in enumerate(found, start=1):
        if as_json:
            context.json(_fields(one))
        else:
            click.echo(f"{number}. {_place(one)}  ({one.score:.2f})")
            click.echo("   " + " ".join(one.text.split())[:160] + "\n")


def _fields(one: Passage) -> dict[str, object]:
    return {
        "document": one.document,
        "title": one.title,
        "version": one.version,
        "page": one.page,
        "clause": one.clause,
        "heading_path": one.heading_path,
        "text": one.text,
        "score": one.score,
        "why": one.why,
    }


def _place(one: Passage) -> str:
    parts = [f"《{one.title}》"]
    if one.clause:
        parts.append(one.clause)
    if one.pages:
        parts.append("p. " + "–".join(str(page) for page in dict.fromkeys((one.pages[0], one.pages[-1]))))
    parts.append(f"[{one.document}, v{one.version}]")
    return " ".join(parts)
