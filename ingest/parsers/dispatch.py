"""Chooses the parser of a file: check the size, detect the kind, import the parser.

A parser module is imported only when a file of its kind is read, so that ``kb ask`` does not load it.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from ingest.parsers.file_kind import KIND_OF_SUFFIX, detect, suffix_of
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument, no_text
from kb.core.errors import FileRejected, SinziError

__all__ = ["parse_file"]

_MODULE_OF_KIND = {
    "pdf": "pdf.pdf_document",
    "image": "pdf.scanned_image",
    "docx": "word.docx",
    "doc": "word.doc",
    "odt": "odf.odf_document",
    "ods": "odf.odf_sheets",
    "odp": "odf.odf_document",
    "rtf": "rtf.rtf_document",
    "pptx": "slides.pptx",
    "ppt": "slides.ppt",
    "xlsx": "sheets.xlsx",
    "xls": "sheets.xls",
    "csv": "sheets.csv_table",
    "html": "web.html_page",
    "mhtml": "mail.eml",
    "eml": "mail.eml",
    "msg": "mail.msg",
    "tnef": "mail.winmail",
    "markdown": "web.markdown_text",
    "text": "shared.plain_text",
    "xml": "web.generic_xml",
    "epub": "web.epub",
    "zip": "archive",
}
# Pairs of kinds that get no note when the suffix means one and the content is the other: Markdown in a .txt file.
_INTERCHANGEABLE = {frozenset(("text", "markdown")), frozenset(("eml", "mhtml")), frozenset(("html", "xml"))}


def parse_file(path: Path, context: ParseContext) -> ParsedDocument:
    """Read one file into elements.

    Args:
        path: the file; its name is not used.
        context: the original name of the file, the limits, the progress callback.

    Returns:
        At least one element or one attachment. ``notes`` holds ``read_as:KIND`` when the suffix means another kind.

    Raises:
        FileRejected: one of the ``file_*`` codes. A bad file raises no other error.
    """
    name = context.filename
    _check_size(path, context)
    try:
        kind = detect(path, context)
        module = importlib.import_module(f"ingest.parsers.{_MODULE_OF_KIND[kind]}")
        parsed = cast(ParsedDocument, module.parse(path, context))
    except SinziError:
        raise
    except (MemoryError, RecursionError) as error:
        raise FileRejected("file_too_complex", name=name, what=type(error).__name__) from error
    except Exception as error:  # an unexpected error in a parser: only this file fails, and the cause is kept
        raise FileRejected("file_broken", name=name) from error
    named = KIND_OF_SUFFIX.get(suffix_of(name))
    if named and named != kind and frozenset((named, kind)) not in _INTERCHANGEABLE:
        parsed.notes.insert(0, f"read_as:{kind}")
    if not parsed.elements and not parsed.attachments:
        images_only = kind in ("pdf", "image") or any(note.startswith("pictures_without_text") for note in parsed.notes)
        raise no_text(name, context.settings) if images_only else FileRejected("file_empty", name=name)
    return parsed


def _check_size(path: Path, context: ParseContext) -> None:
    if not path.is_file():
        raise FileRejected("file_missing", name=context.filename)
    size = path.stat().st_size
    limit = context.settings.max_file_mb
    if size > limit * 1024 * 1024:
        raise FileRejected("file_too_large", name=context.filename, size_mb=round(size / 1024 / 1024), limit_mb=limit)
    with path.open("rb") as file:
        if size == 0 or (size < 4096 and not file.read().strip(b" \t\r\n\x0b\x0c\0\xef\xbb\xbf\xff\xfe")):
            raise FileRejected("file_empty", name=context.filename)
