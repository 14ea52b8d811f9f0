"""The file as it was handed in: what it is by its own first bytes, and how it may leave to a browser."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import filetype

from kb.core.errors import NotFound
from kb.library.documents import DocumentVersion, Library
from kb.store import blobs

__all__ = ["DOWNLOAD_HEADERS", "Kind", "kind_of", "media_type", "path_of"]

Kind = Literal["pdf", "picture", "text"]
_HEAD = 4096
_PICTURES = {"image/png", "image/jpeg", "image/tiff", "image/heic", "image/bmp", "image/webp", "image/gif"}
_HEIF = (b"heic", b"heix", b"mif1", b"msf1", b"heif", b"hevc", b"avif")
# A file from somebody is never run by the browser that fetches it, whatever it is.
DOWNLOAD_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def path_of(library: Library, holding: DocumentVersion) -> Path:
    """Return where the original lies.

    Raises:
        NotFound: ``source_not_found`` where the file is gone.
    """
    path = blobs.original_path(library.tenant.files_path, holding.version.sha256)
    if not path.is_file():
        raise NotFound("source_not_found")
    return path


def _mime(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.startswith(b"PK") and b"%PDF-" in head[:1024]:
        return "application/pdf"
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "image/heic"
    return str(filetype.guess_mime(head) or "application/octet-stream")


def kind_of(path: Path) -> Kind:
    """Return how a file can be looked at: page by page as a PDF or a picture, or as text alone."""
    mime = _mime(path)
    return "pdf" if mime == "application/pdf" else "picture" if mime in _PICTURES else "text"


def media_type(path: Path) -> str:
    """Return the media type to download a file under: of PDF and pictures their own, of all else a plain stream."""
    mime = _mime(path)
    return mime if mime in _PICTURES or mime == "application/pdf" else "application/octet-stream"
