"""A document between reading and indexing: parsed and chunked, kept as files in the version's work folder.

    <tenant>/work/<version id>/document.json    everything :mod:`ingest.pipeline` stores, except the vectors
    <tenant>/work/<version id>/vectors-*.f32    rows of float32, one per chunk, written batch by batch
    <tenant>/work/<version id>/members/         files found inside (mail attachments, ZIP members)

A file gets its final name only when it is complete. So a stage that was interrupted is known by the missing file.
"""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path
from typing import Any

__all__ = ["PreparedDocument", "changed_ns", "load", "save", "texts_only"]


@dataclass(slots=True)
class PreparedDocument:
    """A document ready to be embedded and stored. Dates are ISO 8601 strings.

    Attributes:
        sections, chunks, amendments: rows with the column names of the record tables.
        texts: what the embedding model reads, one text per chunk.
        words: the index words of every chunk's text, and those of its title, headings and clause number.
        members: (name, path) of every file found inside.
        hidden_text: pieces of text that nobody sees, which were left out.
        personal_spans: the people's data in every chunk's text: [start, end, kind] each; empty where it is masked.
        personal_counts, person_list: what that comes to (:class:`kb.personal_data.person_lists.DocumentFound`).
    """

    title: str
    language: str
    page_count: int | None
    sections: list[dict[str, Any]]
    chunks: list[dict[str, Any]]
    texts: list[str]
    words: list[tuple[list[str], list[str]]]
    amendments: list[dict[str, Any]]
    issued: str | None
    effective_from: str | None
    effective_to: str | None
    notes: list[str]
    members: list[tuple[str, str]]
    page_labels: list[str] = field(default_factory=list)
    hidden_text: list[str] = field(default_factory=list)
    personal_spans: list[list[list[Any]]] = field(default_factory=list)
    personal_counts: dict[str, int] = field(default_factory=dict)
    person_list: bool = False


def texts_only(texts: list[str]) -> PreparedDocument:
    """Return texts to embed, without a document."""
    return PreparedDocument("", "", None, [], [], texts, [], [], None, None, None, [], [])


def _document_path(folder: Path) -> Path:
    return folder / "document.json"


def save(prepared: PreparedDocument, folder: Path) -> None:
    """Write ``document.json`` under a temporary name, then rename it: an incomplete file never has the final name."""
    part = folder / "document.part"
    with part.open("w", encoding="utf-8") as stream:
        json.dump(asdict(prepared), stream, ensure_ascii=False)
        stream.flush()
        os.fsync(stream.fileno())
    os.replace(part, _document_path(folder))


def changed_ns(folder: Path) -> int:
    """Return when the document was written, in nanoseconds.

    Raises:
        FileNotFoundError: there is none.
    """
    return _document_path(folder).stat().st_mtime_ns


def load(folder: Path) -> PreparedDocument | None:
    """Return what :func:`save` wrote, or None when it is not there.

    Raises:
        ValueError: the file is not JSON, or another release wrote it with other fields.
    """
    try:
        facts = json.loads(_document_path(folder).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    if facts.keys() != {one.name for one in fields(PreparedDocument)}:
        raise ValueError(f"fields of another release: {sorted(facts)}")
    facts["members"] = [(name, path) for name, path in facts["members"]]
    facts["words"] = [(text, head) for text, head in facts["words"]]
    return PreparedDocument(**facts)
