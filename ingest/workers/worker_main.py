"""The worker process: ``python -m ingest.workers.worker_main``. Reads files and embeds chunks, away from what serves.

With ``--gentle`` it gives way to everything else on the machine, so that people who ask do not wait for it.

The first line on standard input is the settings as JSON, answered with ``{"ready": true}``; each further line is
a task, answered with lines ``{"progress": [done, total]}`` and, last, ``{"result": …}`` or ``{"error": {…}}``. The
process ends when its standard input ends, so it never outlives the one that started it.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from kb.core.cpu_cores import usable_cores
from kb.core.settings import Settings

__all__ = ["main"]

Progress = Callable[[int, int | None], None]
_PROGRESS_SECONDS = 0.1
# Of 0 to 19: gets a thirtieth of a core that somebody else wants, and all of one that nobody does.
_GENTLE = 15


def main() -> None:
    """Answer tasks until standard input ends."""
    replies = _private_stdout()
    _no_core_dumps()
    if "--gentle" in sys.argv:
        _give_way()
    first = sys.stdin.readline()
    if not first:
        return
    settings = Settings(**json.loads(first))
    if "--gentle" in sys.argv and not settings.embedding_threads:
        # a core stays free for the people who ask
        settings = settings.model_copy(update={"embedding_threads": max(1, usable_cores() - 1)})
    _say(replies, {"ready": True})
    tasks: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    while True:
        task = tasks.get()
        try:
            reply = {"result": _do(task, settings, _reporter(replies))}
        except Exception as error:
            reply = {"error": _packed(error)}
        _say(replies, reply)


def _private_stdout() -> TextIO:
    """Keep the reply channel for ourselves: what libraries print goes to standard error."""
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return channel


def _no_core_dumps() -> None:
    """A crashed reader must not leave a tenant's document in a core file."""
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _give_way() -> None:
    import psutil

    with contextlib.suppress(psutil.Error, OSError):
        psutil.Process().nice(getattr(psutil, "BELOW_NORMAL_PRIORITY_CLASS", _GENTLE))


def _listen(tasks: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        tasks.put(json.loads(line))
    os._exit(0)


def _say(replies: TextIO, message: dict[str, Any]) -> None:
    replies.write(json.dumps(message, ensure_ascii=False) + "\n")
    replies.flush()


def _reporter(replies: TextIO) -> Progress:
    """Report progress, but not thousands of times a second for a workbook of short rows."""
    last = 0.0

    def report(done: int, total: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= _PROGRESS_SECONDS or done == total:
            last = now
            _say(replies, {"progress": [done, total]})

    return report


def _do(task: dict[str, Any], settings: Settings, progress: Progress) -> dict[str, Any]:
    from kb.search.models import embedding

    encoder = embedding.load(settings)
    match task["do"]:
        case "identity":
            return {"model": str(encoder.identity), "dimension": encoder.identity.dimension}
        case "read":
            from ingest.workers.reading import read

            folder = Path(task["folder"])
            document = read(Path(task["source"]), task["name"], folder, settings, encoder, progress)
            return {"pages": document.page_count, "chunks": len(document.chunks), "members": len(document.members)}
        case "embed":
            from ingest.workers.embedding_stage import embed

            return {"vectors": embed(Path(task["folder"]), encoder, progress)}
        case "warm":  # pay for the imports while there is nothing else to do
            import ingest.workers.reading

            return {"ready": ingest.workers.reading.__name__}
    raise ValueError(task["do"])


def _packed(error: Exception) -> dict[str, Any]:
    from ingest.error_json import error_to_json

    return error_to_json(error)


if __name__ == "__main__":
    main()
