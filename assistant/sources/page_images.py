"""A page of the original as an image.

It is rendered once per width, cached in the tenant's folder, and deleted with the original.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import threading
import time
from pathlib import Path
from typing import Literal
from weakref import WeakValueDictionary

from assistant.sources import originals, render_queue
from kb.core.errors import InputError, NotFound
from kb.library.documents import DocumentVersion, Library
from kb.store import blobs

__all__ = ["Form", "image"]

Form = Literal["png", "webp"]
# The widths of the images in pixels. A page has the smallest one that is not below the requested width.
WIDTHS = (480, 800, 1200, 1600, 2000)
_ATTEMPTS = 2
_PAUSE_SECONDS = 600.0
_guard = threading.Lock()
_locks: WeakValueDictionary[Path, threading.Lock] = WeakValueDictionary()


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
    with _guard:
        lock = _locks.setdefault(cached, threading.Lock())
    with lock:  # one request draws, the others wait for its result
        if not cached.is_file():
            _draw(path, kind, page, actual_width, form, cached)
    return cached


def _draw(path: Path, kind: originals.Kind, page: int, width: int, form: Form, cached: Path) -> None:
    """Draw a page, unless that has failed before: a page may be made to take all the time that it is given.

    A failure is noted beside the images (``<page>.failed``). It is tried once more after a while, since the machine may
    have been too busy, and then never again.
    """
    failed = cached.with_name(f"{page}.failed")
    if _is_given_up(failed):
        raise InputError("page_unreadable", page=page)
    part = cached.with_suffix(f".{secrets.token_hex(4)}.part")
    task = {
        "do": "draw",
        "path": str(path),
        "kind": kind,
        "page": page,
        "width": width,
        "form": form,
        "out": str(part),
    }
    try:
        render_queue.run(task)
        os.replace(part, cached)
        if not path.is_file():  # the document was deleted meanwhile
            shutil.rmtree(cached.parent, ignore_errors=True)
            raise NotFound("source_not_found")
    except InputError:
        with contextlib.suppress(FileNotFoundError), failed.open("a", encoding="ascii") as note:
            note.write("x")
        raise
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
    failed.unlink(missing_ok=True)


def _is_given_up(failed: Path) -> bool:
    """Return whether a page that failed is not to be drawn now: it failed just now, or as often as it may."""
    try:
        facts = failed.stat()
    except FileNotFoundError:
        return False
    return facts.st_size >= _ATTEMPTS or time.time() - facts.st_mtime < _PAUSE_SECONDS
