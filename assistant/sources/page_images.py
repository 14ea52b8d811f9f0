"""A page of the original as an image.

It is rendered once per width, cached in the tenant's folder, and deleted with the original.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
from pathlib import Path
from typing import Literal

from assistant.sources import originals, render_queue
from kb.core.errors import NotFound
from kb.library.documents import DocumentVersion, Library
from kb.store import blobs

__all__ = ["Form", "image"]

Form = Literal["png", "webp"]
# The widths of the images in pixels. A page has the smallest one that is not below the requested width.
WIDTHS = (480, 800, 1200, 1600, 2000)


def image(library: Library, document_version: DocumentVersion, page: int, width: int, form: Form) -> Path:
    """Return the path of the image of page ``page`` (from 1); it is rendered if it is not cached.

    Raises:
        NotFound: ``page_not_found`` if there is no such page or the format has no pages; ``source_not_found``.
        InputError: ``page_unreadable``.
        Transient: ``drawing_busy``.
    """
    path = originals.path_of(library, document_version)
    kind = originals.kind_of(path)
    if kind == "text" or not 1 <= page <= (document_version.version.page_count or 0):
        raise NotFound("page_not_found", page=page)
    actual_width = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
    cached = (
        blobs.page_images_path(library.tenant.files_path, document_version.version.sha256)
        / f"{page}-{actual_width}.{form}"
    )
    if cached.is_file():
        return cached
    cached.parent.mkdir(parents=True, exist_ok=True)
    part = cached.with_suffix(f".{secrets.token_hex(4)}.part")
    task = {
        "do": "draw",
        "path": str(path),
        "kind": kind,
        "page": page,
        "width": actual_width,
        "form": form,
        "out": str(part),
    }
    try:
        render_queue.run(task)
        os.replace(part, cached)
        if not path.is_file():  # the document was deleted meanwhile
            shutil.rmtree(cached.parent, ignore_errors=True)
            raise NotFound("source_not_found")
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return cached
