"""The search through a data folder, byte by byte: whatever wrote a file, and whether SQLite still knows the page.

Searched are the files of the installation and those of one tenant. Other tenants' folders are not: nothing of this
tenant is written there, and what they hold is not this tenant's to know. Originals and page images of documents that
are still there are not searched either.
"""

from __future__ import annotations

import gzip
import tempfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from kb.erasure.fingerprints import Fingerprints, Stream, quantised
from kb.store.blobs import digest

__all__ = ["FolderSearch", "search_file", "search_folder"]

_READ_BYTES = 32 * 1024 * 1024
# Bytes read again with the next part of a file, so that no piece is cut in two.
_OVERLAP = 4096
_MOST_UNPACKED_BYTES = 1024 * 1024 * 1024
# Files of vectors as float32 numbers.
_NUMBER_FILES = (".bin", ".f32")
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_ZLIB = (b"\x78\x01", b"\x78\x5e", b"\x78\x9c", b"\x78\xda")
# Temporary folders of this program outside the data folder.
_TEMPORARY = "sinzi-*"


@dataclass(slots=True)
class FolderSearch:
    """What a search read and found. ``found`` has the fingerprints by path, ``copies`` whole originals."""

    files: int = 0
    size_bytes: int = 0
    unpacked: int = 0
    kept_files: int = 0
    unreadable: list[str] = field(default_factory=list)
    found: dict[str, Fingerprints] = field(default_factory=dict)
    copies: dict[str, str] = field(default_factory=dict)


def search_folder(
    data: Path, tenant: str, wanted: Fingerprints, sha256s: Collection[str], kept: Collection[str]
) -> FolderSearch:
    """Search all files that may hold something of a tenant.

    Args:
        sha256s: digests of deleted originals: a file with one of them is a copy.
        kept: digests of originals of documents that are still there.
    """
    result = FolderSearch()
    for path in _files(data, tenant):
        place = _place(path, data)
        if _belongs_to(path, kept):
            result.kept_files += 1
            continue
        try:
            search_file(path, place, wanted, result)
            found = digest(path) if path.stat().st_size else ""
            if found in sha256s:
                result.copies[place] = found
        except FileNotFoundError:
            continue  # removed since the folder was listed
        except (OSError, MemoryError):
            result.unreadable.append(place)
    return result


def _place(path: Path, data: Path) -> str:
    return path.relative_to(data).as_posix() if path.is_relative_to(data) else path.as_posix()


def _files(data: Path, tenant: str) -> Iterator[Path]:
    tenants = data / "tenants"
    for folder in sorted(data.iterdir()):
        if folder == tenants:
            yield from _all_files(tenants / tenant)
        elif folder.is_dir():
            yield from _all_files(folder)
        else:
            yield folder
    for folder in Path(tempfile.gettempdir()).glob(_TEMPORARY):
        yield from _all_files(folder)


def _all_files(folder: Path) -> Iterator[Path]:
    yield from (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())


def _belongs_to(path: Path, kept: Collection[str]) -> bool:
    """Return whether a file is an original, or an image of a page of an original."""
    is_original = path.parent.parent.name == "files" and path.name in kept
    return is_original or (path.parent.parent.name == "pages" and path.parent.name in kept)


def search_file(path: Path, place: str, wanted: Fingerprints, result: FolderSearch) -> None:
    """Search one file, and what is packed in it; add what was found to ``result``."""
    result.files += 1
    if not path.stat().st_size:
        return  # a lock file: some systems do not let it be opened
    with path.open("rb") as stream:
        first = stream.read(4)
        stream.seek(0)
        position = 0
        while data := stream.read(_READ_BYTES):
            result.size_bytes += len(data) - (_OVERLAP if position else 0)
            _add(result, place, wanted.find(data))
            if path.suffix in _NUMBER_FILES:
                _add(result, place, wanted.find(quantised(data), Stream.NUMBERS))
            if len(data) < _READ_BYTES:
                break
            position = stream.tell() - _OVERLAP
            stream.seek(position)
    for data in _unpacked(path, first):
        result.unpacked += 1
        _add(result, place, wanted.find(data))


def _add(result: FolderSearch, place: str, found: Fingerprints) -> None:
    if found.hashes:
        result.found[place] = found.union(*filter(None, [result.found.get(place)]))


def _unpacked(path: Path, first: bytes) -> Iterator[bytes]:
    """Yield what is packed in a file (ZIP, gzip, zlib), each member up to a limit; nothing for other files."""
    try:
        if first.startswith(_ZIP):
            with zipfile.ZipFile(path) as archive:
                for member in archive.infolist():
                    with archive.open(member) as stream:
                        yield stream.read(_MOST_UNPACKED_BYTES)
        elif first.startswith(_GZIP):
            with gzip.open(path) as packed:
                yield packed.read(_MOST_UNPACKED_BYTES)
        elif first.startswith(_ZLIB):
            yield zlib.decompressobj().decompress(path.read_bytes(), _MOST_UNPACKED_BYTES)
    except (zipfile.BadZipFile, zlib.error, gzip.BadGzipFile, EOFError, NotImplementedError, RuntimeError):
        return  # damaged or encrypted: its own bytes were searched
