"""What SQLite and Chroma keep of deleted rows: write-ahead files, free pages, folders of replaced vector indexes.

Call these functions only from a process that has none of the files open. On Unix a process that closes a file loses all
its locks on it, so that reading a database file beside SQLite would undo SQLite's own locks.
"""

from __future__ import annotations

import shutil
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

__all__ = ["remove_orphan_segments", "truncate_write_ahead_file", "vacuum"]

_BUSY_SECONDS = 5.0
_PAUSE_SECONDS = 0.2


def truncate_write_ahead_file(path: Path, patience_seconds: float) -> bool:
    """Move the write-ahead file's pages into the database and empty the file; return whether that was possible.

    It waits for readers that still need the old pages. They are not disturbed.
    """
    if not path.is_file():
        return True
    deadline = time.monotonic() + patience_seconds
    while True:
        try:
            with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                if connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0] == 0:
                    return True
        except sqlite3.OperationalError:
            pass
        if time.monotonic() > deadline:
            return False
        time.sleep(_PAUSE_SECONDS)


def vacuum(path: Path) -> bool:
    """Write a database anew without free pages; return whether that was possible. Writers wait meanwhile."""
    if not path.is_file():
        return True
    try:
        with closing(sqlite3.connect(path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
            connection.execute("PRAGMA secure_delete=ON")
            connection.execute("VACUUM")
    except sqlite3.OperationalError:
        return False
    return True


def remove_orphan_segments(vectors: Path) -> None:
    """Remove the index folders of Chroma collections that are not there any more: Chroma leaves them on disk."""
    database = vectors / "chroma.sqlite3"
    if not database.is_file():
        return
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True, timeout=_BUSY_SECONDS)) as connection:
        known = {str(row[0]) for row in connection.execute("SELECT id FROM segments")}
    for folder in _segment_folders(vectors):
        if folder.name not in known:
            shutil.rmtree(folder, ignore_errors=True)


def _segment_folders(vectors: Path) -> Iterator[Path]:
    for folder in vectors.iterdir():
        try:
            UUID(folder.name)
        except ValueError:
            continue
        if folder.is_dir():
            yield folder
