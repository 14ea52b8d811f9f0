"""``kb eval formats``: read every file of a folder and report text or an error."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from eval.commands import progress_bars
from kb.cli import Context, pass_context

if TYPE_CHECKING:
    from collections.abc import Sequence

    from eval.runs.speed.file_reading import FileRead


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option(
    "--limit", default=60, show_default=True, type=click.IntRange(5), help="Seconds a file may take, OCR's pages aside."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON line per file.")
@pass_context
def formats(context: Context, folder: Path, limit: int, as_json: bool) -> None:
    """Read every file of FOLDER as `kb ingest` would, without an index, and print a line per type.

    Exits with 1 when a file crashed the reader or had to be stopped.
    """
    from dataclasses import asdict

    from eval.runs.speed.file_reading import READER_FAILURES, read_all

    settings = context.settings.model_copy(update={"parse_timeout_seconds": limit})
    found = []
    with progress_bars() as progress:
        for one in read_all(folder, settings, progress):
            found.append(one)
            if as_json:
                context.json(asdict(one))
    if not as_json:
        _table(found)
    if any(one.error in READER_FAILURES for one in found):
        sys.exit(1)


def _table(found: Sequence[FileRead]) -> None:
    from rich.console import Console
    from rich.table import Table

    from eval.runs.speed.file_reading import READER_FAILURES, by_type

    table = Table()
    for head in ("type", "files", "text", "errors", "slowest s"):
        table.add_column(head, justify="left" if head in ("type", "errors") else "right")
    for row in by_type(found):
        errors = ", ".join(f"{code} {number}" for code, number in row["errors"].items())
        table.add_row(row["type"], str(row["files"]), str(row["text"]), errors, f"{row['slowest_s']:.1f}")
    refused = sum(one.error is not None for one in found)
    table.add_section()
    slowest = max((one.seconds for one in found), default=0.0)
    table.add_row("all", str(len(found)), str(len(found) - refused), f"{refused} refused", f"{slowest:.1f}")
    console = Console() if Console().is_terminal else Console(width=120)
    console.print(table)
    for one in found:
        if one.error in READER_FAILURES:
            console.print(f"{one.path}: {one.error} after {one.seconds} s", markup=False, highlight=False)
