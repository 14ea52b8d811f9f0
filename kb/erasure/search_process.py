"""Cleaning the stores' files and searching the data folder, in a process of its own.

The process of the service has the databases open and must not read their files (:mod:`kb.erasure.store_files`), and
people who ask should not share its processor time with the search.

``python -m kb.erasure.search_process`` reads one JSON object on standard input and writes a JSON array, a report for
each deletion.
"""

from __future__ import annotations

import base64
import contextlib
import json
import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import sqlalchemy as sa
from pydantic import TypeAdapter

from kb.core.settings import Settings
from kb.erasure import store_files
from kb.erasure.certificates import Report, Trace
from kb.erasure.deleted_content import DeletedContent, shared_with_others, stored_content
from kb.erasure.fingerprints import ContentKind, Fingerprints
from kb.erasure.folder_search import FolderSearch, search_file, search_folder
from kb.library.documents import Library
from kb.store.tables.library_tables import VersionRow
from kb.store.tenants import Tenant

__all__ = ["run"]

_REPORTS = TypeAdapter(list[Report])
_NICE = 10


def run(
    settings: Settings, tenant: Tenant, deletions: Sequence[DeletedContent], patience_seconds: float
) -> list[Report]:
    """Clean the stores of a tenant, search the data folder, and return a report for each deletion.

    Args:
        patience_seconds: how long to wait for readers of a database before its write-ahead file is left as it is.

    Raises:
        OSError, subprocess.SubprocessError, ValueError: the process did not answer.
    """
    task = {
        "settings": settings.model_dump(mode="json"),
        "tenant": tenant.slug,
        "patience": patience_seconds,
        "deletions": [_as_json(one) for one in deletions],
    }
    done = subprocess.run(
        [sys.executable, "-m", "kb.erasure.search_process"],
        input=json.dumps(task).encode(),
        capture_output=True,
        check=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    return _REPORTS.validate_json(done.stdout)


def _as_json(one: DeletedContent) -> dict[str, Any]:
    return {
        "versions": sorted(one.version_ids),
        "sha256s": sorted(one.sha256s),
        "fingerprints": base64.b64encode(one.fingerprints.to_bytes()).decode(),
        "too_short": one.too_short,
        "complete": one.is_complete,
    }


def main() -> None:
    """Do one task."""
    with contextlib.suppress(OSError, AttributeError):
        os.nice(_NICE)
    task = json.load(sys.stdin)
    settings = Settings(**task["settings"])
    tenant = Tenant(task["tenant"], "", "", settings.data / "tenants" / task["tenant"])
    library = Library(tenant) if tenant.records_path.is_file() else None  # None: the whole organisation was deleted
    deletions = [_deletion(library, one) for one in task["deletions"]]
    unfinished = _clean(settings, tenant, task["patience"])
    json.dump([asdict(one) for one in _search(settings, tenant, deletions, unfinished, task["patience"])], sys.stdout)


def _deletion(library: Library | None, task: dict[str, Any]) -> DeletedContent:
    found = stored_content(
        library, task["versions"], (), "", task["sha256s"], base64.b64decode(task["fingerprints"]), task["too_short"]
    )
    found.is_complete = task["complete"]
    return found


def _clean(settings: Settings, tenant: Tenant, patience: float) -> list[str]:
    """Empty write-ahead files and free pages; return the names of files that were in use all the time."""
    left = []
    databases = [tenant.records_path, settings.data / "platform.sqlite"]
    jobs = settings.data / "jobs.sqlite"
    chroma = tenant.vectors_path / "chroma.sqlite3"
    if not settings.chroma_url:
        store_files.remove_orphan_segments(tenant.vectors_path)
    for path in (jobs, chroma):  # the libraries that write these do not overwrite what they delete
        if not store_files.vacuum(path):
            left.append(path.relative_to(settings.data).as_posix())
    for path in (*databases, jobs, chroma):
        if not store_files.truncate_write_ahead_file(path, patience):
            left.append(path.relative_to(settings.data).as_posix())
    return list(dict.fromkeys(left))


def _search(
    settings: Settings, tenant: Tenant, deletions: Sequence[DeletedContent], unfinished: list[str], patience: float
) -> list[Report]:
    """Search once for all deletions that have the same key, which is the usual case."""
    reports: dict[int, Report] = {}
    by_key: dict[bytes, list[int]] = {}
    for index, one in enumerate(deletions):
        by_key.setdefault(one.fingerprints.key, []).append(index)
    for members in by_key.values():
        together = [deletions[index] for index in members]
        for index, report in zip(
            members, _search_together(settings, tenant, together, unfinished, patience), strict=True
        ):
            reports[index] = report
    return [reports[index] for index in range(len(deletions))]


def _search_together(
    settings: Settings, tenant: Tenant, deletions: Sequence[DeletedContent], unfinished: list[str], patience: float
) -> list[Report]:
    started = time.monotonic()
    wanted = deletions[0].fingerprints.union(*(one.fingerprints for one in deletions[1:]))
    deleted = {version for one in deletions for version in one.version_ids}
    shared, kept = Fingerprints(wanted.key), set[str]()
    if deletions[0].library is not None:
        with deletions[0].library.session() as session:
            shared = shared_with_others(session, wanted, deleted)
            kept = set(session.scalars(sa.select(VersionRow.sha256)))
    own = wanted.without(shared)
    sha256s = {sha256 for one in deletions for sha256 in one.sha256s} - kept
    result = search_folder(settings.data, tenant.slug, own, sha256s, kept)
    _vacuum_records(tenant, settings.data, own, result, unfinished, patience)
    seconds = round(time.monotonic() - started, 1)
    stores = tuple(filter(None, [settings.chroma_url, _without_password(settings.database_url)]))
    return [
        Report(
            files=result.files,
            size_bytes=result.size_bytes,
            unpacked=result.unpacked,
            kept_files=result.kept_files,
            unreadable=tuple(result.unreadable),
            seconds=seconds,
            pieces={kind.value: one.fingerprints.count(kind) for kind in ContentKind},
            shared=_shared_counts(one.fingerprints, own),
            too_short=one.too_short,
            is_complete=one.is_complete,
            found=tuple(_traces(one, own, result)),
            external_stores=stores,
            unfinished=tuple(unfinished),
        )
        for one in deletions
    ]


def _vacuum_records(
    tenant: Tenant, data: Path, own: Fingerprints, result: FolderSearch, unfinished: list[str], patience: float
) -> None:
    """Write the records anew where SQLite left a copy in a page, and search them again.

    SQLite overwrites what is deleted (``secure_delete``). A row that was moved between pages before may have left a
    copy behind.
    """
    path = tenant.records_path
    names = [f"{path.relative_to(data).as_posix()}{ending}" for ending in ("", "-wal", "-shm")]
    if not any(name in result.found for name in names):
        return
    if not (store_files.vacuum(path) and store_files.truncate_write_ahead_file(path, patience)):
        unfinished.append(names[0])
    for name in names:
        result.found.pop(name, None)
        if (data / name).is_file():
            search_file(data / name, name, own, result)


def _shared_counts(fingerprints: Fingerprints, own: Fingerprints) -> dict[str, int]:
    left = Fingerprints(own.key, {group: found for group, found in own.hashes.items() if group in fingerprints.hashes})
    shared = fingerprints.without(left)
    return {kind.value: shared.count(kind) for kind in ContentKind if shared.count(kind)}


def _traces(one: DeletedContent, own: Fingerprints, result: FolderSearch) -> list[Trace]:
    """Return what was found of one deletion; a piece that several deletions share counts for each.

    Files of one program have bytes in common (fonts, templates), so half of an original's pieces make a trace of it.
    """
    found = []
    for place, hits in result.found.items():
        counts: Counter[ContentKind] = Counter()
        for group, hashes in hits.hashes.items():
            counts[group[1]] += int(np.isin(hashes, one.fingerprints.hashes.get(group, ())).sum())
        if 2 * counts[ContentKind.ORIGINAL] < one.fingerprints.count(ContentKind.ORIGINAL):
            del counts[ContentKind.ORIGINAL]
        found += [Trace(place, kind, number) for kind, number in sorted(counts.items()) if number]
    copies = (place for place, sha256 in result.copies.items() if sha256 in one.sha256s)
    known = {(trace.place, trace.kind) for trace in found}
    return found + [
        Trace(place, ContentKind.ORIGINAL, 1) for place in copies if (place, ContentKind.ORIGINAL) not in known
    ]


def _without_password(url: str) -> str:
    return sa.make_url(url).render_as_string(hide_password=True) if url else ""


if __name__ == "__main__":
    main()
