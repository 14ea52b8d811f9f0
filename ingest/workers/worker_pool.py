"""The worker processes of a running program: readers of files and an embedder of chunks, at work at the same time.

They are started when needed and reused, so that libraries and the model are loaded once. A reader that hangs, uses too
much memory or crashes is ended and replaced; only its file fails.

Tenants share them fairly (:mod:`ingest.workers.fair_turns`). A file is embedded in slices of a few seconds, and the
next slice may be another tenant's. A file cannot be read in slices, so there are more readers than one: two for long
files, of different tenants, and one for short files.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from ingest.workers.fair_turns import FairTurns, Share, never
from ingest.workers.worker_process import Progress, WorkerEnded, WorkerProcess
from kb.core.errors import FileRejected, SinziError
from kb.core.settings import Settings

__all__ = ["SMALL_FILE_BYTES", "WorkerPool"]

# A file of so many bytes is read within seconds, whatever it is: a page of a scan has more.
SMALL_FILE_BYTES = 256 * 1024
_READERS = 3
_SLICE_SECONDS = 2.0


class WorkerPool:
    """The readers and the embedder of one running program. Safe to call from several threads."""

    def __init__(self, settings: Settings, low_priority: bool = False) -> None:
        """Args: low_priority: whether the processes run behind everything else on the machine, as for a service."""
        self._readers = [WorkerProcess(settings, low_priority) for _ in range(_READERS)]
        self._embedder = WorkerProcess(settings, low_priority)
        self._reading, self._embedding = FairTurns(_READERS), FairTurns(1)
        self._identity: tuple[str, int] | None = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End all processes."""
        for process in (*self._readers, self._embedder):
            process.close()

    def warm(self) -> None:
        """Start a reader and the embedder in the background."""
        self._readers[0].warm()
        self._embedder.warm()

    def waited_seconds(self) -> float:
        """Return the seconds that the calling thread has waited, in all, for tasks of other threads."""
        return self._reading.waited_seconds() + self._embedding.waited_seconds()

    def identity(self) -> tuple[str, int]:
        """Return the identity of the embedding model and the dimension of its vectors.

        Raises:
            Misconfigured: ``model_unavailable``.
        """
        if self._identity is None:
            facts = self._call_embedder({"do": "identity"}, lambda done, total: None, Share())
            self._identity = facts["model"], facts["dimension"]
        return self._identity

    def read(
        self,
        source: Path,
        name: str,
        folder: Path,
        progress: Progress,
        share: Share | None = None,
        cancelled: Callable[[], bool] = never,
        *,
        mask: bool = False,
    ) -> dict[str, Any]:
        """Read a file into its work folder (see :func:`ingest.workers.reading_stage.read`), under the settings' limits.

        Args:
            share: whose file it is.
            cancelled: asked while it waits and is read; True ends it.
            mask: put marks in place of people's data.

        Returns:
            ``{"pages", "chunks", "members"}``: the number of each; ``"personal_data"``: people's data by kind;
            ``"person_list"``: whether it is a list of persons.

        Raises:
            FileRejected: a ``file_*`` code, also when a limit of time or memory is passed and after a crash.
            JobCancelled: it was cancelled.
        """
        task = {"do": "read", "source": str(source), "name": name, "folder": str(folder), "mask": mask}
        size = source.stat().st_size
        share = replace(share or Share(), size=size, large=size > SMALL_FILE_BYTES)
        with self._reading.turn(share, cancelled) as place:
            try:
                return self._readers[place].call(task, progress, file_name=name, cancelled=cancelled)
            except WorkerEnded as error:
                raise FileRejected("file_crashed_parser", name=name) from error

    def embed(
        self,
        folder: Path,
        progress: Progress,
        share: Share | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> None:
        """Embed the document in ``folder`` (see :func:`ingest.workers.embedding_stage.embed`), in slices.

        Raises:
            SinziError: ``internal`` when the process crashed twice.
            JobCancelled: it was cancelled.
        """
        task = {"do": "embed", "folder": str(folder), "seconds": _SLICE_SECONDS}
        done, total = 0, 1
        while done < total:
            facts = self._call_embedder(task, progress, share or Share(), cancelled)
            done, total = facts["done"], facts["total"]

    def _call_embedder(
        self, task: dict[str, Any], progress: Progress, share: Share, cancelled: Callable[[], bool] = never
    ) -> dict[str, Any]:
        """Run a task in the embedder; once more if the process crashed, since its finished batches are kept."""
        with self._embedding.turn(share, cancelled):
            with contextlib.suppress(WorkerEnded):
                return self._embedder.call(task, progress, cancelled=cancelled)
            try:
                return self._embedder.call(task, progress, cancelled=cancelled)
            except WorkerEnded as error:
                raise SinziError("internal", reason="the embedding process ended twice") from error
