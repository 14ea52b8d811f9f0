"""Files found inside a file: written to a temporary folder under safe names."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from pathlib import Path

from ingest.parsers.shared.parsed_document import Attachment, ParseContext
from ingest.parsers.shared.safety import safe_name
from kb.core.errors import FileRejected

__all__ = ["AttachmentFolder"]


class _TemporaryFolder:
    """A temporary folder that is removed when this object is."""

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="sinzi-attachments-"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


class AttachmentFolder:
    """Saves attachments within the limits on their number and size.

    The folder is removed when nobody uses the attachments any more, or when the process ends.
    """

    def __init__(self, context: ParseContext) -> None:
        self._context = context
        self._folder: _TemporaryFolder | None = None
        self._bytes_left = context.settings.max_expanded_mb * 1024 * 1024
        self.saved: list[Attachment] = []

    def save(self, name: str, data: bytes) -> None:
        """Write one attachment.

        Args:
            name: what people see, with folders; the file on disk gets a safe name.

        Raises:
            FileRejected: ``file_too_complex`` when a limit is passed.
        """
        self._bytes_left -= len(data)
        count = len(self.saved) + 1
        if self._bytes_left < 0:
            what = f"{self._context.settings.max_expanded_mb} MB"
            raise FileRejected("file_too_complex", name=self._context.filename, what=what)
        if count > self._context.settings.max_archive_files:
            raise FileRejected("file_too_complex", name=self._context.filename, what=f"{count} files")
        if self._folder is None:
            self._folder = _TemporaryFolder()
        path = self._folder.path / f"{count:04d}" / safe_name(name)
        path.parent.mkdir()
        path.write_bytes(data)
        full_name = "/".join(safe_name(part) for part in name.split("/") if part)
        self.saved.append(Attachment(full_name, path, self._folder))
