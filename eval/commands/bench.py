"""``kb eval bench``: measure the samples and compare the scores with their floor."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.option(
    "--samples",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    default=Path("data/samples"),
    show_default=True,
    help="Folder with <tenant>/questions.jsonl.",
)
@click.option(
    "--floor",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Fail when a score is below this file's [default: floor.json in the samples' folder, if there].",
)
@click.option("--set-floor", is_flag=True, help="Write today's scores, a little lowered, as the floor.")
@click.option("--quick", is_flag=True, help="Answers only: no times, no page.")
@click.option("--name", default="bench", show_default=True, help="Name of the results; an earlier one is replaced.")
@pass_context
def bench(context: Context, samples: Path, floor: Path | None, set_floor: bool, quick: bool, name: str) -> None:
    """Measure answers and speed on the sample tenants (`make demo` takes them in) and write one page.

    Exits with 1 when a score is below the floor.
    """
    from eval.datasets import question_files
    from eval.reports import html_report, terminal_tables
    from eval.runs import answer_runs, results
    from eval.runs import baseline as floors
    from eval.runs.speed.latency import measure
    from kb.store import tenants

    settings = context.settings
    opened = {}
    for path in sorted(samples.glob("*/questions.jsonl")):
        tenant, asked = tenants.get(settings, path.parent.name), question_files.read(path)
        folder = results.tenant_run_folder(tenant, name)
        with progress_bars() as progress:
            answer_runs.run(settings, tenant, asked, folder=folder, progress=progress)
            times = None if quick else measure(settings, tenant, asked, progress=progress)
        opened[tenant.slug] = results.open_result(str(folder), [])
        terminal_tables.print_answers(opened[tenant.slug].summary, kinds=False)
        if times is not None:
            terminal_tables.print_speed(times)
    if not quick:
        page = settings.data / "eval" / "report.html"
        page.parent.mkdir(parents=True, exist_ok=True)
        page.write_text(html_report.page(list(opened.values()), worst=20), encoding="utf-8")
        click.echo(page)
    summaries = {slug: result.summary for slug, result in opened.items()}
    floor_file = floor or samples / "floor.json"
    if set_floor:
        floor_file.write_text(floors.new_baseline(summaries), encoding="utf-8")
        click.echo(floor_file)
    elif floor_file.is_file():
        lines = floors.scores_below(floor_file, summaries)
        click.echo("\n".join(lines) if lines else f"{floor_file}: held", err=bool(lines))
        if lines:
            sys.exit(1)
