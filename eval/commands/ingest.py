"""``kb eval ingest``: measure the speed of ingest, of embedding alone and of torch."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option(
    "--samples",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("data/samples"),
    show_default=True,
    help="Without FILES: the two PDFs with the most pages under this folder.",
)
@click.option("--repeat", default=2, show_default=True, type=click.IntRange(1), help="How many times each is timed.")
@click.option(
    "--sample",
    type=click.IntRange(1),
    help="Embed only about so many chunks on torch, and scale the time up [default: the whole pipeline on torch].",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line.")
@pass_context
def ingest(
    context: Context, files: tuple[Path, ...], samples: Path, repeat: int, sample: int | None, as_json: bool
) -> None:
    """Time FILES from command to searchable, side by side with their embedding alone and with the same pipeline on
    sentence-transformers (torch, float32). Processes are warm; each time goes into a new tenant, removed afterwards.
    """
    from eval.runs.speed.ingest_speed import measure, most_pages

    paths = list(files) or most_pages(samples, 2)
    if not paths:
        raise click.UsageError(f"No PDF under {samples}; name files.")
    with progress_bars() as progress:
        found = measure(context.settings, paths, repeat=repeat, sample=sample, progress=progress)
    if as_json:
        context.json(found)
    else:
        _print(found)


def _print(found: dict[str, Any]) -> None:
    from rich.console import Console
    from rich.table import Table

    table = Table(
        title=f"{', '.join(found['files'])}: {found['pages']} pages, {found['chunks']} chunks, {found['cores']} cores, "
        f"load {found['load']}, median of {found['repeat']}",
        title_justify="left",
    )
    for head in ("", "wall s", "CPU s", "pages/s", "chunks/s", "read s", "embed s", "store s"):
        table.add_column(head, justify="right" if head else "left")
    for name, row in found["systems"].items():
        stages = row.get("stages_s", {})
        numbers = (row["wall_s"], row["cpu_s"], row["pages_per_s"], row["chunks_per_s"])
        times = (f"{stages[one]:.2f}" if one in stages else "" for one in ("read", "embed", "store"))
        table.add_row(name, *(f"{one:.2f}" for one in numbers), *times)
    console = Console() if Console().is_terminal else Console(width=120)
    console.print(table)
    ratios = found["ratios"]
    sampled = found["torch_chunks"] < found["chunks"]
    console.print(
        f"embedding's share of the time: {ratios['embedding_share']:.0%}; "
        f"speed of embedding alone reached: {ratios['of_embedding_alone']:.0%} "
        f"(CPU {ratios['of_embedding_alone_cpu']:.0%}); "
        f"faster than torch: {'at least ' if sampled else ''}{ratios['over_torch']:.1f} times "
        f"(CPU {ratios['over_torch_cpu']:.1f})",
        highlight=False,
    )
    if sampled:
        console.print(
            f"torch: {found['torch_chunks']} chunks embedded, time scaled to {found['chunks']}; "
            "its reading and storing are not counted.",
            highlight=False,
        )
