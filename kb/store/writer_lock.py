"""One process writes a data folder; the lock says who.

Embedded Chroma and the job queue are not safe for two writing processes. The operating system drops the
lock when its holder dies, so nothing has to be cleaned up after a crash.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import filelock

from kb.core.errors import Transient
from kb.store.blobs import private_folder

__all__ = ["held_elsewhere", "held_here", "holder", "holder_pid", "writing"]

# Data folders this very process writes.
_OURS: set[Path] = set()
# Whether another process writes is seen by taking its lock for a moment, which must not look so to another thread.
_ASKING = threading.Lock()


def _paths(data: Path) -> tuple[Path, Path]:
    return data / "writer.lock", data / "writer.json"


def holder(data: Path) -> str:
    """Return who holds the lock, as text for a person ("kb ingest, PID 4242")."""
    try:
        facts = json.loads(_paths(data)[1].read_text(encoding="utf-8"))
        return f"{facts['what']}, PID {facts['pid']}"
    except (OSError, ValueError, KeyError):
        return "?"


def holder_pid(data: Path) -> int | None:
    """Return the id of the process that wrote itself down as the holder; it may have died since."""
    try:
        return int(json.loads(_paths(data)[1].read_text(encoding="utf-8"))["pid"])
    except (OSError, ValueError, KeyError):
        return None


def held_here(data: Path) -> bool:
    """Return whether this process holds the lock."""
    return data.resolve() in _OURS


def held_elsewhere(data: Path) -> bool:
    """Return whether another process is writing now."""
    if held_here(data):
        return False
    lock = filelock.FileLock(_paths(data)[0], is_singleton=False)
    if not data.is_dir():
        return False
    with _ASKING:
        try:
            lock.acquire(timeout=0)
        except filelock.Timeout:
            return True
        lock.release()
    return False


@contextmanager
def writing(data: Path, what: str) -> Iterator[None]:
    """Hold the data folder's writer lock for the length of a ``with`` block.

    Raises:
        Transient: ``store_busy`` with the holder's name when another process has it.
    """
    private_folder(data)
    lock_path, facts_path = _paths(data)
    lock = filelock.FileLock(lock_path, is_singleton=False)
    try:
        lock.acquire(timeout=0.2)
    except filelock.Timeout as error:
        raise Transient("store_busy", holder=holder(data)) from error
    _OURS.add(data.resolve())
    try:
        facts_path.write_text(json.dumps({"what": what, "pid": os.getpid()}), encoding="utf-8")
        yield
    finally:
        _OURS.discard(data.resolve())
        facts_path.unlink(missing_ok=True)
        lock.release()
