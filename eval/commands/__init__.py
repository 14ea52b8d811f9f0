"""The sub-commands of ``kb eval``, and their shared helpers; ``safety`` has those for what must never go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from kb.cli import Context

if TYPE_CHECKING:
    from rich.progress import TaskID

    from eval.datasets.collection_index import Progress

__all__ = ["progress_bars", "result_roots"]


@contextmanager
def progress_bars() -> Iterator[Progress]:
    """Show a progress bar per step on stderr; show nothing if stderr is not a terminal."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bars

    columns = (TextColumn("{task.description:>8}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    tasks: dict[str, TaskID] = {}
    console = Console(stderr=True)
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as shown:

        def progress(step: str, done: int, total: int) -> None:
            if step not in tasks:
                tasks[step] = shown.add_task(step, total=total)
            shown.update(tasks[step], completed=done, total=total)

        yield progress


def result_roots(context: Context) -> list[Path]:
    """Return the folders in which results are looked up by name."""
    from eval.datasets.collection_index import bench_folder

    return [context.settings.data, bench_folder(context.settings)]
