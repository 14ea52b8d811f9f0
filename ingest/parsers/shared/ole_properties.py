"""Title and date of an OLE file (DOC, PPT)."""

from __future__ import annotations

from datetime import date

import olefile

from ingest.parsers.shared.element_builder import clean_text

__all__ = ["ole_properties"]


def ole_properties(ole: olefile.OleFileIO) -> tuple[str | None, date | None]:
    """Return the title and the date of the last save; None where the file does not state it."""
    meta = ole.get_metadata()
    raw = meta.title or b""
    codec = f"cp{meta.codepage}" if meta.codepage and 0 < meta.codepage < 65000 else "utf-8"
    try:
        title = raw.decode(codec, "replace") if isinstance(raw, bytes) else str(raw)
    except LookupError:
        title = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    saved = meta.last_saved_time or meta.create_time
    return clean_text(title) or None, saved.date() if saved and saved.year > 1980 else None
