"""The program of a worker process: ``python -m ingest.workers.worker_main``. It reads files and embeds chunks.

With ``--low-priority`` it runs behind everything else on the machine, so that people who ask do not wait for it.

The first line on standard input is the settings as JSON; the answer is ``{"ready": true}``. Each further line is a
task; the answer is lines ``{"progress": [done, total]}`` and, last, ``{"result": …}`` or ``{"error": {…}}``. The
process ends when its standard input ends, so it never outlives its parent process.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from ingest.error_json import error_to_json
from kb.core.cpu_cores import usable_cores
from kb.core.settings import Settings

Progress = Callable[[int, int | None], None]
_PROGRESS_SECONDS = 0.1
# Unix nice value, 0 to 19. At 15 the process gets about a thirtieth of a busy core, and all of an idle one.
_LOW_PRIORITY_NICE = 15


def main() -> None:
    """Run tasks until standard input ends."""
    replies = _reserve_stdout()
    _no_core_dumps()
    if "--low-priority" in sys.argv:
        _lower_priority()
    first = sys.stdin.readline()
    if not first:
        return
    settings = Settings(**json.loads(first))
    if "--low-priority" in sys.argv and not settings.embedding_threads:
        # a core stays free for the people who ask
        settings = settings.model_copy(update={"embedding_threads": max(1, usable_cores() - 1)})
    _send(replies, {"ready": True})
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_receive_tasks, args=(tasks,), daemon=True).start()
    while True:
        task = tasks.get()
        try:
            reply = {"result": _run_task(task, settings, _throttled_progress(replies))}
        except Exception as error:
            reply = {"error": error_to_json(error)}
        _send(replies, reply)


def _reserve_stdout() -> TextIO:
    """Return standard output as the reply channel, and send what libraries print to standard error instead."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _no_core_dumps() -> None:
    """Disable core dumps: the core file of a crashed reader would hold a tenant's document."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _lower_priority() -> None:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _LOW_PRIORITY_NICE))


def _receive_tasks(tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    os._exit(0)


def _send(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message, ensure_ascii=False) + "\n")
    replies.flush()


def _throttled_progress(replies: TextIO) -> Progress:
    """Return a callback that sends progress at most every ``_PROGRESS_SECONDS``: a workbook has thousands of rows."""
    last = 0.0

    def report(done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_SECONDS or done == total:
            last = now
            _send(replies, {"progress": [done, total]})

    return report


def _run_task(task: dict[str, Any], settings: Settings, progress: Progress) -> dict[str, Any]:
    from kb.search.models import embedding

    if task["do"] == "parse":
        return _parse(task)
    encoder = embedding.load(settings)
    match task["do"]:
        case "identity":
            return {"model": str(encoder.identity), "dimension": encoder.identity.dimension}
        case "read":
            from ingest.workers.reading_stage import read

            folder = Path(task["folder"])
            source, mask = Path(task["source"]), task["mask"]
            document = read(source, task["name"], folder, settings, encoder, progress, mask=mask)
            return {
                "pages": document.page_count,
                "chunks": len(document.chunks),
                "members": len(document.members),
                "personal_data": document.personal_counts,
                "person_list": document.person_list,
            }
        case "embed":
            from ingest.workers.embedding_stage import embed

            done, total = embed(Path(task["folder"]), encoder, progress, task["seconds"])
            return {"done": done, "total": total}
        case "warm":  # do the slow imports while there is nothing else to do
            import ingest.workers.reading_stage

            return {"ready": ingest.workers.reading_stage.__name__}
    raise ValueError(task["do"])


def _parse(task: dict[str, Any]) -> dict[str, Any]:
    """Call the function that the task names. The parent names it, never a file; it may be of a floor above."""
    module, _, function = task["function"].partition(":")
    getattr(importlib.import_module(module), function)(Path(task["source"]), task["name"], Path(task["result"]))
    return {}


if __name__ == "__main__":
    main()
