"""Workbooks in the XML of Excel 2003 (SpreadsheetML), which many accounting and membership programs still write."""

from __future__ import annotations

from lxml import etree

from ingest.parsers.shared.element_builder import ElementBuilder, cell_text
from ingest.parsers.sheets.sheet_grid import Grid, add_grid
from kb.core.errors import FileRejected

__all__ = ["SPREADSHEET", "add_workbook"]

SPREADSHEET = "{urn:schemas-microsoft-com:office:spreadsheet}"
_MOST_CELLS = 500_000
_MAX_INDEX = 16_384  # Excel's own limit on columns; a larger gap is not a table


def add_workbook(root: etree._Element, builder: ElementBuilder, filename: str) -> None:
    """Add the visible sheets of a workbook; the name of a sheet is a heading, and ``page_name`` of its elements.

    Raises:
        FileRejected: ``file_too_complex`` for more cells than people write, as few merged ones can make.
    """
    for sheet in root.iter(f"{SPREADSHEET}Worksheet"):
        options = sheet.find(".//{urn:schemas-microsoft-com:office:excel}Visible")
        if options is not None and (options.text or "").startswith("SheetHidden"):
            continue
        name = sheet.get(f"{SPREADSHEET}Name", "")
        builder.page_name = name or None
        before = len(builder.elements)
        builder.title(name, 0)
        for table in sheet.iter(f"{SPREADSHEET}Table"):
            add_grid(builder, Grid(_rows(table, filename)))
        if len(builder.elements) == before + 1:
            del builder.elements[before:]  # an empty sheet: do not keep its name


def _rows(table: etree._Element, filename: str) -> list[list[str]]:
    """Return the cells of a table. A row or cell with an index leaves empty ones before it; merged cells repeat."""
    rows: list[list[str]] = []
    below: dict[int, tuple[int, str]] = {}  # column → rows that a merged cell still covers, its text
    total = 0
    for row in table.iterchildren(f"{SPREADSHEET}Row"):
        rows += [[] for _ in range(_index(row, len(rows)) - len(rows))]
        cells: list[str] = []
        hidden = row.get(f"{SPREADSHEET}Hidden") == "1"
        for cell in row.iterchildren(f"{SPREADSHEET}Cell"):
            at = _index(cell, len(cells))
            while len(cells) < at or len(cells) in below:
                cells.append(_covered(below, len(cells)))
            data = cell.find(f"{SPREADSHEET}Data")
            text = cell_text("".join(map(str, data.itertext("*")))) if data is not None else ""
            for _ in range(1 + _count(cell, "MergeAcross")):
                if _count(cell, "MergeDown"):
                    below[len(cells)] = (_count(cell, "MergeDown"), text)
                cells.append(text)
        while len(cells) in below:
            cells.append(_covered(below, len(cells)))
        rows.append([] if hidden else cells)
        total += len(cells) + 1
        if total > _MOST_CELLS or len(rows) > _MOST_CELLS:
            raise FileRejected("file_too_complex", name=filename, what=f"> {_MOST_CELLS} cells")
    return rows


def _covered(below: dict[int, tuple[int, str]], column: int) -> str:
    left, text = below.pop(column, (0, ""))
    if left > 1:
        below[column] = (left - 1, text)
    return text


def _index(element: etree._Element, following: int) -> int:
    """Return the position of a row or cell, from 0."""
    stated = element.get(f"{SPREADSHEET}Index", "")
    at = int(stated) - 1 if stated.isdigit() else following
    return at if following <= at <= following + _MAX_INDEX else following


def _count(cell: etree._Element, name: str) -> int:
    text = cell.get(f"{SPREADSHEET}{name}", "")
    return min(int(text), _MAX_INDEX) if text.isdigit() else 0
