"""A version as a plain text file: what is handed out instead of an original that may not be."""

from __future__ import annotations

from kb.library.documents import DocumentVersion, Library
from kb.personal_data.concealment import without_fill

__all__ = ["text_file", "text_name"]

# Windows opens a text file as UTF-8 only with this at its beginning.
_BOM = "\ufeff"


def text_file(library: Library, document_version: DocumentVersion) -> bytes:
    """Return the text of a version, headings above it, as its reader may see it. UTF-8."""
    lines = [document_version.version.title or document_version.document.name]
    headings: list[str] = []
    for chunk in library.chunks_of(document_version.version.id):
        here = [str(one) for one in chunk.heading_path]
        if here and here != headings:
            headings = here
            lines.append(" › ".join(here))
        lines.append(chunk.text)
    return without_fill(_BOM + "\n\n".join(lines) + "\n").encode()


def text_name(name: str) -> str:
    """Return the name of the text file for a document of that name."""
    return f"{name}.txt"
