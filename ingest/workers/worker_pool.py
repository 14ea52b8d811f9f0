"""The two worker processes of a running program: one reads files, one embeds chunks, at the same time.

Both are started once and reused, so that libraries and the model are loaded once. A reader that hangs, uses too much
memory or crashes is ended and replaced; only its file fails.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from ingest.workers.worker_process import Progress, WorkerEnded, WorkerProcess
from kb.core.errors import FileRejected, SinziError
from kb.core.settings import Settings

__all__ = ["WorkerPool"]


class WorkerPool:
    """The reader and the embedder of one running program. Safe to call from several threads."""

    def __init__(self, settings: Settings, low_priority: bool = False) -> None:
        """Args: low_priority: whether the processes run behind everything else on the machine, as for a service."""
        self._reader = WorkerProcess(settings, low_priority)
        self._embedder = WorkerProcess(settings, low_priority)
        self._identity: tuple[str, int] | None = None

    def __enter__(self) -> WorkerPool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End both processes."""
        self._reader.close()
        self._embedder.close()

    def warm(self) -> None:
        """Start both processes in the background."""
        self._reader.warm()
        self._embedder.warm()

    def waited_seconds(self) -> float:
        """Return the seconds that the calling thread has waited, in all, for tasks of other threads."""
        return self._reader.waited_seconds() + self._embedder.waited_seconds()

    def identity(self) -> tuple[str, int]:
        """Return the identity of the embedding model and the dimension of its vectors.

        Raises:
            Misconfigured: ``model_unavailable``.
        """
        if self._identity is None:
            facts = self._call_embedder({"do": "identity"}, lambda done, total: None)
            self._identity = facts["model"], facts["dimension"]
        return self._identity

    def read(self, source: Path, name: str, folder: Path, progress: Progress) -> dict[str, Any]:
        """Read a file into its work folder (see :func:`ingest.workers.reading_stage.read`), under the settings' limits.

        Returns:
            ``{"pages", "chunks", "members"}``: the number of each.

        Raises:
            FileRejected: a ``file_*`` code, also when a limit of time or memory is passed and after a crash.
        """
        task = {"do": "read", "source": str(source), "name": name, "folder": str(folder)}
        try:
            return self._reader.call(task, progress, file_name=name)
        except WorkerEnded as error:
            raise FileRejected("file_crashed_parser", name=name) from error

    def embed(self, folder: Path, progress: Progress) -> None:
        """Embed the document in ``folder`` (see :func:`ingest.workers.embedding_stage.embed`).

        Raises:
            SinziError: ``internal`` when the process crashed twice.
        """
        self._call_embedder({"do": "embed", "folder": str(folder)}, progress)

    def _call_embedder(self, task: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Run a task in the embedder; once more if the process crashed, since its finished batches are kept."""
        with contextlib.suppress(WorkerEnded):
            return self._embedder.call(task, progress)
        try:
            return self._embedder.call(task, progress)
        except WorkerEnded as error:
            raise SinziError("internal", reason="the embedding process ended twice") from error
