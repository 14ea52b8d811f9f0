"""The original file as it was uploaded: its type by its first bytes, and the headers for its download."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from kb.core.errors import Forbidden, NotFound
from kb.core.file_signatures import Signature, image_type, signature_of
from kb.library.documents import DocumentVersion, Library
from kb.publishing import personal_data_decisions
from kb.store import blobs
from kb.store.tables.states import PersonalDataDecision

__all__ = ["DOWNLOAD_HEADERS", "Kind", "check_may_open", "is_withheld", "kind_of", "media_type", "path_of"]

Kind = Literal["pdf", "picture", "text"]
_HEAD = 4096
# The browser must never execute an uploaded file, whatever its type.
DOWNLOAD_HEADERS = {"Content-Security-Policy": "default-src 'none'; sandbox", "X-Content-Type-Options": "nosniff"}


def is_withheld(library: Library, document_version: DocumentVersion, *, owner: bool) -> bool:
    """Whether the file is kept from a reader: people's data is masked in the version's text, and not in the file."""
    version_id = document_version.version.id
    found = {} if owner else personal_data_decisions.of_versions(library, [version_id])
    return version_id in found and found[version_id].decision == PersonalDataDecision.MASK


def check_may_open(library: Library, document_version: DocumentVersion, *, owner: bool) -> None:
    """Refuse a file, or pictures of its pages, that only owners may see.

    Raises:
        Forbidden: ``original_withheld``.
    """
    if is_withheld(library, document_version, owner=owner):
        raise Forbidden("original_withheld", name=document_version.document.name)


def path_of(library: Library, document_version: DocumentVersion) -> Path:
    """Return the path of the original.

    Raises:
        NotFound: ``source_not_found`` if the file does not exist any more.
    """
    path = blobs.original_path(library.tenant.files_path, document_version.version.sha256)
    if not path.is_file():
        raise NotFound("source_not_found")
    return path


def kind_of(path: Path) -> Kind:
    """Return how a file can be displayed: page by page as a PDF or an image ("picture"), or only as text."""
    found = signature_of(_head(path))
    return "pdf" if found is Signature.PDF else "picture" if found is Signature.IMAGE else "text"


def media_type(path: Path) -> str:
    """Return the media type for a download: the real one for PDF and images, a byte stream for other files."""
    head = _head(path)
    if signature_of(head) is Signature.PDF:
        return "application/pdf"
    return image_type(head) or "application/octet-stream"


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as stream:
            return stream.read(_HEAD)
    except FileNotFoundError as error:  # the document was deleted since it was looked up
        raise NotFound("source_not_found") from error
