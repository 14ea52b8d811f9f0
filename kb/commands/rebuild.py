"""``kb rebuild``: search made anew from the records."""

from __future__ import annotations

import click

from kb.cli import Context, pass_context
from kb.library.documents import Library
from kb.store import tenants, writer_lock

__all__ = ["rebuild"]


@click.command(short_help="Make the search index anew, e.g. with another model.")
@click.option("--tenant", required=True, help="The organisation whose index it is.")
@click.option("--collection", "slugs", multiple=True, help="Only this collection; may be repeated.")
@pass_context
def rebuild(context: Context, tenant: str, slugs: tuple[str, ...]) -> None:
    """Embed every chunk again with the model now set, and rebuild words and vectors from the records.

    Originals and records are not touched. Cut short, it is simply run again.
    """
    from rich.progress import Progress

    from kb.search.rebuild import rebuild as run

    library = Library(tenants.get(context.settings, tenant))
    with writer_lock.writing(context.settings.data, "kb rebuild"), Progress(transient=True) as bars:
        wanted = [library.collection(slug) for slug in slugs] or library.collections()
        for collection in wanted:
            bar = bars.add_task(collection.slug)
            number = run(
                context.settings,
                library,
                collection,
                lambda done, total, bar=bar: bars.update(bar, completed=done, total=total),  # type: ignore[misc]
            )
            click.echo(f"✓ {collection.slug}: {number}")
