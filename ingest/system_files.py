"""Files that operating systems, office programs and browsers keep beside documents."""

from __future__ import annotations

from pathlib import PurePosixPath

__all__ = ["is_document"]

_SYSTEM_FILES = {"thumbs.db", "desktop.ini"}
# A saved web page has its parts in a folder of this name beside it.
_WEB_PARTS = {".js", ".css", ".map", ".woff", ".woff2", ".ttf"}


def is_document(path: PurePosixPath) -> bool:
    """Return False for hidden files, and for files of office programs, file managers and saved web pages.

    Examples: ``.DS_Store``, ``.~lock.x.odt#``, ``.x.docx.icloud``, ``~$x.docx``, ``Thumbs.db``, ``a.js``.
    """
    if path.name.lower() in _SYSTEM_FILES or path.name.startswith("~$") or path.suffix.lower() in _WEB_PARTS:
        return False
    return not any((part.startswith(".") and part not in {".", ".."}) or part == "__MACOSX" for part in path.parts)
