"""``kb jobs``."""

from __future__ import annotations

import click

from ingest.commands.local_queue import open_local_queue
from kb.cli import Context, pass_context

__all__ = ["jobs"]


@click.group()
def jobs() -> None:
    """Unfinished work: files whose taking-in was cut short."""


@jobs.command("resume")
@pass_context
def resume(context: Context) -> None:
    """Finish what an earlier run left unfinished. (Every kb ingest does so first, too.)"""
    from ingest.commands.progress_bars import MESSAGES, Display
    from ingest.queue.job_queue import was_interrupted
    from kb.store import writer_lock

    settings = context.settings
    with writer_lock.writing(settings.data, "kb jobs resume"):
        if was_interrupted(settings):
            with open_local_queue(context, Display(settings.locale)):
                pass
    click.echo(MESSAGES.text("nothing_pending", settings.locale))
