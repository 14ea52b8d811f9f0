"""Text, tables and metadata in OpenDocument XML."""

from __future__ import annotations

from datetime import date

from lxml import etree

from ingest.parsers.shared.iso_dates import iso_date
from ingest.parsers.shared.office_xml import local_name
from ingest.parsers.shared.safety import parse_xml

__all__ = ["NS", "odf_text", "read_metadata", "table_rows"]

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
NS = {
    **{name: f"{{{_BASE}{name}:1.0}}" for name in ("office", "text", "table", "style", "presentation")},
    "draw": f"{{{_BASE}drawing:1.0}}",
}
_SKIPPED = {"note", "annotation", "tracked-changes", "frame", "annotation-end", "bookmark", "ruby-text", "custom-shape"}
_MAX_REPEAT = 1000  # empty rows and columns are repeated to the end of a sheet


def read_metadata(meta: bytes | None) -> tuple[str | None, date | None]:
    """Return title and date (last change, else creation) of ``meta.xml``; None where not stated."""
    texts = {local_name(element): (element.text or "").strip() for element in parse_xml(meta).iter()} if meta else {}
    return texts.get("title") or None, iso_date(texts.get("date") or texts.get("creation-date") or "")


def odf_text(element: etree._Element) -> str:
    """Return the text of a paragraph: line breaks of the XML as spaces, ``text:s``, tabs and breaks; without notes."""
    parts = [_collapse(element.text)]
    for child in element:
        name = local_name(child)
        if name == "s":
            parts.append(" " * min(100, int(child.get(f"{NS['text']}c") or "1")))
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name and name not in _SKIPPED:
            parts.append(odf_text(child))
        parts.append(_collapse(child.tail))
    return "".join(parts)


def _collapse(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").replace("\t", " ").split(" "))


def table_rows(table: etree._Element) -> tuple[list[list[str]], int]:
    """Return the rows of a ``table:table`` (merged cells repeated), and the number of its stated header rows."""
    rows: list[list[str]] = []
    header = 0
    spans_below: dict[int, tuple[int, str]] = {}  # column → (rows still to fill, text)
    row_elements = [
        row for row in table.iter(f"{NS['table']}table-row") if next(row.iterancestors(f"{NS['table']}table")) is table
    ]
    for row in row_elements:
        cells: list[str] = []
        for cell in row:
            if local_name(cell) not in ("table-cell", "covered-table-cell"):
                continue
            repeat = min(_MAX_REPEAT, _int(cell, "number-columns-repeated"))
            text = "\n".join(odf_text(p) for p in cell.iter(f"{NS['text']}p", f"{NS['text']}h"))
            for _ in range(repeat):
                column = len(cells)
                if local_name(cell) == "covered-table-cell" and column in spans_below:
                    rows_left, merged_text = spans_below.pop(column)
                    cells.append(merged_text)
                    if rows_left > 1:
                        spans_below[column] = (rows_left - 1, merged_text)
                    continue
                cells.append(text)
                down, across = _int(cell, "number-rows-spanned"), _int(cell, "number-columns-spanned")
                for offset in range(min(across, 200)):
                    # covered cells of this row are filled from here too: one more than the rows below
                    if down > 1 or offset:
                        spans_below[column + offset] = (down if offset else down - 1, text)
        if any(cells):
            if next(row.iterancestors(f"{NS['table']}table-header-rows"), None) is not None:
                header += 1
            repeat = min(_MAX_REPEAT, _int(row, "number-rows-repeated"))
            rows += [list(cells) for _ in range(repeat)]
        elif rows:
            rows.append(cells)
    return rows, header if header < len(rows) else 0


def _int(element: etree._Element, name: str) -> int:
    text = element.get(f"{NS['table']}{name}") or "1"
    return max(1, int(text)) if text.isdigit() else 1
