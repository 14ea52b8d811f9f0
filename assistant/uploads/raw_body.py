"""Write the body of a request, one file, to disk while it arrives."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from kb.core.errors import FileRejected
from kb.core.settings import Settings

__all__ = ["received"]

_MB = 1024 * 1024
_REPORT_BYTES = 256 * 1024


@asynccontextmanager
async def received(
    stream: AsyncIterator[bytes], name: str, home: Path, settings: Settings, progress: Callable[[int], None]
) -> AsyncIterator[Path]:
    """Yield the path of the file, in a new folder in ``<home>/incoming`` that is deleted afterwards.

    Args:
        stream: the body of the request.
        name: of the file, for its errors.
        home: the folder of the tenant.
        progress: called with the number of bytes that have arrived; what it raises ends the transfer.

    Raises:
        FileRejected: ``file_too_large``.
    """
    folder = home / "incoming" / uuid.uuid4().hex
    folder.mkdir(parents=True)
    try:
        path, size, reported = folder / "00000", 0, 0
        with path.open("wb") as file:
            async for piece in stream:
                size += len(piece)
                if size > settings.max_file_mb * _MB:
                    size_mb = round(size / _MB)
                    raise FileRejected("file_too_large", name=name, size_mb=size_mb, limit_mb=settings.max_file_mb)
                file.write(piece)
                if size - reported >= _REPORT_BYTES:
                    reported = size
                    progress(size)
        progress(size)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)
