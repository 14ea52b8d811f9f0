"""``kb eval report``: write runs as one HTML page."""

from __future__ import annotations

from pathlib import Path

import click

from eval.commands import result_roots
from kb.cli import Context, pass_context


@click.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("report.html"), show_default=True)
@click.option("--json", "json_out", type=click.Path(path_type=Path, dir_okay=False), help="The same as JSON.")
@click.option("--worst", default=20, show_default=True, help="How many of the worst questions to show per run.")
@pass_context
def report(context: Context, runs: tuple[str, ...], out: Path, json_out: Path | None, worst: int) -> None:
    """Write RUNS as one page that needs nothing else: tables, plots, and the worst questions with what was found."""
    from eval.reports.html_report import as_json, page
    from eval.runs.results import open_result

    opened = [open_result(run, result_roots(context)) for run in runs]
    out.write_text(page(opened, worst), encoding="utf-8")
    click.echo(out)
    if json_out:
        json_out.write_text(as_json(opened, worst), encoding="utf-8")
        click.echo(json_out)
