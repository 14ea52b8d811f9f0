"""The two worker processes of a running program: one reads files, one embeds, side by side.

Both are started once and reused, so that imports and the model are paid for once. A reader that hangs,
grows too large or crashes is ended and replaced; only its file fails.
"""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

from ingest.workers.worker_process import Ended, Progress, WorkerProcess
from kb.core.errors import FileRejected, SinziError
from kb.core.settings import Settings

__all__ = ["WorkerPool"]


class WorkerPool:
    """The reader and the embedder of one running program. Safe to call from several threads."""

    def __init__(self, settings: Settings, gentle: bool = False) -> None:
        """Args: gentle: whether the processes give way to everything else on this machine, as beside a service."""
        self._reader = WorkerProcess(settings, gentle)
        self._embedder = WorkerProcess(settings, gentle)
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

    def waited(self) -> float:
        """Return the seconds the calling thread has spent, in all, waiting for its turn."""
        return self._reader.waited() + self._embedder.waited()

    def identity(self) -> tuple[str, int]:
        """Return the embedding model's identity and dimension.

        Raises:
            Misconfigured: ``model_unavailable``.
        """
        if self._identity is None:
            facts = self._embedding({"do": "identity"}, lambda done, total: None)
            self._identity = facts["model"], facts["dimension"]
        return self._identity

    def read(self, source: Path, name: str, folder: Path, progress: Progress) -> dict[str, Any]:
        """Read a file into its work folder (see :func:`ingest.workers.reading.read`) under the settings' limits.

        Returns:
            ``{"pages", "chunks", "members"}``.

        Raises:
            FileRejected: a ``file_*`` code, also for time, memory and a crash.
        """
        task = {"do": "read", "source": str(source), "name": name, "folder": str(folder)}
        try:
            return self._reader.call(task, progress, watched=name)
        except Ended as error:
            raise FileRejected("file_crashed_parser", name=name) from error

    def embed(self, folder: Path, progress: Progress) -> None:
        """Embed the document in ``folder`` (see :func:`ingest.workers.embedding_stage.embed`)."""
        self._embedding({"do": "embed", "folder": str(folder)}, progress)

    def _embedding(self, task: dict[str, Any], progress: Progress) -> dict[str, Any]:
        """Ask the embedder, a second time where it died: what it had made is kept."""
        with contextlib.suppress(Ended):
            return self._embedder.call(task, progress)
        try:
            return self._embedder.call(task, progress)
        except Ended as error:
            raise SinziError("internal", reason="the embedding process ended twice") from error
