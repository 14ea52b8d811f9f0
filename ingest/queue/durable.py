"""dbos as this project uses it: small JSON records in ``<data>/jobs.sqlite`` or PostgreSQL, no console, no network."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSClient
from dbos._serialization import Serializer  # the type of a public setting; dbos exports it nowhere else

from ingest.error_json import error_from_json, error_to_json
from kb.core.errors import Transient
from kb.core.settings import Settings

__all__ = ["PENDING", "POLL_SECONDS", "WORKFLOW", "client", "launch", "queue_name", "step"]

# One file is embedded, one waits with its chunks ready, one is read: neither worker process idles.
_SIDE_BY_SIDE = 3
POLL_SECONDS = 0.1
_ATTEMPTS = 3
PENDING = ["PENDING", "ENQUEUED", "DELAYED"]
WORKFLOW = "ingest"
# Raised only when a job recorded by an older Sinzi can no longer be carried on.
_FORMAT = "1"


class Json(Serializer):
    """Records are JSON, never pickles: a job database from elsewhere must not run code here."""

    def serialize(self, data: Any) -> str:
        return json.dumps(data, ensure_ascii=False, default=repr)

    def deserialize(self, serialized_data: str) -> Any:
        return json.loads(serialized_data)

    def name(self) -> str:
        return "sinzi_json"


def step(name: str, stage: Callable[[], Any]) -> Any:
    """Run a stage as a dbos step. Its error is recorded as a result, since a refused file is no reason to retry."""

    def attempt() -> dict[str, Any]:
        for attempts_left in reversed(range(_ATTEMPTS)):
            try:
                return {"value": stage()}
            except Transient as error:
                if not attempts_left:
                    return {"error": error_to_json(error)}
                threading.Event().wait(2.0 ** (_ATTEMPTS - attempts_left))
            except Exception as error:
                return {"error": error_to_json(error)}
        raise AssertionError("unreachable")

    result = DBOS.run_step({"name": name}, attempt)
    if "error" in result:
        raise error_from_json(result["error"])
    return result["value"]


def queue_name(settings: Settings) -> str:
    """Return the name of the installation's queue of files."""
    return "ingest" + _suffix(settings)


def _suffix(settings: Settings) -> str:
    """Installations that share one PostgreSQL keep to their own jobs; a SQLite file moves with its folder."""
    if not settings.database_url:
        return ""
    return "-" + hashlib.sha256(str(settings.data.resolve()).encode()).hexdigest()[:12]


def launch(settings: Settings, queue: str) -> None:
    """Start dbos in this process, quiet and without a network of its own, with one queue."""
    DBOS(
        config={
            "name": "sinzi" + _suffix(settings),
            "system_database_url": _url(settings),
            "application_version": _FORMAT,
            "executor_id": "local" + _suffix(settings),
            "serializer": Json(),
            "enable_otlp": False,
            "log_level": "CRITICAL",
        }
    )
    DBOS.launch()
    DBOS.register_queue(queue, worker_concurrency=_SIDE_BY_SIDE, polling_interval_sec=POLL_SECONDS)


def client(settings: Settings) -> DBOSClient:
    """Return a door to the queue that another process works through."""
    return DBOSClient(system_database_url=_url(settings), serializer=Json())


def _url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.data / 'jobs.sqlite'}"
