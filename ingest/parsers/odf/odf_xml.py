"""Text and tables of OpenDocument XML."""

from __future__ import annotations

from lxml import etree

from ingest.parsers.shared.office_xml import local

__all__ = ["NS", "odf_text", "table_rows"]

_BASE = "urn:oasis:names:tc:opendocument:xmlns:"
NS = {
    **{name: f"{{{_BASE}{name}:1.0}}" for name in ("office", "text", "table", "style", "presentation")},
    "draw": f"{{{_BASE}drawing:1.0}}",
}
_OUT = {"note", "annotation", "tracked-changes", "frame", "annotation-end", "bookmark", "ruby-text", "custom-shape"}
_MAX_REPEAT = 1000  # empty rows and columns repeat to the end of a sheet


def odf_text(element: etree._Element) -> str:
    """Text of a paragraph: blanks squeezed as ODF does, ``text:s``, tabs and breaks written out, notes left out."""
    parts = [_squeeze(element.text)]
    for child in element:
        name = local(child)
        if name == "s":
            parts.append(" " * min(100, int(child.get(f"{NS['text']}c") or "1")))
        elif name == "tab":
            parts.append("\t")
        elif name == "line-break":
            parts.append("\n")
        elif name and name not in _OUT:
            parts.append(odf_text(child))
        parts.append(_squeeze(child.tail))
    return "".join(parts)


def _squeeze(text: str | None) -> str:
    return " ".join((text or "").replace("\n", " ").replace("\t", " ").split(" "))


def table_rows(table: etree._Element) -> tuple[list[list[str]], int]:
    """Cells of a ``table:table``, spans filled in, and the number of stated header rows."""
    rows: list[list[str]] = []
    header = 0
    below: dict[int, tuple[int, str]] = {}  # column → (rows still to fill, text)
    lines = [
        row for row in table.iter(f"{NS['table']}table-row") if next(row.iterancestors(f"{NS['table']}table")) is table
    ]
    for row in lines:
        cells: list[str] = []
        for cell in row:
            if local(cell) not in ("table-cell", "covered-table-cell"):
                continue
            repeat = min(_MAX_REPEAT, _int(cell, "number-columns-repeated"))
            text = "\n".join(odf_text(p) for p in cell.iter(f"{NS['text']}p", f"{NS['text']}h"))
            for _ in range(repeat):
                column = len(cells)
                if local(cell) == "covered-table-cell" and column in below:
                    left, held = below.pop(column)
                    cells.append(held)
                    if left > 1:
                        below[column] = (left - 1, held)
                    continue
                cells.append(text)
                down, across = _int(cell, "number-rows-spanned"), _int(cell, "number-columns-spanned")
                for offset in range(min(across, 200)):
                    # covered cells of this row are filled from here too, hence one more than the rows below
                    if down > 1 or offset:
                        below[column + offset] = (down if offset else down - 1, text)
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
