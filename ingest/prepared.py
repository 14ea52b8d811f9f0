"""What lies between reading and indexing: one document, parsed and chunked, as a file in the work folder.

    <tenant>/work/<version id>/document.json    everything :mod:`ingest.pipeline` stores, but the vectors
    <tenant>/work/<version id>/vectors-*.f32    rows of float32, one per chunk, written as they are made
    <tenant>/work/<version id>/members/         files found inside (mail attachments, ZIP members)

A file that bears its final name is whole, so a step that was cut short is known by what is missing.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

__all__ = ["Prepared", "document_path", "load", "save", "texts_alone"]


@dataclass(slots=True)
class Prepared:
    """A document ready to be embedded and stored.

    ``texts`` is what the embedding model reads, one per chunk; rows of ``sections``, ``chunks`` and
    ``amendments`` have the keys of the record tables; ``members`` is [[name, path], …]; dates are ISO texts.
    """

    title: str
    language: str
    page_count: int | None
    sections: list[dict[str, Any]]
    chunks: list[dict[str, Any]]
    texts: list[str]
    amendments: list[dict[str, Any]]
    issued: str | None
    effective_from: str | None
    effective_to: str | None
    notes: list[str]
    members: list[tuple[str, str]]


def texts_alone(texts: list[str]) -> Prepared:
    """Return texts to be embedded, with no document around them."""
    return Prepared("", "", None, [], [], texts, [], None, None, None, [], [])


def document_path(folder: Path) -> Path:
    return folder / "document.json"


def save(prepared: Prepared, folder: Path) -> None:
    """Write ``document.json``; a file cut short never bears that name."""
    part = folder / "document.part"
    with part.open("w", encoding="utf-8") as stream:
        json.dump(asdict(prepared), stream, ensure_ascii=False, default=_iso)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, document_path(folder))


def load(folder: Path) -> Prepared | None:
    """Return what :func:`save` wrote, or None when it is not there."""
    try:
        facts = json.loads(document_path(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    facts["members"] = [(name, path) for name, path in facts["members"]]
    return Prepared(**facts)


def _iso(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"not JSON: {type(value).__name__}")
