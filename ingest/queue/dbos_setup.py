"""The library dbos with this project's settings: JSON records in ``<data>/jobs.sqlite`` or PostgreSQL, no network."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

from dbos import DBOS, DBOSClient
from dbos import error as dbos_error
from dbos._serialization import Serializer  # the type of a public setting; dbos exports it nowhere else

from ingest.error_json import error_from_json, error_to_json
from ingest.job import Job
from ingest.workers.fair_turns import JobCancelled
from ingest.workers.worker_pool import SMALL_FILE_BYTES
from kb.core.errors import Transient
from kb.core.settings import Settings

__all__ = [
    "CANCELLED",
    "MAX_RECOVERIES",
    "PENDING",
    "POLL_SECONDS",
    "WORKFLOW",
    "client",
    "launch",
    "partition_of",
    "priority_of",
    "queue_name",
    "queue_names",
    "step",
]

# Jobs of one partition at the same time: one file is embedded, one waits with its chunks ready, one is read.
_PARTITION_JOBS = 3
# Jobs of all partitions at the same time; most of them wait for their turn at a worker process.
_CONCURRENT_JOBS = 96
# After so many crashes in the middle of a job it is given up: what crashes the program must not do so at every start.
MAX_RECOVERIES = 5
_OWN_THREADS = 8  # of dbos itself
POLL_SECONDS = 0.1
_ATTEMPTS = 3
PENDING = ["PENDING", "ENQUEUED", "DELAYED"]
CANCELLED = "CANCELLED"
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
        JobCancelled: the job was cancelled.
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

    try:
        result = DBOS.run_step({"name": name}, attempt)
    except (dbos_error.DBOSWorkflowCancelledError, dbos_error.DBOSWorkflowConflictIDError) as error:
        # The second one comes where the job was cancelled while the stage ran: it has no owner any more. No other
        # process can own it, because only the holder of the writer lock runs jobs.
        raise JobCancelled from error
    if "error" in result:
        raise error_from_json(result["error"])
    return result["value"]


def queue_name(settings: Settings) -> str:
    """Return the name of this installation's queue. It has two partitions for each tenant: small and large files."""
    return "ingest-by-tenant" + _suffix(settings)


def _earlier_queue_name(settings: Settings) -> str:
    """Return the name of the queue of releases before 0.2, without partitions; its jobs are finished here."""
    return "ingest" + _suffix(settings)


def queue_names(settings: Settings) -> list[str]:
    """Return the names of all queues that may hold jobs of this installation."""
    return [queue_name(settings), _earlier_queue_name(settings)]


def partition_of(job: Job) -> str:
    """Return the partition of the queue for a job: no tenant waits for another one's jobs, no note for a long file."""
    return f"{job.tenant}/{'large' if job.size_bytes > SMALL_FILE_BYTES else 'small'}"


def priority_of(job: Job) -> int:
    """Return the place of a job in its partition: smaller files first, those of about the same size as they came."""
    return 1 + job.size_bytes.bit_length()


def _suffix(settings: Settings) -> str:
    """Return a suffix for names in a shared PostgreSQL, so that each installation runs only its own jobs.

    It is empty for SQLite, where the job database is inside the data folder and moves with it.
    """
    if not settings.database_url:
        return ""
    return "-" + hashlib.sha256(str(settings.data.resolve()).encode()).hexdigest()[:12]


def launch(settings: Settings) -> None:
    """Start dbos in this process with the queue, without log output and without network access."""
    DBOS(
        config={
            "name": "sinzi" + _suffix(settings),
            "system_database_url": _url(settings),
            "application_version": _FORMAT,
            "executor_id": "local" + _suffix(settings),
            "serializer": JsonSerializer(),
            "enable_otlp": False,
            "log_level": "CRITICAL",
            "max_executor_threads": _CONCURRENT_JOBS + _PARTITION_JOBS + _OWN_THREADS,
        }
    )
    DBOS.launch()
    DBOS.register_queue(
        queue_name(settings),
        worker_concurrency=_CONCURRENT_JOBS,
        partition_worker_concurrency=_PARTITION_JOBS,
        polling_interval_sec=POLL_SECONDS,
    )
    earlier = _earlier_queue_name(settings)
    if DBOS.list_workflows(queue_name=earlier, status=PENDING, limit=1, load_input=False):
        DBOS.register_queue(earlier, worker_concurrency=_PARTITION_JOBS, polling_interval_sec=POLL_SECONDS)


def client(settings: Settings) -> DBOSClient:
    """Return a client for the queue of another process."""
    return DBOSClient(system_database_url=_url(settings), serializer=JsonSerializer())


def _url(settings: Settings) -> str:
    return settings.database_url or f"sqlite:///{settings.data / 'jobs.sqlite'}"
