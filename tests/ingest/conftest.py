"""Fixtures of the ingest floor: worker processes shared by the session, a tenant, and files of several kinds."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.store import tenants
from kb.store.tenants import Tenant


@pytest.fixture(scope="session")
def workers(model_settings: Settings) -> Iterator[WorkerPool]:
    """One reader and one embedder, shared by all tests that do not end them."""
    with WorkerPool(model_settings) as running:
        running.warm()
        yield running


@pytest.fixture
def tenant(settings: Settings) -> Tenant:
    return tenants.create(settings, "harmony", "Harmony")


def rules(subject: str, count: int) -> list[str]:
    """``count`` numbered rules that differ from each other and from those on other subjects."""
    return [
        f"{n}. Rule {n} on {subject}: staff shall keep the {subject} record of case {n * 7} for {n + 1} years."
        for n in range(1, count + 1)
    ]


def make_pdf(path: Path, subject: str, pages: int) -> Path:
    canvas = Canvas(str(path), invariant=1)
    for number, start in enumerate(range(0, pages * 24, 24)):
        for line, text in enumerate(rules(f"{subject} part {number + 1}", 24)):
            canvas.setFont("Helvetica", 8)
            canvas.drawString(50, 780 - 30 * line, f"{start + line + 1}. {text.split('. ', 1)[1]}")
        canvas.showPage()
    canvas.save()
    return path


def make_docx(path: Path, subject: str) -> Path:
    document = docx.Document()
    document.add_heading(f"{subject} handbook", level=1)
    for text in rules(subject, 12):
        document.add_paragraph(text)
    document.save(str(path))
    return path


def make_mail(path: Path, subject: str, attachment: tuple[str, str]) -> Path:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "office@example.org", "all@example.org", subject
    message["Date"] = "Mon, 06 Apr 2026 10:00:00 +0800"
    message.set_content(f"Dear all,\n\nPlease read the attached notice on {subject} before Friday.\n")
    message.add_attachment(attachment[1], filename=attachment[0])
    path.write_bytes(bytes(message))
    return path


def make_zip(path: Path, members: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(zipfile.ZipInfo(name, (2026, 4, 6, 0, 0, 0)), text)
    return path


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
