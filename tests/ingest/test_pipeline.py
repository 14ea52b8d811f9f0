"""One file through all stages, and what happens when a stage is repeated or its worker process dies."""

from __future__ import annotations

import os
import signal
import threading
import time
from pathlib import Path, PurePosixPath

import psutil
import pytest

from ingest import document_names, pipeline
from ingest.context import IngestContext
from ingest.job import Outcome, job_for
from ingest.system_files import is_document
from ingest.workers.worker_pool import WorkerPool
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.search.dense.vector_store import VectorStore
from kb.search.models import embedding
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx, make_mail, make_pdf, make_zip, rules
from tests.helpers.ingest_files import ingest_file
from tests.helpers.stored_content import assert_consistent, stored_content

pytestmark = pytest.mark.slow


def test_a_pdf_becomes_a_searchable_document(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    (outcome,) = ingest_file(settings, workers, tenant, make_pdf(tmp_path / "manual.pdf", "visits", pages=3))
    assert (outcome.status, outcome.document, outcome.version, outcome.pages) == ("indexed", "manual.pdf", 1, 3)
    assert outcome.error is None
    library = Library(tenant)
    (document_version,) = library.documents()
    chunks = library.chunks_of(document_version.version.id)
    assert len(chunks) == outcome.chunks > 0
    assert {page for chunk in chunks for page in chunk.pages} == {1, 2, 3}
    assert "case 21 for 4 years" in "".join(chunk.text for chunk in chunks)
    assert all(chunk.tokens <= settings.chunk_tokens for chunk in chunks)
    question = embedding.load(settings).encode_queries([chunks[1].text])
    ((best, _),) = VectorStore(settings, tenant, "main").nearest(question, 1)[0]
    assert best == chunks[1].id
    assert_consistent(settings, tenant)


def test_same_bytes_again_are_unchanged_and_new_bytes_are_the_next_version(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    assert ingest_file(settings, workers, tenant, path)[0].status == "indexed"
    again = ingest_file(settings, workers, tenant, path)[0]
    assert (again.status, again.version) == ("unchanged", 1)
    assert again.chunks > 0
    make_docx(path, "overtime")
    replaced = ingest_file(settings, workers, tenant, path)[0]
    assert (replaced.status, replaced.version) == ("replaced", 2)
    states = {number: facts["state"] for (_, number), facts in stored_content(tenant).items()}
    assert states == {1: "superseded", 2: "published"}
    assert_consistent(settings, tenant)  # the vectors of version 1 are gone
    assert "leave" in stored_content(tenant)["handbook.docx", 1]["texts"][0]  # but it can still be read


def test_the_same_content_under_another_name_is_known(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    ingest_file(settings, workers, tenant, path)
    (outcome,) = ingest_file(settings, workers, tenant, path, name="copy of handbook.docx")
    assert (outcome.status, outcome.document) == ("unchanged", "handbook.docx")


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("empty.txt", b"", "file_empty"),
        ("broken.pdf", b"%PDF-1.7\nnot really\n", "file_broken"),
        ("blank.txt", b"  \n\n \t\n" * 1000, "file_empty"),
    ],
)
def test_a_refused_file_leaves_nothing_but_its_error(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path, name: str, data: bytes, code: str
) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    (outcome,) = ingest_file(settings, workers, tenant, path)
    assert outcome.status == "failed"
    assert outcome.error is not None
    assert outcome.error["code"] == code
    assert stored_content(tenant) == {}
    assert not list((tenant.home / "work").glob("*"))


def test_a_failed_new_version_leaves_the_old_one_published(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=1)
    ingest_file(settings, workers, tenant, path)
    before = stored_content(tenant)
    path.write_bytes(path.read_bytes()[:400])
    assert ingest_file(settings, workers, tenant, path)[0].status == "failed"
    assert stored_content(tenant) == before


def test_attachments_and_members_are_documents_of_their_own(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    one = make_mail(tmp_path / "one.eml", "drills", ("agenda.txt", "\n\n".join(rules("drills", 3))))
    two = make_mail(tmp_path / "two.eml", "budget", ("agenda.txt", "\n\n".join(rules("budget", 3))))
    pack = make_zip(tmp_path / "pack.zip", {"a/x.txt": "Keys are with the warden.", "b/x.txt": "Lockers are numbered."})
    outcomes = [outcome for path in (one, two, pack) for outcome in ingest_file(settings, workers, tenant, path)]
    assert [(outcome.document, outcome.status) for outcome in outcomes] == [
        ("one.eml", "indexed"),
        ("agenda.txt", "indexed"),
        ("two.eml", "indexed"),
        ("two.eml/agenda.txt", "indexed"),  # a file of its own, not the next version of the other mail's
        ("pack.zip", None),
        ("x.txt", "indexed"),
        ("b/x.txt", "indexed"),
    ]
    assert outcomes[5].path.endswith("pack.zip/a/x.txt")
    before = stored_content(tenant)
    again = [outcome for path in (one, two, pack) for outcome in ingest_file(settings, workers, tenant, path)]
    assert {outcome.status for outcome in again} == {"unchanged", None}
    assert stored_content(tenant) == before
    assert ("pack.zip", 1) not in before


def test_every_stage_may_be_repeated(settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path) -> None:
    """Each stage runs twice, as after a crash right before its result was recorded."""
    path = make_docx(tmp_path / "handbook.docx", "leave")
    context = IngestContext(settings, workers)

    def twice(name: str, stage: object) -> object:
        assert callable(stage)
        stage()
        return stage()

    outcome = pipeline.ingest(job_for(tenant, path, path.name, str(path), "main"), context, twice)  # type: ignore[arg-type]
    assert outcome.status == "indexed"
    assert_consistent(settings, tenant)
    assert set(stored_content(tenant)) == {("handbook.docx", 1)}


def test_a_reader_that_takes_too_long_is_ended_and_replaced(settings: Settings, tmp_path: Path) -> None:
    short = settings.model_copy(update={"parse_timeout_seconds": 5})
    path = tmp_path / "long.txt"
    path.write_text("\n\n".join(f"{text} {n}" for n in range(4000) for text in rules("night duty", 20)))
    with WorkerPool(short) as workers:
        started = time.monotonic()
        with pytest.raises(FileRejected) as caught:
            workers.read(path, "long.txt", tmp_path / "work", lambda done, total: None)
        assert caught.value.code == "file_timeout"
        assert time.monotonic() - started < 8
        workers.read(make_pdf(tmp_path / "a.pdf", "a", 1), "a.pdf", tmp_path / "work-a", lambda done, total: None)


def test_a_reader_that_uses_too_much_memory_is_ended(settings: Settings, tmp_path: Path) -> None:
    small = settings.model_copy(update={"worker_memory_mb": 256})
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=1)
    with WorkerPool(small) as workers, pytest.raises(FileRejected) as caught:
        workers.read(path, "manual.pdf", tmp_path / "work", lambda done, total: None)
    assert caught.value.code == "file_out_of_memory"


def test_a_crashed_reader_fails_its_file_and_the_next_one_is_read(settings: Settings, tmp_path: Path) -> None:
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=20)
    before = {child.pid for child in psutil.Process().children()}
    with WorkerPool(settings) as workers:
        workers.read(make_pdf(tmp_path / "a.pdf", "a", 1), "a.pdf", tmp_path / "work-a", lambda done, total: None)
        (reader,) = {child.pid for child in psutil.Process().children()} - before

        def crash(done: int, total: int | None) -> None:
            os.kill(reader, signal.SIGSEGV)

        with pytest.raises(FileRejected) as caught:
            workers.read(path, "manual.pdf", tmp_path / "work", crash)
        assert caught.value.code == "file_crashed_parser"
        facts = workers.read(path, "manual.pdf", tmp_path / "work", lambda done, total: None)
        assert facts["pages"] == 20


