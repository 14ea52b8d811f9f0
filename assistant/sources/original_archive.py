"""Several originals as one ZIP, written while it is sent: no copy of it lies on a disk or in memory."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from kb.library.documents import DocumentVersion

__all__ = ["archive_names", "zip_stream"]

_PIECE = 1 << 18


class _Pieces(io.RawIOBase):
    """A file that is only written to; :meth:`take` returns what was written since the last time."""

    def __init__(self) -> None:
        self._written = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        self._written += data
        return len(data)

    def take(self) -> bytes:
        taken = bytes(self._written)
        self._written.clear()
        return taken


def archive_names(opened: Iterable[DocumentVersion]) -> list[str]:
    """Return a file name for each document; a name that two collections have gets its collection in front."""
    taken: set[str] = set()
    names = []
    for one in opened:
        name = one.document.name if one.document.name not in taken else f"{one.collection.slug}/{one.document.name}"
        taken.add(name)
        names.append(name)
    return names


def zip_stream(files: Iterable[tuple[str, Path | bytes]]) -> Iterator[bytes]:
    """Yield a ZIP of ``(name in it, path or content)`` piece by piece."""
    pieces = _Pieces()
    with zipfile.ZipFile(
        cast("BinaryIO", pieces), "w", zipfile.ZIP_STORED
    ) as archive:  # documents are compressed already
        for name, path in files:
            opened = io.BytesIO(path) if isinstance(path, bytes) else path.open("rb")
            with opened as source, archive.open(name, "w", force_zip64=True) as target:
                while data := source.read(_PIECE):
                    target.write(data)
                    yield pieces.take()
    yield pieces.take()
