"""What every parser gets (:class:`ParseContext`) and returns (:class:`ParsedDocument`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from unstructured.documents.elements import Element

from kb.core.errors import FileRejected
from kb.core.settings import Settings

__all__ = ["Attachment", "ParseContext", "ParsedDocument", "no_text"]


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a parser gets besides the file.

    Attributes:
        filename: original name of the file.
        settings: hold the limits.
        progress: called with (pages, slides or sheets done; in all, ``None`` where unknown).
    """

    filename: str
    settings: Settings
    progress: Callable[[int, int | None], None] = lambda done, total: None


def no_text(name: str, settings: Settings) -> FileRejected:
    """Return the error of a scan or photo without text; it says so where text recognition is switched off."""
    variant = "ocr_off" if settings.ocr == "never" else ""
    return FileRejected("file_no_text", name=name, variant=variant)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file found inside the file (mail attachment, ZIP member), copied to ``path``; ``filename`` may hold folders.

    ``folder`` is the temporary folder around it, which is removed with the last attachment in it.
    """

    filename: str
    path: Path
    folder: object = field(repr=False, compare=False)


@dataclass(slots=True)
class ParsedDocument:
    """The elements of a file in reading order, and its metadata.

    Attributes:
        elements: elements of the ``unstructured`` library; ``docs/elements.md`` describes their metadata.
        page_count: number of pages or slides; ``None`` where the format has none.
        title: what the file states as its title, or the largest line of its first page, if any. It may be that of a
            program or a letterhead: :mod:`ingest.structure.document_title` chooses the title.
        date: the date that the file states for itself (date of a mail, document property), if any.
        notes: what was left out and why, as codes such as ``hidden_sheet:名稱``; shown to the admin.
        attachments: files found inside, to be ingested as documents of their own.
        page_labels: the number printed on each page, "" for none; empty where they are those of the file.
        hidden_text: text that nobody sees, in pieces; it is left out of ``elements`` and shown to the admin on request.
        large_lines: headings of the first page, the largest first; empty where the format has no pages.
    """

    elements: list[Element]
    page_count: int | None = None
    title: str | None = None
    date: date | None = None
    notes: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    large_lines: list[str] = field(default_factory=list)
    page_labels: list[str] = field(default_factory=list)
    hidden_text: list[str] = field(default_factory=list)