def test_embedding_continues_after_the_embedder_crashed(settings: Settings, tmp_path: Path) -> None:
    """What was embedded before the crash is kept, and the rows equal those of an uninterrupted run."""
    path = make_pdf(tmp_path / "manual.pdf", "visits", pages=5)
    small = settings.model_copy(update={"chunk_tokens": 64})
    before = {child.pid for child in psutil.Process().children()}
    killed: list[int] = []
    starts: list[int] = []

    def crash(done: int, total: int | None) -> None:
        if not killed and done and total and done < total:
            killed.append(done)
            (embedder,) = {child.pid for child in psutil.Process().children()} - before - {reader}
            os.kill(embedder, signal.SIGKILL)
        elif killed and not starts:
            starts.append(done)

    with WorkerPool(small) as workers:
        workers.read(path, "manual.pdf", tmp_path / "work", lambda done, total: None)
        (reader,) = {child.pid for child in psutil.Process().children()} - before
        workers.embed(tmp_path / "work", crash)
        assert killed
        assert starts[0] >= killed[0] > 0
        disturbed = next((tmp_path / "work").glob("vectors-*")).read_bytes()
        workers.read(path, "manual.pdf", tmp_path / "again", lambda done, total: None)
        workers.embed(tmp_path / "again", lambda done, total: None)
    assert disturbed == next((tmp_path / "again").glob("vectors-*")).read_bytes()


def test_workers_end_with_the_program_that_started_them(settings: Settings) -> None:
    before = {child.pid for child in psutil.Process().children()}
    workers = WorkerPool(settings)
    workers.identity()
    (process,) = [psutil.Process(pid) for pid in {child.pid for child in psutil.Process().children()} - before]
    workers._embedder._process.stdin.close()  # type: ignore[union-attr]  # what the system does when a program dies
    assert process.wait(timeout=5) is not None
    workers.close()


def test_two_jobs_with_the_same_bytes_make_one_document(
    settings: Settings, workers: WorkerPool, tenant: Tenant, tmp_path: Path
) -> None:
    path = make_docx(tmp_path / "handbook.docx", "leave")
    context = IngestContext(settings, workers)
    jobs = [job_for(tenant, path, name, name, "main") for name in ("a.docx", "b.docx")]
    done: list[Outcome] = []
    threads = [threading.Thread(target=lambda job=job: done.append(pipeline.ingest(job, context))) for job in jobs]
    for thread in threads:
        thread.start()
        time.sleep(0.05)
    for thread in threads:
        thread.join()
    assert sorted(str(outcome.status) for outcome in done) == ["indexed", "unchanged"]
    assert len(stored_content(tenant)) == 1


def test_names() -> None:
    paths = ["x/rules.pdf", "x/a/rules.pdf", "y/a/rules.pdf", "notes.txt"]
    assert document_names.assign(map(PurePosixPath, paths)) == [
        "rules.pdf",
        "a/rules.pdf",
        "y/a/rules.pdf",
        "notes.txt",
    ]
    assert document_names.assign([PurePosixPath("/rules.pdf"), PurePosixPath("rules.pdf")]) == [
        "rules.pdf",
        "rules.pdf (2)",
    ]


@pytest.mark.parametrize(
    "name", ["~$a.docx", "Thumbs.db", ".DS_Store", "a/.git/x.txt", "__MACOSX/a.txt", "desktop.ini"]
)
def test_what_file_managers_leave_behind_is_no_document(name: str) -> None:
    assert not is_document(PurePosixPath(name))
