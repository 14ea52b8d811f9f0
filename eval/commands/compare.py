"""``kb eval compare``: compare two runs."""

from __future__ import annotations

import click

from eval.commands import result_roots
from kb.cli import Context, pass_context


@click.command()
@click.argument("before")
@click.argument("after")
@click.option("--system", default="hybrid", show_default=True, help="Of retrieval runs.")
@click.option("--show", default=10, show_default=True, help="How many gained and lost questions to print.")
@click.option("--json", "as_json", is_flag=True, help="Print everything as one JSON line.")
@pass_context
def compare(context: Context, before: str, after: str, system: str, show: int, as_json: bool) -> None:
    """Compare two runs over the same questions: paired test, and the questions that gained and lost.

    BEFORE and AFTER are result folders, or names such as hk_lf_dev/first; a test set or tenant alone means its newest.
    """
    from eval.reports import terminal_tables
    from eval.runs.results import open_result
    from eval.runs.run_comparison import compare as compared

    found = compared(open_result(before, result_roots(context)), open_result(after, result_roots(context)), system)
    if as_json:
        context.json(found)
    else:
        terminal_tables.print_comparison(found, show)
