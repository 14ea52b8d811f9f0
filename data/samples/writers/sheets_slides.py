"""XLSX with a hidden sheet, CSV in any encoding, PPTX with speaker's notes."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from openpyxl import Workbook
from openpyxl.styles import Font
from pptx import Presentation
from pptx.util import Pt

from writers.blocks import Source
from writers.steady import BUILT, repack

__all__ = ["write_csv", "write_pptx", "write_xlsx"]


def _value(cell: str) -> str | int | float:
    plain = cell.replace(",", "")
    if plain.isdigit() and not plain.startswith("0"):
        return int(plain)
    return cell


def write_xlsx(source: Source, out: Path) -> None:
    """Each ``## name`` is a sheet; ``## name (hidden)`` is a hidden one; text lines become rows of one cell."""
    book = Workbook()
    book.remove(book.active)
    for block in source.blocks:
        if block.kind == "heading" and block.level == 2:
            sheet = book.create_sheet(block.text.removesuffix(" (hidden)"))
            sheet.sheet_state = "hidden" if block.text.endswith(" (hidden)") else "visible"
        elif block.kind == "table":
            for r, row in enumerate(block.rows):
                sheet.append([_value(cell) for cell in row])
                if r == 0:
                    for cell in sheet[sheet.max_row]:
                        cell.font = Font(bold=True)
        elif block.kind == "text":
            sheet.append([block.text])
    book.properties.title, book.properties.creator = source.title, "Sinzi samples"
    book.properties.created = book.properties.modified = BUILT
    book.save(out)
    repack(out)


def write_csv(source: Source, out: Path) -> None:
    """The first table; option ``encoding`` (default UTF-8 with a byte order mark, as Excel saves it)."""
    rows = next(block.rows for block in source.blocks if block.kind == "table")
    buffer = io.StringIO()
    csv.writer(buffer).writerows(rows)
    out.write_bytes(buffer.getvalue().encode(source.options.get("encoding", "utf-8-sig")))


def write_pptx(source: Source, out: Path) -> None:
    """``# `` is the title slide, each ``## `` a slide; bullets below it; ``Note: `` goes to the speaker's notes."""
    deck = Presentation()
    for block in source.blocks:
        if block.kind == "heading":
            slide = deck.slides.add_slide(deck.slide_layouts[0 if block.level == 1 else 1])
            slide.shapes.title.text = block.text
            body, empty = slide.placeholders[1].text_frame, True
        elif block.kind == "note":
            slide.notes_slide.notes_text_frame.text = block.text
        elif block.kind == "table":
            frame = slide.shapes.add_table(len(block.rows), len(block.rows[0]), 600000, 3600000, 7900000, 2200000)
            for r, row in enumerate(block.rows):
                for c, cell in enumerate(row):
                    frame.table.cell(r, c).text = cell
        else:
            paragraph = body.paragraphs[0] if empty else body.add_paragraph()
            paragraph.text, empty = block.text, False
            paragraph.font.size = Pt(20)
    properties = deck.core_properties
    properties.title, properties.author, properties.last_modified_by = source.title, "Sinzi samples", ""
    properties.created = properties.modified = BUILT
    deck.save(str(out))
    repack(out)
