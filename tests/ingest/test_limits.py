"""Time limits: the clock's for a program that does one thing, the worker's own beside a service."""

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
def idle() -> Iterator[int]:
    """A process that waits for somebody."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    yield process.pid
    process.communicate(b"\n")


def watch(settings: Settings, pid: int, gentle: bool, ago: float) -> ProcessLimits:
    short = settings.model_copy(update={"parse_timeout_seconds": LIMIT_SECONDS})
    return ProcessLimits(short, "a.pdf", pid, gentle, time.monotonic() - ago)


def test_the_clock_counts_unless_the_process_gives_way(settings: Settings, idle: int) -> None:
    with pytest.raises(FileRejected) as caught:
        watch(settings, idle, False, LIMIT_SECONDS + 1).check()
    assert caught.value.code == "file_timeout"
    watch(settings, idle, True, LIMIT_SECONDS + 1).check()  # it had the processor for less


def test_a_gentle_process_that_waits_for_ever_is_ended_too(settings: Settings, idle: int) -> None:
    with pytest.raises(FileRejected):
        watch(settings, idle, True, 100 * LIMIT_SECONDS).check()


def checked_for(watched: ProcessLimits, seconds: float) -> None:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        watched.check()
        time.sleep(0.02)


def test_a_gentle_process_is_charged_its_own_time(settings: Settings) -> None:
    busy = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    try:
        charged = ProcessLimits(settings.model_copy(update={"parse_timeout_seconds": 5}), "a.pdf", busy.pid, True)
        charged._granted = -4.9  # a tenth of a second is left
        with pytest.raises(FileRejected):
            checked_for(charged, 60)
    finally:
        busy.kill()
        busy.wait()
