"""The parser of PDF: the text layer with its layout; OCR for pages without a usable text layer."""

from __future__ import annotations

import itertools
import re
from datetime import date
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as c

from ingest.parsers.pdf.layout.form_fields import read_fields
from ingest.parsers.pdf.layout.fragments import build_fragments
from ingest.parsers.pdf.layout.glyphs import page_affine, read_glyphs
from ingest.parsers.pdf.layout.page_layout import LayoutPage, analyse_layout
from ingest.parsers.pdf.layout.rotated_text import main_turn, side_texts, unturn_matrix
from ingest.parsers.pdf.layout.rulings import read_rulings
from ingest.parsers.pdf.layout.text_repair import garbage_share
from ingest.parsers.pdf.printed_numbers import printed_numbers
from ingest.parsers.pdf.unseen_text import seen_and_unseen
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument, no_text
from kb.core.errors import FileRejected
from kb.language.script import is_cjk

__all__ = ["parse"]

FEW_LETTERS = 40  # a page with fewer letters and a large image is a scan, perhaps with a stamp
GARBAGE = 0.25  # share of unreadable characters from which the text layer is not used
MANY_PATHS = 30  # fewer drawn paths are only a frame or a line
BIG_IMAGE = 0.3  # share of the page's area
# Dates before PDF existed (1993): clocks that were never set, and programs that always write the same date.
_NO_DATE = re.compile(r"D?:?(?:19[0-8]\d|(?:1990|2000)0101000000)")


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a PDF into elements with page numbers and boxes.

    Raises:
        FileRejected: file_empty, file_encrypted, file_broken, file_too_many_pages, file_no_text.
    """
    document = _open(path, context)
    try:
        total = len(document)
        hidden: list[str] = []
        pages, notes = _read_pages(document, total, context, hidden)
        elements, large_lines = analyse_layout(pages)
        labels = _printed_numbers(document, total, pages)
        if not elements:
            raise no_text(context.filename, context.settings)
        info = document.get_metadata_dict()
    finally:
        document.close()
    title = info.get("Title", "").strip() or next(iter(large_lines), None)
    notes += [f"hidden_text:{len(hidden)}"] if hidden else []
    return ParsedDocument(
        elements, total, title, _date(info), notes, large_lines=large_lines, page_labels=labels, hidden_text=hidden
    )


def _printed_numbers(document: pdfium.PdfDocument, total: int, pages: list[LayoutPage]) -> list[str]:
    stated = [document.get_page_label(index) for index in range(total)]
    by_number = {page.number: (page.fragments, page.layout_height) for page in pages}
    return printed_numbers(stated, [by_number.get(number, ((), 1.0)) for number in range(1, total + 1)])


def _open(path: Path, context: ParseContext) -> pdfium.PdfDocument:
    name = context.filename
    if path.stat().st_size == 0:
        raise FileRejected("file_empty", name=name)
    try:
        document = pdfium.PdfDocument(path)
        document.init_forms()
        total = len(document)
    except pdfium.PdfiumError as error:
        code = (
            "file_encrypted"
            if getattr(error, "err_code", None) in (c.FPDF_ERR_PASSWORD, c.FPDF_ERR_SECURITY)
            else "file_broken"
        )
        raise FileRejected(code, name=name) from error
    if total == 0:
        raise FileRejected("file_broken", name=name)
    if total > context.settings.max_pages:
        document.close()
        raise FileRejected("file_too_many_pages", name=name, pages=total, limit=context.settings.max_pages)
    return document


def _read_pages(
    document: pdfium.PdfDocument, total: int, context: ParseContext, hidden: list[str]
) -> tuple[list[LayoutPage], list[str]]:
    """Return the pages and notes. ``hidden`` gets the text that is not seen."""
    pages: list[LayoutPage] = []
    notes: list[str] = []
    for index in range(total):
        try:
            page = document[index]
        except pdfium.PdfiumError:
            notes.append(f"page_unreadable:{index + 1}")
            continue
        try:
            pages.append(_read_page(page, index + 1, context, notes, hidden))
        finally:
            page.close()
        context.progress(index + 1, total)
    if not pages:
        raise FileRejected("file_broken", name=context.filename)
    return pages, notes


def _read_page(
    page: pdfium.PdfPage, number: int, context: ParseContext, notes: list[str], hidden: list[str]
) -> LayoutPage:
    """Read one page.

    ``notes`` gets a note where a page that seems to be a scan was not read, ``hidden`` the text that is not seen.
    """
    width, height = page.get_size()
    affine = page_affine(page)
    textpage = page.get_textpage()
    try:
        glyphs = read_glyphs(page, textpage, affine)
    finally:
        textpage.close()
    glyphs, unseen = seen_and_unseen(page, glyphs)
    hidden += unseen
    text = "".join(g.text for g in glyphs)
    mode = context.settings.ocr
    is_scan = _needs_ocr(page, text)
    if is_scan and mode == "never":
        notes.append(f"page_without_ocr:{number}")
    if mode == "always" or (mode == "auto" and is_scan):
        from ingest.parsers.pdf.ocr import read_page

        found = read_page(page, context.settings.ocr_dpi)
        if not found.fragments and is_scan:
            notes.append(f"page_without_text:{number}")
        if found.fragments or garbage_share(text) > GARBAGE:
            return LayoutPage(
                number,
                width,
                height,
                found.fragments,
                to_page=found.to_page,
                layout_width=found.width,
                layout_height=found.height,
            )
    turn = main_turn(glyphs)
    rulings = read_rulings(page, affine.turned(turn, width, height))
    fragments = build_fragments([g for g in glyphs if g.turn == turn], rulings.vertical)
    fragments += side_texts(glyphs, turn, width, height)
    fragments += read_fields(page, affine.turned(turn, width, height))
    if not turn:
        return LayoutPage(number, width, height, fragments, rulings)
    layout_size = (height, width) if turn % 2 else (width, height)
    to_page = unturn_matrix(turn, width, height)
    return LayoutPage(
        number,
        width,
        height,
        fragments,
        rulings,
        to_page=to_page,
        layout_width=layout_size[0],
        layout_height=layout_size[1],
    )


def _needs_ocr(page: pdfium.PdfPage, text: str) -> bool:
    first = itertools.islice(filter(str.isalnum, text), FEW_LETTERS)
    letter_count = sum(3 if is_cjk(ch) else 1 for ch in first)  # a Chinese cover page has few characters
    if letter_count >= FEW_LETTERS:
        return garbage_share(text) > GARBAGE
    if not letter_count and _may_hold_drawn_text(page):
        return True
    return _image_share(page) >= BIG_IMAGE


def _may_hold_drawn_text(page: pdfium.PdfPage) -> bool:
    """Return whether a page without letters may hold text drawn as paths or in an image; a blank page does not."""
    kinds = [c.FPDFPageObj_GetType(c.FPDFPage_GetObject(page, i)) for i in range(c.FPDFPage_CountObjects(page))]
    drawing_kinds = (c.FPDF_PAGEOBJ_IMAGE, c.FPDF_PAGEOBJ_FORM, c.FPDF_PAGEOBJ_SHADING)
    return any(kind in drawing_kinds for kind in kinds) or kinds.count(c.FPDF_PAGEOBJ_PATH) >= MANY_PATHS


def _image_share(page: pdfium.PdfPage) -> float:
    """Return the share of the page that its images cover; the stripes of one scan are added up."""
    width, height = page.get_size()
    area = 0.0
    for item in page.get_objects(filter=[c.FPDF_PAGEOBJ_IMAGE], max_depth=3):
        left, bottom, right, top = item.get_bounds()
        area += max(0.0, right - left) * max(0.0, top - bottom)
    return float(area / max(1.0, width * height))


def _date(info: dict[str, str]) -> date | None:
    stated = info.get("ModDate") or info.get("CreationDate") or ""
    if _NO_DATE.match(stated):
        return None
    match = re.match(r"D?:?(\d{4})(\d{2})(\d{2})", stated)
    try:
        return date(*map(int, match.groups())) if match else None
    except ValueError:
        return None
