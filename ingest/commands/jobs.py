"""``kb jobs``."""

from __future__ import annotations

from contextlib import closing

import click

from ingest.commands.local_queue import open_local_queue
from kb.cli import Context, pass_context

__all__ = ["jobs"]


@click.group()
def jobs() -> None:
    """Files on their way in: what waits and what is worked on, cancelled or finished."""


@jobs.command("list", short_help="List unfinished jobs.")
@click.option("--tenant", "-t", "slug", metavar="T", help="Only those of one organisation.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@pass_context
def listing(context: Context, slug: str | None, as_json: bool) -> None:
    """List the files that wait or are worked on, oldest first, with the id that kb jobs cancel wants."""
    from ingest.queue.remote_queue import RecordedJobs

    with closing(RecordedJobs(context.settings)) as recorded:
        for job_id, job in recorded.pending().items():
            if slug is not None and job.tenant != slug:
                continue
            if as_json:
                context.json({"id": job_id, "tenant": job.tenant, "collection": job.collection, "path": job.path})
            else:
                click.echo(f"{job_id}  {job.tenant}/{job.collection}  {job.path}")


@jobs.command(short_help="Cancel a job.")
@click.argument("job_id", required=False)
@click.option("--all", "tenant", metavar="T", help="Cancel all unfinished jobs of this organisation.")
@pass_context
def cancel(context: Context, job_id: str | None, tenant: str | None) -> None:
    """Cancel a file that waits or is worked on, with the files found inside it. Nothing of it is left.

    Where the service (kb serve) or kb ingest runs, it ends the job within seconds.
    """
    from ingest.commands.progress_bars import MESSAGES
    from ingest.queue.remote_queue import RecordedJobs
    from kb.core.errors import NotFound

    if (job_id is None) == (tenant is None):
        raise click.UsageError("Give the id of a job, or --all with an organisation.")
    with closing(RecordedJobs(context.settings)) as recorded:
        found = [
            one
            for one, job in recorded.pending().items()
            if one == job_id or tenant == job.tenant or (job_id is not None and one.startswith(job_id + "/"))
        ]
        if job_id is not None and not found:
            raise NotFound("job_not_found", job=job_id)
        recorded.cancel(found)
    click.echo(MESSAGES.text("cancelled_jobs", context.settings.locale, n=len(found)))


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
