"""``kb eval speed``: measure warm and cold times and memory."""

from __future__ import annotations

from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", required=True, help="The organisation asked.")
@click.option("--cold", default=3, show_default=True, help="How many new processes to time; 0: none, no memory.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def speed(context: Context, questions: Path, tenant: str, cold: int, as_json: bool) -> None:
    """Time QUESTIONS: warm search and answers, a cold `kb ask`, and the memory of a process that serves them."""
    from eval.datasets import question_files as questioning
    from eval.reports import terminal_tables
    from eval.runs.speed.latency import measure
    from kb.store import tenants

    asked = questioning.read(questions)
    with progress_bars() as progress:
        found = measure(context.settings, tenants.get(context.settings, tenant), asked, cold=cold, progress=progress)
    if as_json:
        context.json(found)
    else:
        terminal_tables.print_speed(found)
