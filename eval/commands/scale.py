"""``kb eval scale``: time search among many chunks."""

from __future__ import annotations

from pathlib import Path

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("dataset", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--sizes", default="1000,10000,100000", show_default=True, help="Numbers of chunks.")
@click.option("--limit", default=200, show_default=True, help="How many of the set's queries to time at each size.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def scale(context: Context, dataset: Path, sizes: str, limit: int, as_json: bool) -> None:
    """Time search among synthetic chunks made from the test set DATASET. 100,000 chunks take minutes to make."""
    from eval.datasets import benchmark_collections, collection_index
    from eval.reports import terminal_tables
    from eval.runs.speed.index_growth import measure_growth

    loaded = benchmark_collections.load(dataset).limited(limit)
    numbers = [int(one) for one in sizes.split(",") if one.strip()]
    with progress_bars() as progress:
        index_settings, tenant = collection_index.ensure(context.settings, loaded, progress)
        folder = collection_index.bench_folder(context.settings) / "scale"
        found = measure_growth(index_settings, tenant, loaded.queries, numbers, folder, progress)
    if as_json:
        context.json({"dataset": loaded.name, "sizes": found})
    else:
        terminal_tables.print_scale(found)
