"""What every parser takes and gives back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from unstructured.documents.elements import Element

from kb.core.settings import Settings

__all__ = ["Attachment", "ParseContext", "ParsedDocument"]


@dataclass(frozen=True, slots=True)
class ParseContext:
    """What a parser may know: the name the file was handed in with, the limits, where to report progress.

    ``progress(done, total)`` takes pages (or slides, sheets) done and in all, ``None`` where unknown.
    """

    filename: str
    settings: Settings
    progress: Callable[[int, int | None], None] = lambda done, total: None


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file inside the file (mail attachment, ZIP member), already written to a safe place."""

    filename: str
    path: Path


@dataclass(slots=True)
class ParsedDocument:
    """The common currency: unstructured's elements in reading order, and what the file says of itself.

    Attributes:
        elements: unstructured elements; metadata as described in ``docs/elements.md``.
        page_count: pages, slides; ``None`` where the format has none.
        title: the title in the file's own metadata or on its first page, if any.
        date: the date the file states for itself (mail date, document property), if any.
        notes: what was left out and why, codes such as ``hidden_sheet:名稱``; shown to the admin.
        attachments: files found inside, to be taken in as documents of their own.
    """

    elements: list[Element]
    page_count: int | None = None
    title: str | None = None
    date: date | None = None
    notes: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
