"""Parsers that misbehave, for the limits of the process in which they run."""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

__all__ = ["copy", "crash", "loop", "take_memory"]


def copy(source: Path, name: str, result: Path) -> None:
    result.write_bytes(name.encode() + source.read_bytes())


def loop(source: Path, name: str, result: Path) -> None:
    ends = time.monotonic() + 120
    while time.monotonic() < ends:
        pass


def take_memory(source: Path, name: str, result: Path) -> None:
    kept = [bytearray(os.urandom(1 << 20)) * 16 for _ in range(200)]
    time.sleep(60)
    del kept


def crash(source: Path, name: str, result: Path) -> None:
    os.kill(os.getpid(), signal.SIGSEGV)
