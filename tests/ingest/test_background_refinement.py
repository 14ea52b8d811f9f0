"""Sentence vectors after publishing: completed after an interrupted run, made by a service while its queue is empty."""

from __future__ import annotations

import json
import threading
import time
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from ingest import background_refinement, pipeline
from ingest.context import IngestContext
from ingest.job import job_for
from ingest.workers.worker_pool import WorkerPool
from kb.cli import cli
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense import sentence_vectors
from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx

pytestmark = pytest.mark.slow


def ingested(settings: Settings, workers: WorkerPool, tenant: Tenant, path: Path) -> Library:
    pipeline.ingest(job_for(tenant, path, path.name, path.name, "main"), IngestContext(settings, workers))
    return Library(tenant)


def outstanding_sentences(library: Library) -> int:
    with library.session() as session:
        return sentence_vectors.outstanding(session)


def test_refinement_runs_in_batches_and_continues_after_an_interruption(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    library = ingested(settings, workers, tenant, make_docx(tmp_path / "handbook.docx", "leave"))
    total = outstanding_sentences(library)
    assert total > 0
    assert not background_refinement.refine(library, workers, go_on=lambda: False)
    assert outstanding_sentences(library) == total
    reported: list[tuple[int, int]] = []
    assert background_refinement.refine(library, workers, progress=lambda done, all_: reported.append((done, all_)))
    assert reported[-1] == (total, total)
    assert outstanding_sentences(library) == 0
    assert not (tenant.home / "work" / "sentences").exists()
    with library.session() as session:
        rows = session.execute(
            sa.select(ChunkRow.text, SentenceVectorsRow.spans, SentenceVectorsRow.vectors).join(SentenceVectorsRow)
        ).all()
    assert all(len(spans) // 8 == len(vectors) // 384 > 0 for _, spans, vectors in rows)
    assert background_refinement.refine(library, workers)  # nothing is left to do


def test_the_next_command_refines_what_an_interrupted_one_left(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    library = ingested(settings, workers, tenant, path)  # like a run that was stopped after the last file
    assert outstanding_sentences(library) > 0
    arguments = ["--data", str(settings.data), "ingest", str(path), "--tenant", "harmony", "--json"]
    result = CliRunner().invoke(cli, arguments, env={"KB_CACHE": str(settings.cache)}, catch_exceptions=False)
    assert json.loads(result.stdout)["status"] == "unchanged"
    assert outstanding_sentences(library) == 0


def test_a_service_refines_when_its_queue_is_empty(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    library = ingested(settings, workers, tenant, make_docx(tmp_path / "handbook.docx", "leave"))
    queued = threading.Event()
    queued.set()
    asked = threading.Event()

    def busy() -> bool:
        asked.set()
        return queued.is_set()

    with background_refinement.in_background(settings, workers, busy, poll_seconds=0.05):
        assert asked.wait(10)
        assert outstanding_sentences(library) > 0
        queued.clear()
        until = time.monotonic() + 30
        while outstanding_sentences(library) and time.monotonic() < until:
            time.sleep(0.05)
    assert outstanding_sentences(library) == 0
