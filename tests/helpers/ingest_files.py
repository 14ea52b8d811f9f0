"""Files ingested without the command line and its queue."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from ingest import background_refinement, pipeline
from ingest.context import IngestContext
from ingest.job import Outcome, job_for
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store.tenants import Tenant

__all__ = ["ingest_file", "ingest_files"]


def ingest_file(
    settings: Settings,
    workers: WorkerPool,
    tenant: Tenant,
    path: Path,
    name: str | None = None,
    collection: str = "main",
) -> list[Outcome]:
    """Ingest a file and the files found inside it."""
    context = IngestContext(settings, workers)
    todo = [job_for(tenant, path, name or path.name, str(path), collection)]
    done = []
    while todo:
        done.append(pipeline.ingest(todo.pop(0), context))
        todo += done[-1].members
    return done


def ingest_files(
    settings: Settings, workers: WorkerPool, tenant: Tenant, paths: Iterable[Path], collection: str
) -> None:
    """Ingest files that must succeed, and refine the library as ``kb ingest`` does."""
    for path in paths:
        assert all(
            outcome.status == "indexed" for outcome in ingest_file(settings, workers, tenant, path, None, collection)
        )
    background_refinement.refine(Library(tenant), workers)
