"""``kb eval retrieval``: measure retrieval on test collections."""

from __future__ import annotations

from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("sets", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--systems",
    default="hybrid,dense,lexical",
    show_default=True,
    help="Which to measure; the others are tested against the first. Also: centred; ablations no-units, no-glossary, "
    "no-translation, no-rewriting, as-typed.",
)
@click.option(
    "--measures",
    "names",
    default="",
    help="ir_measures names, comma-separated [default: nDCG@10, RR@10, "
    "R@5, R@10, Success@1]; All@k: every relevant document in the first k.",
)
@click.option("--limit", type=click.IntRange(1), help="Ask only this many queries of a set (always the same ones).")
@click.option("--name", help="Name of the result; by default the time.")
@click.option("--json", "as_json", is_flag=True, help="Print each result's summary as one JSON line.")
@pass_context
def retrieval(
    context: Context,
    sets: tuple[Path, ...],
    systems: str,
    names: str,
    limit: int | None,
    name: str | None,
    as_json: bool,
) -> None:
    """Measure search on test SETS: BEIR folders, or TREC topics and qrels with a corpus.jsonl.

    Each set becomes a tenant of its own through the real chunker, once; embeddings are kept. TREC runs, tables
    with 95 % intervals and paired tests are written to the result's folder, whose path is printed.
    """
    from eval.datasets import benchmark_collections
    from eval.measures import retrieval_measures
    from eval.reports import terminal_tables
    from eval.runs.results import open_result
    from eval.runs.retrieval_runs import run
    from eval.runs.search_systems import SYSTEMS

    chosen = [one.strip() for one in systems.split(",") if one.strip()]
    strange = [one for one in chosen if one not in SYSTEMS]
    if strange or not chosen:
        raise click.BadParameter(f"{', '.join(strange)}; there are {', '.join(SYSTEMS)}", param_hint="--systems")
    wanted = [one.strip() for one in names.split(",") if one.strip()] or list(retrieval_measures.DEFAULT_MEASURES)
    for path in sets:
        dataset = benchmark_collections.load(path).limited(limit)
        with progress_bars() as progress:
            folder = run(context.settings, dataset, systems=chosen, names=wanted, name=name, progress=progress)
        summary = open_result(str(folder), []).summary
        if as_json:
            context.json(summary | {"folder": str(folder)})
        else:
            terminal_tables.print_retrieval(summary)
            click.echo(f"{folder}\n")
