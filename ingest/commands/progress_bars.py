"""What a person sees while files are ingested: a progress bar per running file, then a line per finished file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib.resources import files
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ingest.job import Outcome

__all__ = ["Display", "texts"]

_MARKS = {"indexed": ("✓", "green"), "unchanged": ("=", "dim"), "replaced": ("↻", "cyan"), "failed": ("✗", "red")}
_NAME_WIDTH = 44


@cache
def texts(locale: str) -> dict[str, str]:
    """Return the texts of the command line in ``locale`` ("zh-HK" or "en"), by key."""
    loaded: dict[str, dict[str, str]] = json.loads(
        files("ingest.commands").joinpath("progress.json").read_text(encoding="utf-8")
    )
    return {key: both[locale] for key, both in loaded.items()}


class Display:
    """Bars on standard error, lines on standard output. No bars are shown where standard error is no terminal."""

    def __init__(self, locale: str, lines: bool = True) -> None:
        self._texts = texts(locale)
        self._locale = locale
        self._lines = Console(highlight=False, soft_wrap=True) if lines else None
        self._console = Console(stderr=True, highlight=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[stage]}"),
            TimeElapsedColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._bars: dict[str, TaskID] = {}

    @contextmanager
    def shown(self) -> Iterator[None]:
        with self._progress:
            yield

    def close(self) -> None:
        """Remove the bars, for a program that ends without leaving its ``with`` blocks."""
        self._progress.stop()

    def report(self, path: str, stage: str, done: int, total: int | None) -> None:
        """Show the progress of a file; called from several threads."""
        if self._progress.disable:
            return
        bar = self._bars.get(path)
        if bar is None:
            name = path if len(path) <= _NAME_WIDTH else "…" + path[1 - _NAME_WIDTH :]
            bar = self._bars[path] = self._progress.add_task(name, total=total, stage="")
        self._progress.update(bar, completed=done, total=total, stage=self._texts[f"stage_{stage}"])

    def note(self, key: str, **values: Any) -> None:
        """Print the text ``key`` on standard error, above the bars."""
        if not self._progress.disable:
            self._console.print(self._texts[key].format(**values), style="dim", markup=False)

    def outcome(self, outcome: Outcome) -> None:
        """Print the line of a finished file."""
        bar = self._bars.pop(outcome.path, None)
        if bar is not None:
            self._progress.remove_task(bar)
        if self._lines is None or outcome.status is None:
            return
        mark, style = _MARKS[outcome.status]
        facts = self._facts(outcome)
        self._lines.print(f"[{style}]{mark}[/] ", end="")
        self._lines.print(f"{outcome.path}  {facts}", markup=False)

    def _facts(self, outcome: Outcome) -> str:
        if outcome.error is not None:
            from ingest.error_json import error_from_json

            error = error_from_json(outcome.error)
            return f"{error.message(self._locale)}  [{error.code}]"
        pages = self._texts["pages"].format(n=outcome.pages) if outcome.pages is not None else ""
        parts = [
            self._texts[f"status_{outcome.status}"],
            self._texts["version"].format(n=outcome.version),
            pages,
            self._texts["chunks"].format(n=outcome.chunks),
            f"{outcome.seconds:.1f} s" if outcome.status != "unchanged" else "",
        ]
        return " · ".join(part for part in parts if part)

    def summary(self, counts: dict[str, int], seconds: float) -> None:
        """Print the last line: the number of files per status, and the seconds in all."""
        if self._lines is not None:
            parts = [f"{self._texts[f'status_{status}']} {n}" for status, n in counts.items() if n]
            self._lines.print(f"{self._texts['done']}  {' · '.join(parts) or '0'} · {seconds:.1f} s", markup=False)
