"""Durable jobs: a run that is killed at any moment is finished by the next run; nothing is lost, nothing is doubled."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from ingest import document_names, pipeline, reconcile
from ingest.context import IngestContext, work_folder
from ingest.job import job_for
from ingest.queue import job_queue
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.store import tenants, writer_lock
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx, make_pdf, rules
from tests.helpers.stored_content import assert_consistent, stored_content

pytestmark = pytest.mark.slow


def start(settings: Settings, *arguments: str) -> subprocess.Popen[str]:
    """Start ``kb`` in a new process."""
    # A shell starts background jobs with Ctrl-C ignored, and what they start inherits that.
    program = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from kb.cli import main; main()"
    command = [sys.executable, "-c", program, "--data", str(settings.data), *arguments]
    environment = {**os.environ, "KB_CACHE": str(settings.cache), "KB_LOCALE": "en"}
    return subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        start_new_session=True,
    )


def finish(process: subprocess.Popen[str]) -> list[dict[str, Any]]:
    out, err = process.communicate(timeout=120)
    assert "Traceback" not in err, err
    return [json.loads(line) for line in out.splitlines()]


def kill_when(process: subprocess.Popen[str], condition: Callable[[], bool]) -> bool:
    """End the process with SIGKILL as soon as ``condition`` holds; return False when it finished before."""
    while not condition():
        if process.poll() is not None:
            break
        time.sleep(0.002)
    alive = process.poll() is None
    process.kill()
    process.communicate()
    return alive


def records(tenant: Tenant, query: str) -> int:
    """Run a count query on the committed records, from outside the process that writes them."""
    try:
        with sqlite3.connect(f"file:{tenant.records_path}?mode=ro", uri=True) as connection:
            found = connection.execute(query).fetchone()[0]
        connection.close()
    except sqlite3.OperationalError:
        return 0
    return int(found)


def steps(settings: Settings) -> int:
    """Count the steps that the job database has recorded."""
    try:
        with sqlite3.connect(f"file:{settings.data / 'jobs.sqlite'}?mode=ro", uri=True) as connection:
            found = connection.execute("SELECT count(*) FROM operation_outputs").fetchone()[0]
        connection.close()
    except sqlite3.OperationalError:
        return 0
    return int(found)


def uninterrupted(settings: Settings, workers: WorkerPool, folder: Path) -> dict[tuple[str, int], dict[str, Any]]:
    """Return what the same batch gives in one run, without a queue, in another data folder."""
    apart = settings.model_copy(update={"data": settings.data.parent / "undisturbed"})
    tenant = tenants.create(apart, "harmony", "Harmony")
    context = IngestContext(apart, workers)
    found = document_names.files_in([folder])
    names = document_names.assign(path.relative_to(folder) for path in found)  # type: ignore[arg-type]
    todo = [job_for(tenant, path, name, name, "main") for path, name in zip(found, names, strict=True)]
    while todo:
        todo += pipeline.ingest(todo.pop(0), context).members
    return stored_content(tenant)


def test_a_batch_killed_several_times_ends_like_an_uninterrupted_one(
    settings: Settings, workers: WorkerPool, tenant: Tenant, batch: Path
) -> None:
    wanted = uninterrupted(settings, workers, batch)
    moments: list[Callable[[], bool]] = [
        lambda: steps(settings) >= 1,
        lambda: bool(list((tenant.home / "work").glob("*/document.json"))),
        lambda: records(tenant, "SELECT count(*) FROM chunks") > 0,
        lambda: records(tenant, "SELECT count(*) FROM versions WHERE state = 'published'") >= 3,
        lambda: records(tenant, "SELECT count(*) FROM versions WHERE state = 'published'") >= 6,
    ]
    killed = 0
    for moment in moments:
        process = start(settings, "ingest", str(batch), "--tenant", "harmony", "--json")
        killed += kill_when(process, moment)
        assert all(facts["texts"] for facts in stored_content(tenant).values() if facts["state"] == "published")
    assert killed >= 3  # else this test shows nothing
    lines = finish(start(settings, "ingest", str(batch), "--tenant", "harmony", "--json"))
    assert [line["document"] for line in lines if line["status"] == "failed"] == ["broken.pdf"]
    assert stored_content(tenant) == wanted
    assert_consistent(settings, tenant)
    assert not job_queue.was_interrupted(settings)


def test_killed_while_replacing_the_old_version_is_used_until_the_new_one_is_complete(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=2)
    pipeline.ingest(job_for(tenant, path, path.name, path.name, "main"), IngestContext(settings, workers))
    old = stored_content(tenant)["manual.pdf", 1]
    make_pdf(path, "transport", pages=2)
    process = start(settings, "ingest", str(path), "--tenant", "harmony", "--json")
    # the records of the new version are stored, its vectors perhaps too, and it is not published
    filled = "SELECT count(*) FROM chunks JOIN versions ON versions.id = version_id WHERE number = 2"
    assert kill_when(process, lambda: records(tenant, filled) > 0)
    (document_version,) = Library(tenant).documents()
    if document_version.version.number == 1:  # not complete yet: answers use version 1, with all its vectors
        chunk_ids = {chunk.id for chunk in Library(tenant).chunks_of(document_version.version.id)}
        assert stored_content(tenant)["manual.pdf", 1] == old
        assert chunk_ids <= VectorStore(settings, tenant, "main").ids()
    process = start(settings, "jobs", "resume")
    out, err = process.communicate(timeout=60)
    assert process.returncode == 0, err
    assert "No unfinished jobs" in out
    assert {number: facts["state"] for (_, number), facts in stored_content(tenant).items()} == {
        1: "superseded",
        2: "published",
    }
    assert_consistent(settings, tenant)


def test_a_job_is_finished_without_the_file_it_came_from(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    process = start(settings, "ingest", str(path), "--tenant", "harmony", "--json")
    assert kill_when(process, lambda: steps(settings) >= 1)
    path.unlink()
    with writer_lock.writing(settings.data, "test"), job_queue.open_queue(settings, workers) as queue:
        for job_id in queue.unfinished():
            assert [outcome.status for outcome in queue.outcomes(job_id)] == ["indexed"]
    assert set(stored_content(tenant)) == {("handbook.docx", 1)}
    assert_consistent(settings, tenant)


def test_reconciling_repairs_what_a_crash_between_two_stores_leaves(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    job = job_for(tenant, path, path.name, path.name, "main")
    pipeline.ingest(job, IngestContext(settings, workers))
    library, store = Library(tenant), VectorStore(settings, tenant, "main")
    (document_version,) = library.documents()
    wanted = store.ids()
    before = stored_content(tenant)
    # orphan vectors, missing vectors, a started version, its work folder, an original without a version
    store.add(9_999, [10_001, 10_002], two_vectors(store, document_version.version.id))
    store.remove([min(wanted)])
    other = tmp_path / "other.txt"
    other.write_text("\n".join(rules("cash", 2)))
    context = IngestContext(settings, workers)
    started = pipeline.begin(job_for(tenant, other, "other.txt", "other.txt", "main"), context)
    work_folder(tenant, started.version_id).mkdir(parents=True)
    reconcile.reconcile_all(settings, [replace(job, sha256="0" * 64)])  # something is queued: its originals must stay
    assert len(list(tenant.files_path.glob("??/*"))) == 2
    reconcile.reconcile_all(settings, [])
    assert stored_content(tenant) == before
    assert store.ids() == wanted
    assert_consistent(settings, tenant)


def two_vectors(store: VectorStore, version_id: int) -> Any:
    """Return two vectors of the right dimension, taken from the store."""
    return store._use(
        lambda collection: collection.get(where={"version": version_id}, limit=2, include=["embeddings"])
    )["embeddings"][[0, 0]]


def test_ctrl_c_is_not_a_failure(settings: Settings, tenant: Tenant, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=20)
    process = start(settings, "ingest", str(path), "--tenant", "harmony")
    while not list((tenant.home / "work").glob("*")) and process.poll() is None:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert "Traceback" not in err
    assert "goes on" in err
    assert "failed" not in out
    (line,) = finish(start(settings, "ingest", str(path), "--tenant", "harmony", "--json"))
    assert (line["status"], line["version"], line["pages"]) == (
        "unchanged",
        1,
        20,
    )  # the interrupted job was finished first
    assert_consistent(settings, tenant)
