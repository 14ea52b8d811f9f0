"""One worker process as its parent sees it: started when needed, reused, and ended when it passes a limit."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable
from typing import Any

import psutil

from ingest.error_json import error_from_json
from ingest.workers.fair_turns import JobCancelled, never
from ingest.workers.process_limits import ProcessLimits
from kb.core.errors import SinziError
from kb.core.settings import Settings

__all__ = ["ProgramClosing", "Progress", "WorkerEnded", "WorkerProcess"]

Progress = Callable[[int, int | None], None]
_CHECK_SECONDS = 0.1
# A process that has had no task for so long is ended, to free its memory.
_IDLE_SECONDS = 300.0
# The tokenizer's own threads would compete with the encoder's; UTF-8 on Windows, too.
_WORKER_ENVIRONMENT = {"TOKENIZERS_PARALLELISM": "false", "PYTHONUTF8": "1"}


class WorkerEnded(Exception):
    """The worker process ended before it answered."""


class ProgramClosing(BaseException):
    """The program is ending. Not an Exception: an interrupted job must not be recorded as a failure."""


class WorkerProcess:
    """One process and the pipe to it. It runs one task at a time; :mod:`.fair_turns` says which one is next."""

    def __init__(self, settings: Settings, low_priority: bool = False, ends_when_idle: bool = False) -> None:
        """Args: ends_when_idle: whether it ends after some time without tasks; one of low priority always does."""
        self._settings = settings
        self._ends_when_idle = low_priority or ends_when_idle
        self._low_priority = low_priority
        self._lock = threading.Lock()
        self._closed = False
        self._ready = False
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._idle_timer: threading.Timer | None = None

    def _ensure_started(self) -> subprocess.Popen[str]:
        if self._closed:
            raise ProgramClosing
        if self._process is None or self._process.poll() is not None:
            options = ["--low-priority"] if self._low_priority else []
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.workers.worker_main", *options],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_WORKER_ENVIRONMENT},
                encoding="utf-8",
                # Ctrl-C must reach only the parent, which ends its workers by closing their standard input.
                start_new_session=True,
            )
            self._lines = queue.SimpleQueue()
            self._ready = False
            threading.Thread(target=_forward_lines, args=(self._process, self._lines), daemon=True).start()
            self._send(self._process, self._settings.model_dump(mode="json"))
        return self._process

    def _send(self, process: subprocess.Popen[str], message: dict[str, Any]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, OSError):  # reading from the pipe will show that the worker is dead
            process.stdin.write(json.dumps(message, ensure_ascii=False) + "\n")
            process.stdin.flush()

    def warm(self) -> None:
        """Start the process and let it import its libraries, without waiting for it."""
        threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        with contextlib.suppress(SinziError, WorkerEnded, ProgramClosing):  # a real task will raise the same error
            self.call({"do": "warm"}, lambda done, total: None)

    def call(
        self,
        task: dict[str, Any],
        progress: Progress,
        file_name: str | None = None,
        cancelled: Callable[[], bool] = never,
    ) -> dict[str, Any]:
        """Run a task and return its result.

        Args:
            task: JSON, see :mod:`ingest.workers.worker_main`.
            progress: called with ``(done, total)``.
            file_name: name of the file that is read, for the errors of its limits; None for a task without limits.
            cancelled: asked while the task runs; once it returns True, the process is ended.

        Raises:
            SinziError: the task failed, or passed a limit.
            WorkerEnded: the process crashed.
            JobCancelled: the task was cancelled.
        """
        with self._lock:
            process = self._ensure_started()
            self._send(process, task)
            limits = ProcessLimits(self._settings, file_name, process.pid, self._low_priority) if file_name else None
            try:
                message = self._wait_for_answer(progress, limits, cancelled)
            except (SinziError, WorkerEnded, JobCancelled):
                self._end()
                raise
            if limits is not None and limits.keeps_too_much_memory():
                self._end()  # the memory that one file left behind must not count against the next file
            if self._ends_when_idle:
                self._restart_idle_timer()
        if "error" in message:
            raise error_from_json(message["error"])
        result: dict[str, Any] = message["result"]
        return result

    def _wait_for_answer(
        self, progress: Progress, limits: ProcessLimits | None, cancelled: Callable[[], bool]
    ) -> dict[str, Any]:
        while True:
            if cancelled():
                raise JobCancelled
            try:
                line = self._lines.get(timeout=_CHECK_SECONDS)
            except queue.Empty:
                line = ""
            if line is None:
                raise self._closed_pipe_error()
            message: dict[str, Any] = json.loads(line) if line else {}
            if "result" in message or "error" in message:
                return message
            self._ready = self._ready or "ready" in message
            if "progress" in message:
                progress(*message["progress"])
                if limits is not None:
                    limits.page_done()
            if limits is not None:
                limits.check()

    def _closed_pipe_error(self) -> BaseException:
        """Return why the pipe is closed: the program is closing, the worker did not start, or a file crashed it."""
        if self._closed:
            return ProgramClosing()
        if not self._ready:
            return SinziError(
                "internal", reason="a worker process (python -m ingest.workers.worker_main) does not start"
            )
        return WorkerEnded()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _restart_idle_timer(self) -> None:
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._idle_timer = threading.Timer(_IDLE_SECONDS, self.end_if_idle)
        self._idle_timer.daemon = True
        self._idle_timer.start()

    def end_if_idle(self) -> None:
        """End the process if it is idle; the next task starts a new one."""
        if self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process for good, even during a task."""
        self._closed = True
        if self._idle_timer is not None:
            self._idle_timer.cancel()
        self._end()


def _forward_lines(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Forward lines from the pipe to a queue: a queue can be read with a timeout on every operating system."""
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):  # the pipe was closed while reading: the process was ended
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
