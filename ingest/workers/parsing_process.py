"""A process for small files that somebody waits for, such as a table of questions or terms.

Whatever a user sends is parsed outside the service's own process, within limits: a file may be made to take all its
time or memory.
"""

from __future__ import annotations

import shutil
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from ingest.workers.fair_turns import FairTurns, JobCancelled, Share
from ingest.workers.worker_process import WorkerEnded, WorkerProcess
from kb.core.errors import FileRejected, Transient
from kb.core.settings import Settings
from kb.store.tenants import Tenant

__all__ = ["ParsingProcess"]

_SECONDS, _MEMORY_MB = 30, 768
# So long a file waits for those of other people, and so many files of one tenant may wait or be parsed.
_WAIT_SECONDS = 40.0
_OF_ONE_TENANT = 2


class Parser(Protocol):
    """Parses the file ``source``, called ``name`` by people, and writes the file ``result``."""

    __module__: str
    __name__: str

    def __call__(self, source: Path, name: str, result: Path) -> None: ...


class ParsingProcess:
    """The process, started with the first file and ended when there are none for a while. Thread-safe."""

    def __init__(self, settings: Settings) -> None:
        limits = {
            "parse_timeout_seconds": min(_SECONDS, settings.parse_timeout_seconds),
            "worker_memory_mb": min(_MEMORY_MB, settings.worker_memory_mb),
        }
        self._process = WorkerProcess(settings.model_copy(update=limits), ends_when_idle=True)
        self._turns = FairTurns(1)
        self._guard = threading.Lock()
        self._counts: Counter[str] = Counter()

    def close(self) -> None:
        """End the process."""
        self._process.close()

    @contextmanager
    def parsed(self, tenant: Tenant, parser: Parser, name: str, content: bytes) -> Iterator[Path]:
        """Parse ``content`` in the process; yield the path of the result, which is deleted afterwards.

        Args:
            parser: a function of a module; called in the process with the path of the content, ``name``, and the path
                of the result, which it writes.
            name: of the file, for people; its suffix is kept.

        Raises:
            SinziError: as the parser raises it; ``file_timeout``, ``file_out_of_memory``, ``file_crashed_parser``.
            Transient: ``parsing_busy`` if too many files wait.
        """
        folder = tenant.home / "incoming" / uuid.uuid4().hex
        folder.mkdir(parents=True)
        try:
            source, result = folder / f"content{Path(name).suffix.casefold()}", folder / "result"
            source.write_bytes(content)
            function = f"{parser.__module__}:{parser.__name__}"
            task = {"do": "parse", "function": function, "source": str(source), "name": name, "result": str(result)}
            with self._counted(tenant.slug):
                self._run(task, name, Share(tenant.slug, len(content)))
            yield result
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def _counted(self, tenant: str) -> Iterator[None]:
        with self._guard:
            if self._counts[tenant] >= _OF_ONE_TENANT:
                raise Transient("parsing_busy")
            self._counts[tenant] += 1
        try:
            yield
        finally:
            with self._guard:
                self._counts[tenant] -= 1

    def _run(self, task: dict[str, Any], name: str, share: Share) -> None:
        ends = time.monotonic() + _WAIT_SECONDS
        try:
            with self._turns.turn(share, lambda: time.monotonic() > ends):
                self._process.call(task, lambda done, total: None, file_name=name)
        except JobCancelled as error:
            raise Transient("parsing_busy") from error
        except WorkerEnded as error:
            raise FileRejected("file_crashed_parser", name=name) from error
