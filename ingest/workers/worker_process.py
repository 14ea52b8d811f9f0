"""One worker process seen from outside: started when needed, reused, and ended when it passes a limit."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from typing import Any

import psutil

from ingest.error_json import error_from_json
from ingest.workers.process_limits import ProcessLimits
from kb.core.errors import SinziError
from kb.core.settings import Settings

__all__ = ["Closing", "Ended", "Progress", "WorkerProcess"]

Progress = Callable[[int, int | None], None]
_TICK_SECONDS = 0.1
# A gentle process that has had nothing to do for so long gives its memory back.
_IDLE_SECONDS = 300.0
# Workers use what is on this machine; the variables say so to libraries that would phone home.
_QUIET = {
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "SCARF_NO_ANALYTICS": "1",
    "UNSTRUCTURED_DISABLE_NOTICE": "1",
    "ANONYMIZED_TELEMETRY": "False",
    "TOKENIZERS_PARALLELISM": "false",
    "PYTHONUTF8": "1",
}


class Ended(Exception):
    """The worker process ended before it answered."""


class Closing(BaseException):
    """The program is ending. Not an Exception: what was cut short must not be recorded as a failure."""


class WorkerProcess:
    """One process and the pipe to it; one task at a time."""

    def __init__(self, settings: Settings, gentle: bool = False) -> None:
        self._settings = settings
        self._gentle = gentle
        self._lock = threading.Lock()
        self._waited = threading.local()
        self._closed = False
        self._ready = False
        self._process: subprocess.Popen[str] | None = None
        self._lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._alarm: threading.Timer | None = None

    def _running(self) -> subprocess.Popen[str]:
        if self._closed:
            raise Closing
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "ingest.workers.worker_main", *(["--gentle"] if self._gentle else [])],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_QUIET},
                encoding="utf-8",
                # Ctrl-C is for the program that is talked to; it ends its workers by closing their input.
                start_new_session=True,
            )
            self._lines = queue.SimpleQueue()
            self._ready = False
            threading.Thread(target=_pump, args=(self._process, self._lines), daemon=True).start()
            self._send(self._process, self._settings.model_dump(mode="json"))
        return self._process

    def _send(self, process: subprocess.Popen[str], message: dict[str, Any]) -> None:
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, OSError):  # a dead worker shows at the other end of the pipe
            process.stdin.write(json.dumps(message, ensure_ascii=False) + "\n")
            process.stdin.flush()

    def waited(self) -> float:
        """Return the seconds this thread has waited, in all, for others' tasks to end."""
        return float(getattr(self._waited, "seconds", 0.0))

    def warm(self) -> None:
        """Start the process and its imports without waiting for them."""
        threading.Thread(target=self._warm, daemon=True).start()

    def _warm(self) -> None:
        with contextlib.suppress(SinziError, Ended, Closing):  # a real task will meet and report the same
            self.call({"do": "warm"}, lambda done, total: None)

    def call(self, task: dict[str, Any], progress: Progress, watched: str | None = None) -> dict[str, Any]:
        """Run a task and return its result.

        Args:
            watched: the name of the file whose limits hold for the task; None for no limits.

        Raises:
            SinziError: what the task raised, or which limit was passed.
            Ended: the process died.
        """
        queued = time.monotonic()
        with self._lock:
            self._waited.seconds = self.waited() + time.monotonic() - queued
            process = self._running()
            self._send(process, task)
            watch = ProcessLimits(self._settings, watched, process.pid, self._gentle) if watched else None
            try:
                message = self._answer(progress, watch)
            except (SinziError, Ended):
                self._end()
                raise
            if watch is not None and watch.swollen():
                self._end()  # memory one file left behind must not be counted against the next
            if self._gentle:
                self._rest_later()
        if "error" in message:
            raise error_from_json(message["error"])
        result: dict[str, Any] = message["result"]
        return result

    def _answer(self, progress: Progress, watch: ProcessLimits | None) -> dict[str, Any]:
        while True:
            try:
                line = self._lines.get(timeout=_TICK_SECONDS)
            except queue.Empty:
                line = ""
            if line is None:
                raise self._end_of_pipe()
            message: dict[str, Any] = json.loads(line) if line else {}
            if "result" in message or "error" in message:
                return message
            self._ready = self._ready or "ready" in message
            if "progress" in message:
                progress(*message["progress"])
                if watch is not None:
                    watch.page_done()
            if watch is not None:
                watch.check()

    def _end_of_pipe(self) -> BaseException:
        """What it means that the process is gone: we end it, it never started, or a file crashed it."""
        if self._closed:
            return Closing()
        if not self._ready:
            return SinziError(
                "internal", reason="a worker process (python -m ingest.workers.worker_main) does not start"
            )
        return Ended()

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

    def _rest_later(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
        self._alarm = threading.Timer(_IDLE_SECONDS, self.rest)
        self._alarm.daemon = True
        self._alarm.start()

    def rest(self) -> None:
        """End the process if it is idle; a later task starts another."""
        if self._lock.acquire(blocking=False):
            try:
                self._end()
            finally:
                self._lock.release()

    def close(self) -> None:
        """End the process, whatever it is doing, for good."""
        self._closed = True
        if self._alarm is not None:
            self._alarm.cancel()
        self._end()


def _pump(process: subprocess.Popen[str], lines: queue.SimpleQueue[str | None]) -> None:
    """Carry lines from the pipe to a queue, which can be waited on with a time limit on every system."""
    assert process.stdout is not None
    with contextlib.suppress(ValueError, OSError):  # closed while reading: the process was ended
        for line in process.stdout:
            lines.put(line)
    lines.put(None)
