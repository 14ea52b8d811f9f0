"""``kb eval``: how good are search and answers? Sub-commands import what they need when they are called."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli import Context, pass_context

if TYPE_CHECKING:
    from eval.index import Progress

__all__ = ["evaluate"]


@click.group()
def evaluate() -> None:
    """Measure search and answers: test sets in, tables, plots and paired tests out.

    \b
    kb eval retrieval beir/scifact              nDCG@10, MRR@10 … of search on a test set
    kb eval answers questions.jsonl --tenant T  are the answers right, quoted and refused where they should be?
    kb eval compare RUN RUN                     what a change gained and lost, with a paired test
    kb eval report RUN… --out report.html       one page with tables and plots

    Results are kept in <data>/eval/<tenant>/ and <data>/bench/eval/<test set>/; without --data or KB_DATA, test
    sets use the cache folder.
    """


@contextmanager
def bars() -> Iterator[Progress]:
    """One progress bar per step on stderr; nothing where stderr is no terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, object] = {}
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=total)
            shown.update(tasks[step], completed=done, total=total)  # type: ignore[arg-type]

        yield progress


@evaluate.command()
@click.argument("sets", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--systems", default="hybrid,dense,lexical", show_default=True, help="Which to measure; the others are "
              "tested against the first.")
@click.option("--measures", "names", default="", help="ir_measures names, comma-separated [default: nDCG@10, RR@10, "
              "R@5, R@10, Success@1]; All@k: every relevant document in the first k.")
@click.option("--limit", type=click.IntRange(1), help="Ask only this many queries of a set (always the same ones).")
@click.option("--name", help="Name of the result; by default the time.")
@click.option("--json", "as_json", is_flag=True, help="Print each result's summary as one JSON line.")
@pass_context
def retrieval(
    context: Context, sets: tuple[Path, ...], systems: str, names: str, limit: int | None, name: str | None, as_json: bool
) -> None:
    """Measure search on test SETS: BEIR folders, or TREC topics and qrels with a corpus.jsonl.

    Each set becomes a tenant of its own through the real chunker, once; embeddings are kept. TREC runs, tables
    with 95 % intervals and paired tests are written to the result's folder, whose path is printed.
    """
    from eval import datasets, measures, tables
    from eval.retrieval import SYSTEMS, run
    from eval.results import open_result

    chosen = [one.strip() for one in systems.split(",") if one.strip()]
    strange = [one for one in chosen if one not in SYSTEMS]
    if strange or not chosen:
        raise click.BadParameter(f"{', '.join(strange)}; there are {', '.join(SYSTEMS)}", param_hint="--systems")
    wanted = [one.strip() for one in names.split(",") if one.strip()] or list(measures.DEFAULT)
    for path in sets:
        dataset = datasets.load(path).limited(limit)
        with bars() as progress:
            folder = run(context.settings, dataset, systems=chosen, names=wanted, name=name, progress=progress)
        summary = open_result(str(folder), []).summary
        if as_json:
            context.json(summary | {"folder": str(folder)})
        else:
            tables.retrieval(summary)
            click.echo(f"{folder}\n")


@evaluate.command()
@click.argument("questions", type=click.Path(path_type=Path, exists=True))
@click.option("--tenant", help="The organisation asked; not needed for a test set's folder.")
@click.option("--answers", "given", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="Judge these answers (JSON lines as of `kb ask --batch`) instead of asking.")
@click.option("--split", help="Only questions of this split (dev, test).")
@click.option("--limit", type=click.IntRange(1), help="Ask only this many queries of a test set.")
@click.option("--name", help="Name of the result; by default the time.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON line.")
@pass_context
def answers(
    context: Context, questions: Path, tenant: str | None, given: Path | None, split: str | None, limit: int | None,
    name: str | None, as_json: bool,
) -> None:
    """Ask QUESTIONS and judge the answers: evidence found, fact, quotes, pages, refusals, time.

    QUESTIONS is a JSON-lines file (make one with `kb eval questions`) asked of --tenant, or a test set's folder,
    asked of the set's own index, its unanswerable.jsonl included.
    """
    from eval import answers as answering
    from eval import datasets, index, results, tables
    from eval import questions as questioning
    from kb import tenants
    from kb.errors import InputError

    if questions.is_dir():
        dataset = datasets.load(questions).limited(limit)
        with bars() as progress:
            settings, asked = index.ensure(context.settings, dataset, progress)
        listed, root = questioning.from_dataset(dataset), index.bench_folder(context.settings)
        subject = f"{dataset.name}-answers"
    else:
        if not tenant:
            raise InputError("tenant_required")
        settings, asked = context.settings, tenants.get(context.settings, tenant)
        listed, root, subject = questioning.read(questions), settings.data, tenant
    listed = [one for one in listed if split in (None, one.split)]
    known = answering.read_answers(given) if given else None
    folder = results.folder_for(root, subject, name)
    with bars() as progress:
        answering.run(settings, asked, listed, folder=folder, given=known, progress=progress)
    summary = results.open_result(str(folder), []).summary
    if as_json:
        context.json(summary | {"folder": str(folder)})
    else:
        tables.answers(summary)
        click.echo(f"{folder}\n")


@evaluate.command()
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
    from eval import tables
    from eval.compare import compare as compared
    from eval.results import open_result

    found = compared(open_result(before, _roots(context)), open_result(after, _roots(context)), system)
    if as_json:
        context.json(found)
    else:
        tables.comparison(found, show)


def _roots(context: Context) -> list[Path]:
    from eval.index import bench_folder

    return [context.settings.data, bench_folder(context.settings)]


@evaluate.command()
@click.argument("runs", nargs=-1, required=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), default=Path("report.html"), show_default=True)
@click.option("--json", "json_out", type=click.Path(path_type=Path, dir_okay=False), help="The same as JSON.")
@click.option("--worst", default=20, show_default=True, help="How many of the worst questions to show per run.")
@pass_context
def report(context: Context, runs: tuple[str, ...], out: Path, json_out: Path | None, worst: int) -> None:
    """Write RUNS as one page that needs nothing else: tables, plots, and the worst questions with what was found."""
    from eval.report import as_json, page
    from eval.results import open_result

    opened = [open_result(run, _roots(context)) for run in runs]
    out.write_text(page(opened, worst), encoding="utf-8")
    click.echo(out)
    if json_out:
        json_out.write_text(as_json(opened, worst), encoding="utf-8")
        click.echo(json_out)
