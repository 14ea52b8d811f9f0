"""Reads every file of a folder with the product's reader and its limits, without an index.

The result of a file is its text or one error code.
"""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from eval.datasets.collection_index import Progress
from ingest import document_names, prepared
from ingest.archive_members import MAX_NESTING
from ingest.system_files import is_document
from ingest.workers.worker_pool import WorkerPool
from kb.core.errors import SinziError
from kb.core.settings import Settings

__all__ = ["READER_FAILURES", "FileRead", "by_type", "read_all"]

# These codes mean that the reader failed. All other codes describe a problem of the file.
READER_FAILURES = frozenset({"file_crashed_parser", "file_timeout", "internal"})


@dataclass(frozen=True, slots=True)
class FileRead:
    """The result of reading one file.

    Attributes:
        path: relative to the folder; ``outer/inner`` for a file inside another file.
        type: the suffix of the name in lower case, without the dot.
        chunks: number of chunks; 0 for an archive, whose members have results of their own.
        characters: length of all chunk texts, with repeated headings and table headers.
        pages: None if the format has no pages.
        error: code of the error, or None.
    """

    path: str
    type: str
    chunks: int
    characters: int
    pages: int | None
    members: int
    seconds: float
    error: str | None


def read_all(folder: Path, settings: Settings, progress: Progress) -> Iterator[FileRead]:
    """Read every file of ``folder`` in a worker process; yield one result per file, then its members' results."""
    found = document_names.files_in([folder])
    with WorkerPool(settings) as workers, tempfile.TemporaryDirectory() as scratch:
        workers.identity()  # starts the process and loads the model, so that no file's time includes it
        for done, path in enumerate(found, 1):
            yield from _read(path, path.relative_to(folder).as_posix(), Path(scratch), workers, depth=0)
            progress("read", done, len(found))


def _read(source: Path, display_path: str, scratch: Path, workers: WorkerPool, depth: int) -> Iterator[FileRead]:
    name = PurePosixPath(display_path).name
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        work = Path(folder) / "work"
        started = time.monotonic()
        error = None
        try:
            workers.read(source, name, work, lambda done, total: None)
        except SinziError as refused:
            error = refused.code
        seconds = round(time.monotonic() - started, 2)
        document = None if error else prepared.load(work)
        chunks = document.chunks if document else []
        members = document.members if document else []
        yield FileRead(
            path=display_path,
            type=PurePosixPath(name).suffix.lower().lstrip(".") or "none",
            chunks=len(chunks),
            characters=sum(len(one["text"]) for one in chunks),
            pages=document.page_count if document else None,
            members=len(members),
            seconds=seconds,
            error=error,
        )
        for inner, path in members if depth < MAX_NESTING else []:
            if is_document(PurePosixPath(inner)):
                yield from _read(Path(path), f"{display_path}/{inner}", scratch, workers, depth + 1)


def by_type(found: Sequence[FileRead]) -> list[dict[str, Any]]:
    """Return one row per type, sorted: ``{"type", "files", "text", "errors": {code: n}, "slowest_s"}``.

    ``text`` is the number of files with text; an archive or mail with members counts too.
    """
    rows = []
    for kind in sorted({one.type for one in found}):
        of_type = [one for one in found if one.type == kind]
        rows.append(
            {
                "type": kind,
                "files": len(of_type),
                "text": sum(one.characters > 0 or one.members > 0 for one in of_type),
                "errors": dict(sorted(Counter(one.error for one in of_type if one.error).items())),
                "slowest_s": max(one.seconds for one in of_type),
            }
        )
    return rows
