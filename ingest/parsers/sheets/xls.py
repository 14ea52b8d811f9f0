"""The parser of Excel 97–2003 (XLS), with xlrd."""

from __future__ import annotations

from pathlib import Path

import xlrd
from xlrd.sheet import Sheet

from ingest.parsers.shared.element_builder import ElementBuilder, cell_text
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.sheets.number_format import show_number, show_time
from ingest.parsers.sheets.sheet_grid import Grid, add_grid
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an XLS. The name of a sheet is a heading, and ``page_name`` of its elements.

    Hidden sheets, rows and columns are left out.

    Raises:
        FileRejected: ``file_encrypted``, ``file_broken``.
    """
    try:
        book = xlrd.open_workbook(str(path), formatting_info=True, logfile=_NullLog())
    except xlrd.XLRDError as error:
        code = "file_encrypted" if "encrypt" in str(error).lower() else "file_broken"
        raise FileRejected(code, name=context.filename) from error
    builder, notes = ElementBuilder(), []
    for done, sheet in enumerate(book.sheets(), start=1):
        if sheet.visibility:
            notes.append(f"hidden_sheet:{sheet.name}")
            continue
        builder.page_name = sheet.name
        before = len(builder.elements)
        builder.title(sheet.name, 0)
        add_grid(builder, _grid(book, sheet))
        if len(builder.elements) == before + 1:
            del builder.elements[before:]
        context.progress(done, book.nsheets)
    return ParsedDocument(builder.elements, notes=notes)


class _NullLog:
    """A log file for xlrd that discards its warnings."""

    def write(self, text: str) -> int:
        return len(text)

    def flush(self) -> None:
        return None


def _grid(book: xlrd.Book, sheet: Sheet) -> Grid:
    merged = {
        (row, column): (top, left)
        for top, bottom, left, right in sheet.merged_cells
        for row in range(top, min(bottom, sheet.nrows))
        for column in range(left, min(right, sheet.ncols))
    }
    hidden_columns = {index for index, info in sheet.colinfo_map.items() if info.hidden}
    hidden_rows = {index for index, info in sheet.rowinfo_map.items() if info.hidden}
    rows, bold = [], []
    for row in range(sheet.nrows):
        if row in hidden_rows:
            continue
        columns = [column for column in range(sheet.ncols) if column not in hidden_columns]
        rows.append([_show(book, sheet, *merged.get((row, column), (row, column))) for column in columns])
        filled = [column for column in columns if sheet.cell_type(row, column) not in (0, 6)]
        bold.append(bool(filled) and all(_is_bold(book, sheet, row, column) for column in filled))
    return Grid(rows, bold)


def _show(book: xlrd.Book, sheet: Sheet, row: int, column: int) -> str:
    kind, value = sheet.cell_type(row, column), sheet.cell_value(row, column)
    if kind == xlrd.XL_CELL_NUMBER:
        return show_number(value, _number_format(book, sheet, row, column))
    if kind == xlrd.XL_CELL_DATE:
        try:
            return show_time(xlrd.xldate_as_datetime(value, book.datemode), _number_format(book, sheet, row, column))
        except (ValueError, OverflowError):
            return show_number(value, "General")
    if kind == xlrd.XL_CELL_BOOLEAN:
        return "TRUE" if value else "FALSE"
    if kind == xlrd.XL_CELL_ERROR:
        return str(xlrd.error_text_from_code.get(value, ""))
    return cell_text(str(value))


def _number_format(book: xlrd.Book, sheet: Sheet, row: int, column: int) -> str:
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    found = book.format_map.get(style.format_key)
    return found.format_str if found else "General"


def _is_bold(book: xlrd.Book, sheet: Sheet, row: int, column: int) -> bool:
    style = book.xf_list[sheet.cell_xf_index(row, column)]
    return bool(book.font_list[style.font_index].bold) or style.background.fill_pattern == 1
