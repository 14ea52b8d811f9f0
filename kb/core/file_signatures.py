"""What a file is by its first bytes: the signatures of the formats that are read here.

Text has no signature. OLE and ZIP are containers: which document one of them holds (DOC, XLS, DOCX, EPUB, …) is told
from its members, in :mod:`ingest.parsers.file_kind`.
"""

from __future__ import annotations

from enum import StrEnum

import filetype

__all__ = ["Signature", "image_type", "signature_of"]


class Signature(StrEnum):
    """A family of file formats with a signature."""

    OLE = "ole"
    ZIP = "zip"
    PDF = "pdf"
    RTF = "rtf"
    IMAGE = "image"


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")  # with members, empty, spanned
_PDF, _PDF_WITHIN = b"%PDF-", 1024  # a PDF may have a few bytes in front
_RTF = b"{\\rtf"
_IMAGES = frozenset(f"image/{name}" for name in ("png", "jpeg", "tiff", "heic", "bmp", "webp", "gif"))
# Brands of HEIF files (ISO/IEC 23008-12): the library tells only some of them.
_HEIF = (b"heic", b"heix", b"mif1", b"msf1", b"heif", b"hevc", b"avif")


def signature_of(head: bytes) -> Signature | None:
    """Return the family that a file's first bytes (1,024 or more) show; ``None`` for text and for all other formats."""
    if head.startswith(_OLE):
        return Signature.OLE
    if head.startswith(_ZIP):  # before PDF, which a ZIP may hold uncompressed
        return Signature.ZIP
    if _PDF in head[:_PDF_WITHIN]:
        return Signature.PDF
    if head.lstrip()[: len(_RTF)].lower() == _RTF:
        return Signature.RTF
    return Signature.IMAGE if image_type(head) else None


def image_type(head: bytes) -> str | None:
    """Return the media type of an image that is read here ("image/png"); ``None`` for anything else."""
    if head[4:8] == b"ftyp" and head[8:12] in _HEIF:
        return "image/heic"
    known = filetype.guess_mime(head)
    return str(known) if known in _IMAGES and not _is_word(head) else None


def _is_word(head: bytes) -> bool:
    """Return True for a text that opens with "BM" or "GIF", which alone pass for an image's signature."""
    return (head[:2] == b"BM" and head[6:10] != b"\0\0\0\0") or (head[:3] == b"GIF" and head[3:4] != b"8")
