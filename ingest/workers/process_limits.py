"""Limits on a process that reads a file from somebody: time and memory, watched from outside."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

import psutil

from kb.core.errors import FileRejected
from kb.core.settings import Settings

__all__ = ["ProcessLimits"]

# A page that takes longer than this is being read by OCR (a page of text takes hundredths of a second);
# its time does not count against the file, up to the second figure.
_SLOW_PAGE_SECONDS = 0.5
_OCR_PAGE_SECONDS = 20.0
_MB = 1024 * 1024
# A gentle process is seldom given the processor while others want it: its own time counts, and this many times more
# by the clock, so that one which waits for ever is ended too.
_GENTLE_PATIENCE = 20


@dataclass(slots=True)
class ProcessLimits:
    """Limits of one file; :meth:`check` raises when one is passed, and the caller ends the process.

    Memory is the resident set of the process and its children: address space would say little, since
    onnxruntime and threads reserve far more than they use.
    """

    settings: Settings
    name: str
    pid: int
    gentle: bool = False
    _began: float = field(init=False)
    _started: float = field(default_factory=time.monotonic)
    _last: float = field(default_factory=time.monotonic)
    _granted: float = 0.0

    def __post_init__(self) -> None:
        self._began = _processor_seconds(self.pid)

    def page_done(self) -> None:
        """Note progress: pages read by OCR extend the time allowed."""
        now = time.monotonic()
        if now - self._last >= _SLOW_PAGE_SECONDS:
            self._granted += min(now - self._last, _OCR_PAGE_SECONDS)
        self._last = now

    def check(self) -> None:
        """Compare with the limits.

        Raises:
            FileRejected: ``file_timeout``, ``file_out_of_memory``.
        """
        seconds = self.settings.parse_timeout_seconds
        if self._spent() > seconds + self._granted:
            raise FileRejected("file_timeout", name=self.name, seconds=seconds)
        if _resident(self.pid) > self.settings.worker_memory_mb * _MB:
            raise FileRejected("file_out_of_memory", name=self.name, limit_mb=self.settings.worker_memory_mb)

    def _spent(self) -> float:
        """Seconds that count against the file."""
        waited = time.monotonic() - self._started
        if not self.gentle:
            return waited
        return max(_processor_seconds(self.pid) - self._began, waited / _GENTLE_PATIENCE)

    def swollen(self) -> bool:
        """Whether the process, its file done, keeps so much memory that it had better be replaced."""
        return _resident(self.pid) > self.settings.worker_memory_mb * _MB / 2


def _processor_seconds(pid: int) -> float:
    try:
        times = psutil.Process(pid).cpu_times()
    except psutil.Error:  # ended meanwhile: the pipe tells
        return 0.0
    return float(times.user + times.system + times.children_user + times.children_system)


def _resident(pid: int) -> int:
    try:
        process = psutil.Process(pid)
        return sum(int(one.memory_info().rss) for one in (process, *process.children(recursive=True)))
    except psutil.Error:  # ended meanwhile: the pipe tells
        return 0
