"""From a file to its parser: limits first, then kind, then the module that reads it.

Parser modules are imported only when a file of their kind comes, so that ``kb ask`` never pays for them.
"""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import cast

from ingest.parsers.file_kind import KIND_OF_SUFFIX, detect, suffix_of
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected, SinziError

__all__ = ["SUPPORTED_SUFFIXES", "parse_file"]

SUPPORTED_SUFFIXES = frozenset(KIND_OF_SUFFIX)

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
    "markdown": "web.markdown_text",
    "text": "shared.plain_text",
    "xml": "web.generic_xml",
    "epub": "web.epub",
    "zip": "archive",
}
# kinds that read each other's files without a word: nobody cares that a .txt is Markdown
_SAME = {frozenset(("text", "markdown")), frozenset(("eml", "mhtml")), frozenset(("html", "xml"))}


def parse_file(path: Path, context: ParseContext) -> ParsedDocument:
    """Read one file into elements.

    Args:
        path: where the bytes lie; its name is not looked at.
        context: the name the file was handed in with, the limits, the progress callback.

    Returns:
        At least one element or one attachment; ``notes`` holds ``read_as:KIND`` when the name said otherwise.

    Raises:
        FileRejected: one of the ``file_*`` codes; nothing else leaves this function for a bad file.
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
    except Exception as error:  # a parser met something nobody foresaw: the batch goes on, the cause is kept
        raise FileRejected("file_broken", name=name) from error
    named = KIND_OF_SUFFIX.get(suffix_of(name))
    if named and named != kind and frozenset((named, kind)) not in _SAME:
        parsed.notes.insert(0, f"read_as:{kind}")
    if not parsed.elements and not parsed.attachments:
        pictures = kind in ("pdf", "image") or any(note.startswith("pictures_without_text") for note in parsed.notes)
        raise FileRejected("file_no_text" if pictures else "file_empty", name=name)
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
