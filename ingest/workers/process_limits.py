"""Limits of time and memory for a process that reads an untrusted file, checked by its parent process."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psutil

from kb.core.errors import FileRejected
from kb.core.settings import Settings

__all__ = ["ProcessLimits"]

# A page that takes longer than the first figure is read by OCR (a page of text takes hundredths of a second).
# The time of an OCR page does not count against the file, up to the second figure.
_SLOW_PAGE_SECONDS = 0.5
_OCR_PAGE_SECONDS = 20.0
_MB = 1024 * 1024
# A process of low priority gets little CPU time while others want it, so its CPU time is compared with the limit.
# Its wall-clock time may be this many times the limit, so that a process that waits forever is ended too.
_LOW_PRIORITY_FACTOR = 20


@dataclass(slots=True)
class ProcessLimits:
    """Limits of one file. :meth:`check` raises when a limit is passed; the caller then ends the process.

    Memory means the resident set of the process and its children. Address space would say little, because
    onnxruntime and threads reserve far more than they use.

    Attributes:
        name: name of the file, for the error.
        low_priority: whether the process runs with low priority; then its CPU time counts.
    """

    settings: Settings
    name: str
    pid: int
    low_priority: bool = False
    _cpu_at_start: float = field(init=False)
    _started: float = field(default_factory=time.monotonic)
    _last_progress: float = field(default_factory=time.monotonic)
    _extra_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._cpu_at_start = _cpu_seconds(self.pid)

    def page_done(self) -> None:
        """Record that a page is done. A page read by OCR extends the time limit."""
        now = time.monotonic()
        if now - self._last_progress >= _SLOW_PAGE_SECONDS:
            self._extra_seconds += min(now - self._last_progress, _OCR_PAGE_SECONDS)
        self._last_progress = now

    def check(self) -> None:
        """Compare time and memory with the limits.

        Raises:
            FileRejected: ``file_timeout``, ``file_out_of_memory``.
        """
        seconds = self.settings.parse_timeout_seconds
        if self._charged_seconds() > seconds + self._extra_seconds:
            raise FileRejected("file_timeout", name=self.name, seconds=seconds)
        if _resident_bytes(self.pid) > self.settings.worker_memory_mb * _MB:
            raise FileRejected("file_out_of_memory", name=self.name, limit_mb=self.settings.worker_memory_mb)

    def _charged_seconds(self) -> float:
        """Return the seconds that count against the file."""
        elapsed = time.monotonic() - self._started
        if not self.low_priority:
            return elapsed
        return max(_cpu_seconds(self.pid) - self._cpu_at_start, elapsed / _LOW_PRIORITY_FACTOR)

    def keeps_too_much_memory(self) -> bool:
        """Return whether the process, with its file done, still uses so much memory that it should be replaced."""
        return _resident_bytes(self.pid) > self.settings.worker_memory_mb * _MB / 2


def _cpu_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:  # the process has ended; the closed pipe will show it
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _resident_bytes(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(int(one.memory_info().rss) for one in (process, *process.children(recursive=True)))
    except psutil.Error:  # the process has ended; the closed pipe will show it
        return 0
