"""Files of several kinds, made for a test."""

from __future__ import annotations

import zipfile
from email.message import EmailMessage
from pathlib import Path

import docx
from reportlab.pdfgen.canvas import Canvas

__all__ = ["make_docx", "make_mail", "make_pdf", "make_zip", "rules"]


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
