"""The library dbos with this project's settings: JSON records in ``<data>/jobs.sqlite`` or PostgreSQL, no network."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSClient
from dbos._serialization import Serializer  # the type of a public setting; dbos exports it nowhere else

from ingest.error_json import error_from_json, error_to_json
from kb.core.errors import Transient
from kb.core.settings import Settings

__all__ = ["PENDING", "POLL_SECONDS", "WORKFLOW", "client", "launch", "queue_name", "step"]

# One file is embedded, one waits with its chunks ready, one is read: so both worker processes always have work.
_CONCURRENT_JOBS = 3
POLL_SECONDS = 0.1
_ATTEMPTS = 3
PENDING = ["PENDING", "ENQUEUED", "DELAYED"]
WORKFLOW = "ingest"
# Change it only when jobs that an older release recorded cannot be continued any more.
_FORMAT = "1"


class JsonSerializer(Serializer):
    """Records are JSON, never pickles: a job database from somebody else must not run code here."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, ensure_ascii=False, default=repr)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "sinzi_json"


def step(name: str, stage: Callable[[], Any]) -> Any:
    """Run a stage as a dbos step and return its result.

    An error is recorded as a result: dbos must not retry a file that was refused. Only transient errors are retried.

    Raises:
        SinziError: the stage failed.
    """

    def attempt() -> dict[str, Any]:
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                return {"value": stage()}
            except Transient as error:
                if not attempts_left:
                    return {"error": error_to_json(error)}
                time.sleep(2.0 ** (_ATTEMPTS - attempts_left))
            except Exception as error:
                return {"error": error_to_json(error)}
        raise AssertionError("unreachable")

    result = DBOS.run_step({"name": name}, attempt)
    if "error" in result:
        raise error_from_json(result["error"])
    return result["value"]


def queue_name(settings: Settings) -> str:
    """Return the name of this installation's queue."""
    return "ingest" + _suffix(settings)


def _suffix(settings: Settings) -> str:
    """Return a suffix for names in a shared PostgreSQL, so that each installation runs only its own jobs.

    It is empty for SQLite, where the job database is inside the data folder and moves with it.
    """
    if not settings.database_url:
        return ""
    return "-" + hashlib.sha256(str(settings.data.resolve()).encode()).hexdigest()[:12]


def launch(settings: Settings, queue: str) -> None:
    """Start dbos in this process with one queue, without log output and without network access."""
    DBOS(
        config={
            "name": "sinzi" + _suffix(settings),
            "system_database_url": _url(settings),
            "application_version": _FORMAT,
            "executor_id": "local" + _suffix(settings),
            "serializer": JsonSerializer(),
            "enable_otlp": False,
            "log_level": "CRITICAL",
        }
    )
    DBOS.launch()
    DBOS.register_queue(queue, worker_concurrency=_CONCURRENT_JOBS, polling_interval_sec=POLL_SECONDS)


def client(settings: Settings) -> DBOSClient:
    """Return a client for the queue of another process."""
    return DBOSClient(system_database_url=_url(settings), serializer=JsonSerializer())


def _url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.data / 'jobs.sqlite'}"
