"""A file to take in, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from ingest.error_json import error_to_json
from kb.core.errors import FileRejected
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import blobs
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from kb.store.tenants import Tenant

__all__ = ["Job", "Outcome", "check", "failed", "job_for", "unchanged"]


@dataclass(frozen=True, slots=True)
class Job:
    """One file to take in; its bytes are stored already. Small and JSON: it is what a crash must not lose.

    ``path`` is shown to people ("x.zip/member.pdf"); ``inside`` names the document a member came in, or ""; ``root`` is
    the digest of the outermost file, "" for that file itself; without ``publish`` the version is kept as a draft.
    """

    tenant: str
    collection: str
    name: str
    path: str
    sha256: str
    size_bytes: int
    inside: str = ""
    depth: int = 0
    root: str = ""
    publish: bool = True


@dataclass(slots=True)
class Outcome:
    """What became of a file. ``status`` is None for an archive, which is no document: see ``members``."""

    path: str
    status: str | None
    document: str
    version: int | None = None
    pages: int | None = None
    chunks: int = 0
    seconds: float = 0.0
    error: dict[str, Any] | None = None
    members: list[Job] = field(default_factory=list)


def check(settings: Settings, source: Path) -> None:
    """Refuse what need not even be copied.

    Raises:
        FileRejected: ``file_missing``, ``file_too_large``.
    """
    if not source.is_file():
        raise FileRejected("file_missing", name=source.name)
    size, limit = source.stat().st_size, settings.max_file_mb
    if size > limit * 1024 * 1024:
        raise FileRejected("file_too_large", name=source.name, size_mb=round(size / 1024 / 1024), limit_mb=limit)


def job_for(
    tenant: Tenant,
    source: Path,
    name: str,
    path: str,
    collection: str,
    inside: str = "",
    depth: int = 0,
    root: str = "",
    publish: bool = True,
) -> Job:
    """Store a file's original and return the job that takes it in; from here on the file itself is not needed."""
    sha256 = blobs.store(tenant.files_path, source)
    return Job(tenant.slug, collection, name, path, sha256, source.stat().st_size, inside, depth, root, publish)


def unchanged(library: Library, source: Path, name: str, path: str, collection: str) -> Outcome | None:
    """Return the outcome of a file whose very content is published under its very name, else None.

    A shortcut that needs neither workers nor queue; every other case is :func:`ingest`'s.
    """
    query = (
        sa.select(VersionRow.number, VersionRow.page_count, sa.func.count(ChunkRow.id))
        .select_from(DocumentRow)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .join(VersionRow, VersionRow.id == DocumentRow.published_version_id)
        .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        .where(CollectionRow.slug == collection, DocumentRow.name == name, VersionRow.sha256 == blobs.digest(source))
        .group_by(VersionRow.id)
    )
    with library.session() as session:
        row = session.execute(query).first()
    return Outcome(path, "unchanged", name, *row) if row else None


def failed(path: str, name: str, error: Exception) -> Outcome:
    """Return the outcome of a file that was refused."""
    return Outcome(path, "failed", name, error=error_to_json(error))
