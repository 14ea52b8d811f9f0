"""What a person sees while files are ingested: a progress bar per running file, then a line per finished file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ingest.job import Outcome
from kb.core.messages import Catalogue
from kb.personal_data.masked_text import kind_words
from kb.store.tables.states import IngestStatus

__all__ = ["MESSAGES", "Display", "found_words"]

MESSAGES = Catalogue("ingest.commands", "progress.json")

_MARKS = {
    IngestStatus.INDEXED: ("✓", "green"),
    IngestStatus.UNCHANGED: ("=", "dim"),
    IngestStatus.REPLACED: ("↻", "cyan"),
    IngestStatus.FAILED: ("✗", "red"),
    IngestStatus.CANCELLED: ("–", "dim"),
}
_NAME_WIDTH = 44


def found_words(counts: Mapping[str, int], locale: str) -> str:
    """Return what people's data was found: 身份證號碼 12、個人電話 30; "" for none."""
    return MESSAGES.text("joint", locale).join(f"{kind_words(kind, locale)} {n}" for kind, n in counts.items())


class Display:
    """Bars on standard error, lines on standard output. No bars are shown where standard error is no terminal."""

    def __init__(self, locale: str, lines: bool = True) -> None:
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
        self._progress.update(bar, completed=done, total=total, stage=self._text(f"stage_{stage}"))

    def note(self, key: str, **values: Any) -> None:
        """Print the text ``key`` on standard error, above the bars."""
        if not self._progress.disable:
            self._console.print(self._text(key, **values), style="dim", markup=False)

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
        if outcome.status is IngestStatus.CANCELLED:
            return self._text("status_cancelled")
        parts = [
            self._text(f"status_{outcome.status}"),
            self._text("known_as", name=outcome.document) if outcome.known_under_another_name else "",
            self._text("version", n=outcome.version),
            self._text("pages", n=outcome.pages) if outcome.pages is not None else "",
            self._text("chunks", n=outcome.chunks),
            found_words(outcome.personal_data, self._locale),
            self._text(f"decision_{outcome.decision}") if outcome.decision else "",
            f"{outcome.seconds:.1f} s" if outcome.status is not IngestStatus.UNCHANGED else "",
        ]
        return " · ".join(part for part in parts if part)

    def summary(self, counts: Mapping[IngestStatus, int], seconds: float) -> None:
        """Print the last line: the number of files per status, and the seconds in all."""
        if self._lines is not None:
            parts = [f"{self._text(f'status_{status}')} {n}" for status, n in counts.items() if n]
            self._lines.print(f"{self._text('done')}  {' · '.join(parts) or '0'} · {seconds:.1f} s", markup=False)

    def _text(self, key: str, /, **values: object) -> str:
        return MESSAGES.text(key, self._locale, **values)
