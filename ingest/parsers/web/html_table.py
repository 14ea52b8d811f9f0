"""The cells of an HTML table, merged cells repeated. Tables that only arrange the page are recognised."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.element_builder import cell_text, one_line
from ingest.parsers.shared.header_rows import header_rows_of

__all__ = ["table_cells"]

_MAX_SPAN = 100  # a larger span, such as colspan="9999", is not meant literally
_PARAGRAPHS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"}
_BREAKING = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dt", "dd"}
_SKIP = {"script", "style", "table", "template", "noscript", "svg", "rt", "rp"}


@dataclass(slots=True)
class HtmlTable:
    """Rows of cell texts (merged cells repeated), number of header rows, caption, and the tables inside cells."""

    rows: list[list[str]]
    header_rows: int
    caption: str = ""
    nested: list[etree._Element] = field(default_factory=list)


def table_cells(element: etree._Element) -> HtmlTable | None:
    """Read a table. Return None if it only arranges the page: one column, or cells that hold whole sections."""
    row_elements = [row for row in element.iter("tr") if _table_of(row) is element]
    cells_of = {id(row): [c for c in row if c.tag in ("td", "th")] for row in row_elements}
    widest = max((len(cells) for cells in cells_of.values()), default=0)
    nested = [table for table in element.iter("table") if table is not element and _table_of(table) is element]
    has_header_cells = any(cell.tag == "th" for cells in cells_of.values() for cell in cells)
    if element.get("role") in ("presentation", "none") or widest < 2:
        return None
    if not has_header_cells and _is_layout(row_elements, cells_of, nested):
        return None
    rows, is_header = _cell_grid(row_elements, cells_of)
    header = _leading_header_rows(is_header) or (header_rows_of(rows) if not any(any(row) for row in is_header) else 0)
    captions = [
        one_line("".join(map(str, c.itertext("*")))) for c in element.iter("caption") if _table_of(c) is element
    ]
    return HtmlTable(rows, header, captions[0] if captions else "", nested)


def _table_of(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors("table"), None)


def _is_layout(
    row_elements: list[etree._Element], cells_of: dict[int, list[etree._Element]], nested: list[etree._Element]
) -> bool:
    if len(row_elements) == 1 and nested:
        return True
    cells = [cell for row in row_elements for cell in cells_of[id(row)]]
    text_heavy = sum(1 for cell in cells if sum(1 for part in cell.iter(*_PARAGRAPHS) if (part.text or "").strip()) > 6)
    return bool(nested and text_heavy) or (len(row_elements) <= 2 and text_heavy > 0) or len(nested) > len(cells) / 2


def _cell_grid(
    row_elements: list[etree._Element], cells_of: dict[int, list[etree._Element]]
) -> tuple[list[list[str]], list[list[bool]]]:
    """Return the texts of all grid positions row by row, and for each whether it belongs to a header cell."""
    grid: dict[tuple[int, int], tuple[str, bool]] = {}
    for y, row in enumerate(row_elements):
        x = 0
        in_head = any(a.tag == "thead" for a in row.iterancestors())
        for cell in cells_of[id(row)]:
            while (y, x) in grid:
                x += 1
            text, is_head = _cell(cell), cell.tag == "th" or in_head
            columns, down = _span(cell.get("colspan")), _span(cell.get("rowspan"))
            for dy in range(min(down, len(row_elements) - y)):
                for dx in range(columns):
                    grid[(y + dy, x + dx)] = (text, is_head)
            x += columns
    wide = max((x for _, x in grid), default=-1) + 1
    rows = [[grid.get((y, x), ("", False))[0] for x in range(wide)] for y in range(len(row_elements))]
    is_header = [[grid.get((y, x), ("", False))[1] for x in range(wide)] for y in range(len(row_elements))]
    return rows, is_header


def _leading_header_rows(is_header: list[list[bool]]) -> int:
    """Return the number of leading rows of header cells. A row with only its first cell a header is not one."""
    count = 0
    for row in is_header:
        if not row or sum(row) < max(2, len(row) - 1):
            break
        count += 1
    return count if count < len(is_header) else 0


def _span(text: str | None) -> int:
    return min(_MAX_SPAN, max(1, int(text))) if text and text.strip().isdigit() else 1


def _cell(cell: etree._Element) -> str:
    parts: list[str] = []

    def collect(node: etree._Element) -> None:
        parts.append(" ".join((node.text or "").split(" ")))
        for child in node:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag in _BREAKING:
                parts.append("\n")
            if tag and tag not in _SKIP:
                collect(child)
            parts.append(("\n" if tag in _BREAKING else "") + (child.tail or ""))

    collect(cell)
    return cell_text("".join(parts))
