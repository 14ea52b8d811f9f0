"""A page of the original as an image: drawn once a width, kept under the tenant's home, erased with the original."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from typing import Literal

from assistant.sources import originals, render_queue
from kb.core.errors import NotFound
from kb.library.documents import DocumentVersion, Library
from kb.store import blobs

__all__ = ["WIDTHS", "Form", "image"]

Form = Literal["png", "webp"]
# A page is drawn at the least of these widths, in pixels, that is not under what is asked for.
WIDTHS = (480, 800, 1200, 1600, 2000)


def image(library: Library, holding: DocumentVersion, page: int, width: int, form: Form) -> Path:
    """Return the image file of page ``page`` (from 1).

    Raises:
        NotFound: ``page_not_found`` where there is no such page, or the format has none; ``source_not_found``.
        InputError: ``page_unreadable``.
    """
    path = originals.path_of(library, holding)
    kind = originals.kind_of(path)
    if kind == "text" or not 1 <= page <= (holding.version.page_count or 0):
        raise NotFound("page_not_found", page=page)
    drawn = next((one for one in WIDTHS if one >= width), WIDTHS[-1])
    kept = blobs.page_images_path(library.tenant.files_path, holding.version.sha256) / f"{page}-{drawn}.{form}"
    if kept.is_file():
        return kept
    kept.parent.mkdir(parents=True, exist_ok=True)
    part = kept.with_suffix(f".{secrets.token_hex(4)}.part")
    task = {"do": "draw", "path": str(path), "kind": kind, "page": page, "width": drawn, "form": form, "out": str(part)}
    try:
        render_queue.run(task)
        os.replace(part, kept)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    return kept
