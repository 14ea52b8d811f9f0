"""``kb eval repeat``: is the same question answered the same every time?"""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--tenant", required=True, help="The organisation asked.")
@click.option("--runs", type=click.IntRange(2), default=3, show_default=True, help="How many new processes ask.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def repeat(context: Context, questions: Path, tenant: str, runs: int, as_json: bool) -> None:
    """Ask QUESTIONS in several new processes, each in another order; exit status 1 if any answer differs.

    QUESTIONS is a JSON-lines file as for `kb eval answers`. Nothing else may change the documents meanwhile.
    """
    from eval.datasets import question_files
    from eval.reports import terminal_tables
    from eval.runs.repeatability import measure
    from kb.store import tenants

    asked = question_files.read(questions)
    with progress_bars() as progress:
        found = measure(context.settings, tenants.get(context.settings, tenant), asked, runs=runs, progress=progress)
    if as_json:
        context.json(found.as_dict())
    else:
        terminal_tables.print_repeatability(found)
    if not found.same:
        sys.exit(1)
