"""Time limits: wall-clock time for a command, CPU time for a worker of low priority beside a service."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator

import pytest

from ingest.workers.process_limits import ProcessLimits
from kb.core.errors import FileRejected
from kb.core.settings import Settings

LIMIT_SECONDS = 5


@pytest.fixture
def idle_pid() -> Iterator[int]:
    """A process that waits for input."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate(b"\n")


def process_limits(settings: Settings, pid: int, low_priority: bool, ago: float) -> ProcessLimits:
    short = settings.model_copy(update={"parse_timeout_seconds": LIMIT_SECONDS})
    return ProcessLimits(short, "a.pdf", pid, low_priority, time.monotonic() - ago)


def test_the_wall_clock_counts_unless_the_process_has_low_priority(settings: Settings, idle_pid: int) -> None:
    with pytest.raises(FileRejected) as caught:
        process_limits(settings, idle_pid, False, LIMIT_SECONDS + 1).check()
    assert caught.value.code == "file_timeout"
    process_limits(settings, idle_pid, True, LIMIT_SECONDS + 1).check()  # its CPU time is below the limit


def test_a_low_priority_process_that_waits_forever_is_ended_too(settings: Settings, idle_pid: int) -> None:
    with pytest.raises(FileRejected):
        process_limits(settings, idle_pid, True, 100 * LIMIT_SECONDS).check()


def check_for(limits: ProcessLimits, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        limits.check()
        time.sleep(0.02)


def test_a_low_priority_process_is_charged_its_cpu_time(settings: Settings) -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        limits = ProcessLimits(settings.model_copy(update={"parse_timeout_seconds": 5}), "a.pdf", busy.pid, True)
        limits._extra_seconds = -4.9  # a tenth of a second is left
        with pytest.raises(FileRejected):
            check_for(limits, 60)
    finally:
        busy.kill()
        busy.wait()
