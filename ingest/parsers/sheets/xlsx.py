"""The parser of Excel (XLSX): cells as Excel shows them. What is hidden is left out and noted."""

from __future__ import annotations

import re
import zipfile
from datetime import date, datetime, time, timedelta
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles.colors import Color
from openpyxl.utils.datetime import from_excel
from openpyxl.worksheet.worksheet import Worksheet

from ingest.parsers.shared.colours import alike, from_hex
from ingest.parsers.shared.element_builder import ElementBuilder, cell_text
from ingest.parsers.shared.office_xml import OfficePackage
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip
from ingest.parsers.sheets.number_format import hides_text, is_east_asian_date, show_number, show_time
from ingest.parsers.sheets.sheet_grid import Grid, add_grid
from kb.core.errors import FileRejected

__all__ = ["parse"]

# a formula without a result: a program wrote the file, and Excel never computed it
_NO_RESULT = re.compile(rb"</(?:\w+:)?f>\s*(?:<v\s*/>|<v></v>)?\s*</(?:\w+:)?c>|<f[^>]*/>\s*</c>")
_UNREADABLE = 1  # points
_THEME_WHITE, _INDEXED_WHITE = 0, (1, 9)  # the background of the theme; white in the indexed palette
_MAX_CELLS = 5_000_000


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an XLSX. The name of a sheet is a heading, and ``page_name`` of its elements.

    Raises:
        FileRejected: ``file_broken``, ``file_too_complex``.
    """
    builder, notes = ElementBuilder(), []
    with open_zip(path, context) as archive:
        # not from openpyxl, which returns the current time where the file states no date
        title, stated = OfficePackage(archive, context).core_properties()
        if _has_formula_without_value(archive):
            notes.append("formula_without_value")
    with path.open(
        "rb"
    ) as stream:  # as a stream: openpyxl rejects a path without suffix, and stored originals have none
        workbook = load_workbook(stream, data_only=True)
    sheets = workbook.worksheets
    for done, sheet in enumerate(sheets, start=1):
        if sheet.sheet_state != "visible":
            notes.append(f"hidden_sheet:{sheet.title}")
            continue
        if sheet.max_row * sheet.max_column > _MAX_CELLS:
            what = f"{sheet.max_row} × {sheet.max_column} cells"
            raise FileRejected("file_too_complex", name=context.filename, what=what)
        builder.page_name = sheet.title
        before = len(builder.elements)
        builder.title(sheet.title, 0)
        add_grid(builder, _grid(sheet, notes))
        if len(builder.elements) == before + 1:
            del builder.elements[before:]  # an empty sheet: do not keep its name
        context.progress(done, len(sheets))
    return ParsedDocument(builder.elements, title=title, date=stated, notes=notes)


def _has_formula_without_value(archive: zipfile.ZipFile) -> bool:
    names = (name for name in archive.namelist() if re.match(r"xl/worksheets/[^/]+\.xml$", name))
    return any(_NO_RESULT.search(archive.read(name)) for name in names)


def _grid(sheet: Worksheet, notes: list[str]) -> Grid:
    hidden_rows = {index for index, row in sheet.row_dimensions.items() if row.hidden}
    hidden_columns = _hidden_columns(sheet)
    merged = _merged_cells(sheet, hidden_rows, hidden_columns)
    rows, bold, dropped = [], [], set()
    for row in sheet.iter_rows():
        shown = []
        for cell in row:
            if cell.row in hidden_rows or cell.column in hidden_columns:
                if cell.value is not None:
                    dropped.add("hidden_rows" if cell.row in hidden_rows else "hidden_columns")
                continue
            source = merged.get((cell.row or 0, cell.column or 0), cell)
            shown.append(_show(source))
        if row and row[0].row not in hidden_rows:
            rows.append(shown)
            bold.append(_is_emphasised([cell for cell in row if cell.value is not None]))
    notes += [f"{kind}:{sheet.title}" for kind in sorted(dropped)]
    return Grid(rows, bold)


def _hidden_columns(sheet: Worksheet) -> set[int]:
    """Return the numbers of hidden columns. One entry may describe several columns (min … max)."""
    hidden: set[int] = set()
    for dimension in sheet.column_dimensions.values():
        if dimension.hidden:
            hidden.update(range(dimension.min or 1, min(dimension.max or 1, sheet.max_column) + 1))
    return hidden


def _merged_cells(
    sheet: Worksheet, hidden_rows: set[int], hidden_columns: set[int]
) -> dict[tuple[int, int], Cell | MergedCell]:
    """Return coordinates inside merged ranges → the cell with the value."""
    found: dict[tuple[int, int], Cell | MergedCell] = {}
    for merged in sheet.merged_cells.ranges:
        top_left = sheet.cell(merged.min_row, merged.min_col)
        for row in range(merged.min_row, min(merged.max_row, sheet.max_row) + 1):
            for column in range(merged.min_col, min(merged.max_col, sheet.max_column) + 1):
                if row not in hidden_rows and column not in hidden_columns:
                    found[row, column] = top_left
    return found


def _show(cell: Cell | MergedCell) -> str:
    """Return the text of a cell as Excel shows it."""
    value, pattern = cell.value, str(cell.number_format or "General")
    if value is None or _is_invisible(cell):
        return ""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, (datetime, date, time, timedelta)):
        return show_time(value, pattern)
    if isinstance(value, (int, float)):
        # openpyxl knows only the letters of European dates
        return show_time(from_excel(value), pattern) if is_east_asian_date(pattern) else show_number(value, pattern)
    return "" if hides_text(pattern) else cell_text(str(value))


def _is_invisible(cell: Cell | MergedCell) -> bool:
    """Return whether a cell's text is white on white or too small to be seen."""
    font, fill = cell.font, cell.fill
    if font is None or (font.sz is not None and font.sz <= _UNREADABLE):
        return font is not None
    if font.color is None:
        return False
    filled = bool(fill) and fill.fill_type == "solid"
    if filled and font.color.type == fill.fgColor.type == "rgb":
        return alike(from_hex(str(font.color.rgb)), from_hex(str(fill.fgColor.rgb)))
    return (not filled or _is_white(fill.fgColor)) and _is_white(font.color)


def _is_white(colour: Color) -> bool:
    if colour.type == "rgb":
        return str(colour.rgb)[-6:].upper() == "FFFFFF"
    if colour.type == "theme":
        return colour.theme == _THEME_WHITE and not colour.tint
    return colour.type == "indexed" and colour.indexed in _INDEXED_WHITE


def _is_emphasised(cells: list[Cell | MergedCell]) -> bool:
    """Return whether every cell with a value is bold or has a background colour."""

    def is_emphasised(cell: Cell | MergedCell) -> bool:
        fill = cell.fill
        return bool(cell.font and cell.font.b) or bool(fill and fill.fill_type == "solid")

    return bool(cells) and all(is_emphasised(cell) for cell in cells)
