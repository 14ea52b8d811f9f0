"""Tasks for the rendering process: at most two at a time, each with a time limit."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import Any

from kb.core.errors import InputError, Transient

__all__ = ["run"]

_SECONDS = 25.0
_WAIT_SECONDS = 30.0
_PROCESSES = threading.BoundedSemaphore(2)


def run(task: dict[str, Any]) -> dict[str, Any]:
    """Run a task of :mod:`assistant.sources.render_main` and return its result.

    Raises:
        InputError: ``page_unreadable`` if the page cannot be rendered within the limits.
        Transient: ``drawing_busy`` if other tasks take all the waiting time.
    """
    if not _PROCESSES.acquire(timeout=_WAIT_SECONDS):
        raise Transient("drawing_busy")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "assistant.sources.render_main"],
            input=json.dumps(task).encode(),
            capture_output=True,
            timeout=_SECONDS,
            check=True,
        )
        answer: dict[str, Any] = json.loads(done.stdout)
    except (subprocess.SubprocessError, ValueError) as error:
        raise InputError("page_unreadable", page=task["page"]) from error
    finally:
        _PROCESSES.release()
    return answer
