"""The plainest reader for each format, so that the samples are checked without Sinzi's own parsers."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from email import message_from_bytes
from email.policy import default
from html import unescape
from pathlib import PurePath

import pypdfium2
from docx import Document
from odf import teletype
from odf.opendocument import load
from openpyxl import load_workbook
from oxmsg import Message
from pptx import Presentation
from striprtf.striprtf import rtf_to_text
from xlrd import open_workbook

__all__ = ["attachments", "pages", "squeeze"]


def squeeze(text: str) -> str:
    """Text without white space and footnote marks: line breaks and cell borders do not count."""
    return re.sub(r"\s+|\[\^\d+\]", "", text)


def attachments(name: str, content: bytes) -> dict[str, bytes]:
    """The files inside a ZIP or a mail, by name."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return {member: archive.read(member) for member in archive.namelist()}
    if name.endswith(".msg"):
        files = Message.load(io.BytesIO(content)).attachments
        return {str(file.file_name): file.file_bytes or b"" for file in files}
    if name.endswith(".eml"):
        parts = message_from_bytes(content, policy=default).iter_attachments()
        return {str(part.get_filename()): part.get_content() for part in parts}
    return {}


def _docx(content: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in ("word/document.xml", "word/footnotes.xml") if name in archive.namelist()]
        xml = "".join(archive.read(name).decode() for name in names)
    return unescape(re.sub(r"<[^>]+>", "", xml))


def _slides(content: bytes) -> list[str]:
    texts = []
    for slide in Presentation(io.BytesIO(content)).slides:
        words = [shape.text_frame.text for shape in slide.shapes if shape.has_text_frame]
        words += [cell.text for s in slide.shapes if s.has_table for row in s.table.rows for cell in row.cells]
        words += [slide.notes_slide.notes_text_frame.text] if slide.has_notes_slide else []
        texts.append("\n".join(words))
    return texts


def _sheets(content: bytes) -> str:
    book = load_workbook(io.BytesIO(content))
    shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return "\n".join(str(cell) for sheet in shown for row in sheet.values for cell in row if cell is not None)


def _decoded(content: bytes) -> str:
    for encoding in ("utf-16",) if content[:2] in (b"\xff\xfe", b"\xfe\xff") else ("utf-8-sig", "big5hkscs"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise AssertionError("no known encoding")


def pages(name: str, content: bytes) -> list[str]:
    """The text by page or slide (formats without pages: one item); ``[""]``-like for pictures of paper."""
    kind = PurePath(name).suffix
    if kind == ".pdf":
        return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]
    if kind == ".docx":
        assert Document(io.BytesIO(content)).paragraphs, name
        return [_docx(content)]
    if kind == ".doc":  # text lies in UTF-16 or, per piece, in one byte a character; Chinese is always UTF-16
        return [content.decode("utf-16-le", "ignore").replace("\x07", "\t")]  # Word ends a cell with BEL
    if kind == ".xls":
        sheets = open_workbook(file_contents=content).sheets()
        return ["\n".join(str(cell) for sheet in sheets for row in sheet.get_rows() for cell in (c.value for c in row))]
    if kind == ".odt":
        return [teletype.extractText(load(io.BytesIO(content)).text)]
    if kind == ".rtf":
        return [rtf_to_text(content.decode("ascii"))]
    if kind == ".pptx":
        return _slides(content)
    if kind == ".xlsx":
        return [_sheets(content)]
    if kind == ".csv":
        return ["\n".join("\t".join(row) for row in csv.reader(io.StringIO(_decoded(content))))]
    if kind == ".html":
        return [unescape(re.sub(r"<(script|style).*?</\1>|<[^>]+>", "", _decoded(content), flags=re.DOTALL))]
    if kind == ".msg":
        return [Message.load(io.BytesIO(content)).body or ""]
    if kind == ".eml":
        body = message_from_bytes(content, policy=default).get_body()
        return [body.get_content() if body else ""]
    return [_decoded(content)] if kind in (".md", ".txt") else [""]
