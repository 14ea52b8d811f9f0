"""One tenant's long file does not hold up another's note; a job that is cancelled at any stage leaves nothing."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import pipeline, reconcile
from ingest.context import IngestContext
from ingest.job import job_for
from ingest.queue import job_queue
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants, writer_lock
from kb.store.tables.states import IngestStatus
from kb.store.tenants import Tenant
from tests.helpers.files import rules
from tests.helpers.stored_content import assert_consistent, stored_content

pytestmark = pytest.mark.slow


def long_text(path: Path, paragraphs: int) -> Path:
    text = "\n\n".join(f"{number}. {rule}" for number, rule in enumerate(rules("night duty", paragraphs), 1))
    path.write_text(text, encoding="utf-8")
    return path


def test_a_note_is_ready_while_another_tenants_long_text_is_embedded(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    other = tenants.create(settings, "sunrise", "Sunrise")
    long, second = long_text(tmp_path / "long.txt", 3000), long_text(tmp_path / "second.txt", 2900)
    note = tmp_path / "note.txt"
    note.write_text("星期五下午三時中心關門消毒。", encoding="utf-8")
    ended: list[str] = []
    with writer_lock.writing(settings.data, "test"), job_queue.open_queue(settings, workers) as queue:
        jobs = {path.name: queue.submit(job_for(tenant, path, path.name, path.name, "main")) for path in (long, second)}
        while not list((tenant.home / "work").glob("*/vectors-*")):
            time.sleep(0.05)
        started = time.monotonic()
        jobs["theirs"] = queue.submit(job_for(other, note, "note.txt", "note.txt", "main"))
        jobs["ours"] = queue.submit(job_for(tenant, note, "note.txt", "note.txt", "main"))

        def wait(name: str, job_id: str) -> None:
            queue.wait_for(job_id)
            ended.append(name)

        threads = [threading.Thread(target=wait, args=item) for item in jobs.items()]
        for thread in threads:
            thread.start()
        while "theirs" not in ended or "ours" not in ended:
            assert time.monotonic() - started < 60, ended
            time.sleep(0.05)
        assert "long.txt" not in ended
        assert "second.txt" not in ended
        assert [one.document.name for one in Library(other).documents()] == ["note.txt"]
        for name in ("long.txt", "second.txt"):
            assert queue.cancel(jobs[name])
        for thread in threads:
            thread.join()
        assert queue.wait_for(jobs["long.txt"]).status is IngestStatus.CANCELLED
        assert not queue.cancel(jobs["long.txt"]), "once"
    assert set(stored_content(tenant)) == {("note.txt", 1)}
    assert_consistent(settings, tenant)


def test_a_job_cancelled_while_its_version_is_begun_ends_and_leaves_nothing(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    note = tmp_path / "note.txt"
    note.write_text("星期五下午三時中心關門消毒。", encoding="utf-8")
    with writer_lock.writing(settings.data, "test"), job_queue.open_queue(settings, workers) as queue:
        workers.identity()
        with queue.context.begin_lock:
            job_id = queue.submit(job_for(tenant, note, note.name, note.name, "main"))
            started = time.monotonic()
            while not queue._running:
                assert time.monotonic() - started < 30
                time.sleep(0.01)
            time.sleep(0.5)  # it waits for the lock, in the middle of the step
            assert queue.cancel(job_id)
        assert queue.finished(job_id).wait(30)
        assert queue.wait_for(job_id).status is IngestStatus.CANCELLED
        started = time.monotonic()
        while any(path.is_file() for path in tenant.files_path.rglob("*")):
            assert time.monotonic() - started < 30
            time.sleep(0.1)
        assert stored_content(tenant) == {}
    assert_consistent(settings, tenant)


@pytest.mark.parametrize("stage", ["begin", "read", "index", "publish"])
@pytest.mark.parametrize("replaces", [False, True])
def test_a_job_cancelled_at_a_stage_leaves_what_was_there_before(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path, stage: str, replaces: bool
) -> None:
    path = tmp_path / "notice.txt"
    if replaces:
        path.write_text("年假十四日。", encoding="utf-8")
        job = job_for(tenant, path, path.name, path.name, "main")
        assert pipeline.ingest(job, IngestContext(settings, workers)).status is IngestStatus.INDEXED
    before = stored_content(tenant)
    path.write_text("\n\n".join(rules("leave", 30)), encoding="utf-8")
    cancelled = threading.Event()
    context = IngestContext(settings, workers).for_job(lambda *_: None, cancelled.is_set)

    def step(name: str, run: Callable[[], Any]) -> Any:
        if name == stage:
            cancelled.set()
            context.stop_if_cancelled() if name == "begin" else None
        return run()

    job = job_for(tenant, path, path.name, path.name, "main")
    outcome = pipeline.ingest(job, context, step)
    assert outcome.status is IngestStatus.CANCELLED
    assert stored_content(tenant) == before
    assert not (tenant.home / "work").exists() or not any((tenant.home / "work").iterdir())
    reconcile.remove_orphan_originals(Library(tenant))  # as the queue does
    assert_consistent(settings, tenant)
    cancelled.clear()
    job = job_for(tenant, path, path.name, path.name, "main")
    again = pipeline.ingest(job, context)
    assert again.status is (IngestStatus.REPLACED if replaces else IngestStatus.INDEXED)
