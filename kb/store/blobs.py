"""The originals, content-addressed: the same bytes lie once, under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
from pathlib import Path

__all__ = ["digest", "erase", "original_path", "page_images_path", "private_folder", "store"]

_PIECE_BYTES = 1024 * 1024


def private_folder(path: Path) -> None:
    """Make a folder that other accounts of this computer cannot look into; one that is there stays as it is."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def original_path(files: Path, sha256: str) -> Path:
    """Return the path of the original with this digest under the tenant's ``files``; the file need not exist."""
    return files / sha256[:2] / sha256


def store(files: Path, source: Path) -> str:
    """Copy ``source`` in and return the SHA-256 of the bytes stored.

    Threads and processes may store at once, the same bytes too: each writes a file with a name of its own and then
    renames it. So a file under its final name is always complete, and it never changes.
    """
    sha256 = digest(source)
    if original_path(files, sha256).is_file():
        return sha256
    part = original_path(files, sha256).with_suffix(f".{secrets.token_hex(8)}.part")
    part.parent.mkdir(parents=True, exist_ok=True)
    try:
        sha256 = _copy(source, part)  # another one where the source has changed meanwhile
        target = original_path(files, sha256)
        target.parent.mkdir(parents=True, exist_ok=True)
        _move_into_place(part, target)
    finally:
        part.unlink(missing_ok=True)
    return sha256


def _copy(source: Path, part: Path) -> str:
    """Copy a file, wait until it is on the disk, and return the SHA-256 of what was copied."""
    sha256 = hashlib.sha256()
    with source.open("rb") as reading, part.open("xb") as writing:
        while piece := reading.read(_PIECE_BYTES):
            sha256.update(piece)
            writing.write(piece)
        writing.flush()
        os.fsync(writing.fileno())
    return sha256.hexdigest()


def _move_into_place(part: Path, target: Path) -> None:
    try:
        os.replace(part, target)
    except OSError:  # Windows refuses while somebody reads the same bytes under that name; they are there then
        if not target.is_file():
            raise


def page_images_path(files: Path, sha256: str) -> Path:
    """Return the folder, beside the tenant's ``files``, for images of an original's pages."""
    return files.with_name("pages") / sha256


def erase(files: Path, sha256: str) -> None:
    """Remove an original for good, and what was drawn of it."""
    original_path(files, sha256).unlink(missing_ok=True)
    shutil.rmtree(page_images_path(files, sha256), ignore_errors=True)
