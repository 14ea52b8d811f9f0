"""``kb eval answers``: ask questions and judge the answers."""

from __future__ import annotations

from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True))
@click.option("--tenant", help="The organisation asked; not needed for a test set's folder.")
@click.option(
    "--answers",
    "given",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Judge these answers (JSON lines as of `kb ask --batch`) instead of asking.",
)
@click.option("--split", help="Only questions of this split (dev, test).")
@click.option("--limit", type=click.IntRange(1), help="Ask only this many queries of a test set.")
@click.option("--kinds", is_flag=True, help="Print a line per kind of question as well.")
@click.option("--name", help="Name of the result; by default the time.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON line.")
@pass_context
def answers(
    context: Context,
    questions: Path,
    tenant: str | None,
    given: Path | None,
    split: str | None,
    limit: int | None,
    kinds: bool,
    name: str | None,
    as_json: bool,
) -> None:
    """Ask QUESTIONS and judge the answers: evidence found, fact, quotes, pages, refusals, time.

    QUESTIONS is a JSON-lines file (make one with `kb eval questions`) asked of --tenant, or a test set's folder,
    asked of the set's own index, its unanswerable.jsonl included.
    """
    from eval.datasets import benchmark_collections, collection_index
    from eval.datasets import question_files as questioning
    from eval.reports import terminal_tables
    from eval.runs import answer_runs as answering
    from eval.runs import results
    from kb.core.errors import InputError
    from kb.store import tenants

    if questions.is_dir():
        dataset = benchmark_collections.load(questions).limited(limit)
        with progress_bars() as progress:
            settings, asked = collection_index.ensure(context.settings, dataset, progress)
        listed, subject = questioning.from_dataset(dataset), f"{dataset.name}-answers"
        folder = results.collection_run_folder(collection_index.bench_folder(context.settings), subject, name)
    else:
        if not tenant:
            raise InputError("tenant_required")
        settings, asked = context.settings, tenants.get(context.settings, tenant)
        listed, subject = questioning.read(questions), tenant
        folder = results.tenant_run_folder(asked, name)
    listed = [one for one in listed if split in (None, one.split)]
    known = answering.read_answers(given) if given else None
    with progress_bars() as progress:
        answering.run(settings, asked, listed, folder=folder, subject=subject, given=known, progress=progress)
    summary = results.open_result(str(folder), []).summary
    if as_json:
        context.json(summary | {"folder": str(folder)})
    else:
        terminal_tables.print_answers(summary, kinds)
        click.echo(f"{folder}\n")
