"""The originals, content-addressed: the same bytes lie once, under their SHA-256."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

__all__ = ["digest", "erase", "original_path", "page_images_path", "private_folder", "store"]


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
    """Copy ``source`` in and return its SHA-256; a copy cut short never bears the final name."""
    sha256 = digest(source)
    target = original_path(files, sha256)
    if target.is_file():
        return sha256
    target.parent.mkdir(parents=True, exist_ok=True)
    part = target.with_suffix(f".{os.getpid()}.part")
    shutil.copyfile(source, part)
    with part.open("rb") as stream:
        os.fsync(stream.fileno())
    os.replace(part, target)
    return sha256


def page_images_path(files: Path, sha256: str) -> Path:
    """Return the folder, beside the tenant's ``files``, for images of an original's pages."""
    return files.with_name("pages") / sha256


def erase(files: Path, sha256: str) -> None:
    """Remove an original for good, and what was drawn of it."""
    original_path(files, sha256).unlink(missing_ok=True)
    shutil.rmtree(page_images_path(files, sha256), ignore_errors=True)
