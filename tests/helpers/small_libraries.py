"""Small libraries of texts, one for each tenant."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from ingest.document_names import files_in
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.store import tenants
from tests.helpers.ingest_files import ingest_files

__all__ = ["ingest_texts"]


def ingest_texts(settings: Settings, folder: Path, libraries: Mapping[str, Mapping[str, str | bytes]]) -> None:
    """Ingest for each tenant, by its slug, its documents: name → content."""
    with WorkerPool(settings) as workers:
        for slug, documents in libraries.items():
            (folder / slug).mkdir()
            for name, content in documents.items():
                data = content.encode() if isinstance(content, str) else content
                (folder / slug / name).write_bytes(data)
            tenant = tenants.create(settings, slug, slug, "")
            ingest_files(settings, workers, tenant, files_in([folder / slug]), "main")
