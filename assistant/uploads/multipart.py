"""Write a multipart request to disk while it arrives. A file is never completely in memory or in a shared folder."""

from __future__ import annotations

import contextlib
import shutil
import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from python_multipart import MultipartParser
from python_multipart.exceptions import FormParserError
from python_multipart.multipart import parse_options_header

from kb.core.errors import InputError
from kb.core.settings import Settings

if TYPE_CHECKING:
    from python_multipart.multipart import MultipartCallbacks

__all__ = ["File", "ReceivedFiles", "clear", "receive"]

_MB = 1024 * 1024
_MAX_FIELD_BYTES = 4096
_MAX_FIELDS = 20


@dataclass(slots=True)
class File:
    """A received file. ``size`` counts all its bytes; the bytes beyond the limit of one file are not on disk."""

    name: str
    path: Path
    size: int = 0


@dataclass(slots=True)
class ReceivedFiles:
    """The files and fields of a request. :meth:`drop` deletes the files on disk."""

    folder: Path
    files: list[File] = field(default_factory=list)
    fields: dict[str, str] = field(default_factory=dict)

    def drop(self) -> None:
        """Delete the folder of the request."""
        shutil.rmtree(self.folder, ignore_errors=True)


def clear(home: Path) -> None:
    """Delete files that requests to the tenant at ``home`` left after a crash."""
    shutil.rmtree(home / "incoming", ignore_errors=True)


async def receive(stream: AsyncIterator[bytes], content_type: str, home: Path, settings: Settings) -> ReceivedFiles:
    """Write the files of a request into a new folder in ``<home>/incoming``.

    Args:
        stream: the body of the request.
        content_type: its header Content-Type.
        home: the folder of the tenant.

    Raises:
        InputError: ``upload_invalid``, ``upload_too_large``, ``upload_too_many``; no file stays on disk then.
    """
    kind, options = parse_options_header(content_type)
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise InputError("upload_invalid", reason="multipart/form-data")
    received = ReceivedFiles(home / "incoming" / uuid.uuid4().hex)
    received.folder.mkdir(parents=True)
    writer = _Writer(received, settings)
    try:
        with contextlib.closing(writer):
            parser = MultipartParser(options[b"boundary"], writer.callbacks())
            total = 0
            async for piece in stream:
                total += len(piece)
                if total > settings.max_upload_mb * _MB:
                    raise InputError("upload_too_large", limit_mb=settings.max_upload_mb)
                parser.write(piece)
            parser.finalize()
        if not writer.is_complete:
            raise InputError("upload_invalid", reason="incomplete")
    except FormParserError as error:
        received.drop()
        raise InputError("upload_invalid", reason=str(error)[:200]) from error
    except BaseException:  # also if the client disconnects
        received.drop()
        raise
    return received


class _Writer:
    """Stores what the parser finds, piece by piece; the methods are its callbacks."""

    def __init__(self, received: ReceivedFiles, settings: Settings) -> None:
        self.is_complete = False
        self._received = received
        self._settings = settings
        self._headers: dict[bytes, bytes] = {}
        self._name = self._value = b""
        self._stream: BinaryIO | None = None
        self._field = ""
        self._data = bytearray()

    def callbacks(self) -> MultipartCallbacks:
        return {
            "on_part_begin": self._part_begin,
            "on_part_data": self._part_data,
            "on_part_end": self._part_end,
            "on_header_field": self._header_field,
            "on_header_value": self._header_value,
            "on_header_end": self._header_end,
            "on_headers_finished": self._headers_finished,
            "on_end": self._end,
        }

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()
            self._stream = None

    def _part_begin(self) -> None:
        self._headers, self._name, self._value = {}, b"", b""

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._name += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_end(self) -> None:
        self._headers[self._name.lower()] = self._value
        self._name = self._value = b""

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._headers.get(b"content-disposition", b""))
        if b"filename" in options:
            files = self._received.files
            if len(files) >= self._settings.max_upload_files:
                raise InputError("upload_too_many", limit=self._settings.max_upload_files)
            path = self._received.folder / f"{len(files):05d}"
            files.append(File(options[b"filename"].decode("utf-8", "replace"), path))
            self._stream = path.open("wb")
        else:
            self._field = options.get(b"name", b"").decode("utf-8", "replace")
            self._data = bytearray()

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._stream is None:
            self._data += data[start:end]
            if len(self._data) > _MAX_FIELD_BYTES:
                raise InputError("upload_invalid", reason=self._field[:40])
            return
        file = self._received.files[-1]
        file.size += end - start
        if file.size <= self._settings.max_file_mb * _MB:
            self._stream.write(data[start:end])

    def _part_end(self) -> None:
        if self._stream is None:
            if len(self._received.fields) >= _MAX_FIELDS:
                raise InputError("upload_invalid", reason=f"> {_MAX_FIELDS} fields")
            self._received.fields[self._field] = self._data.decode("utf-8", "replace")
        self.close()

    def _end(self) -> None:
        self.is_complete = True
