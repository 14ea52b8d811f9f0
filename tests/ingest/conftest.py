"""Fixtures of the ingest floor: worker processes shared by the session, a tenant, and a folder of files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.store import tenants
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx, make_mail, make_pdf, make_zip, rules


@pytest.fixture(scope="session")
def workers(model_settings: Settings) -> Iterator[WorkerPool]:
    """One reader and one embedder, shared by all tests that do not end them."""
    with WorkerPool(model_settings) as running:
        running.warm()
        yield running


@pytest.fixture
def tenant(settings: Settings) -> Tenant:
    return tenants.create(settings, "harmony", "Harmony")


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    """A folder with a PDF, a DOCX, two texts, a mail with an attachment, a ZIP and a broken file."""
    folder = tmp_path / "batch"
    (folder / "centre-b").mkdir(parents=True)
    make_pdf(folder / "manual.pdf", "visits", pages=3)
    make_docx(folder / "handbook.docx", "leave")
    (folder / "notice.txt").write_text(
        "員工請假須於七日前以書面申請。\n病假超過兩天，須交醫生證明書。\n", encoding="utf-8"
    )
    (folder / "centre-b" / "notice.txt").write_text("\n\n".join(rules("kitchen", 10)), encoding="utf-8")
    make_mail(folder / "mail.eml", "fire drill", ("drill.txt", "\n\n".join(rules("fire drill", 8))))
    make_zip(
        folder / "pack.zip",
        {"a/rules.txt": "\n\n".join(rules("vehicles", 6)), "b/rules.txt": "Keys are kept by the centre-in-charge."},
    )
    (folder / "broken.pdf").write_bytes(b"%PDF-1.7\nnot really\n")
    (folder / ".DS_Store").write_bytes(b"\0")
    (folder / "~$handbook.docx").write_bytes(b"lock")
    return folder
