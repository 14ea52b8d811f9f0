"""The cells of an HTML table, spans filled in; and which tables only lay out a page."""

from __future__ import annotations

from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.element_builder import cell_text, one_line
from ingest.parsers.shared.header_rows import header_rows_of

__all__ = ["HtmlTable", "table_cells"]

_MAX_SPAN = 100  # colspan="9999" is a trick, not a table
_PARAGRAPHS = {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol"}
_BREAKING = {"p", "div", "br", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dt", "dd"}
_SKIP = {"script", "style", "table", "template", "noscript", "svg", "rt", "rp"}


@dataclass(slots=True)
class HtmlTable:
    """Cells row by row (merged ones repeated), leading header rows, caption, tables found inside cells."""

    rows: list[list[str]]
    header_rows: int
    caption: str = ""
    nested: list[etree._Element] = field(default_factory=list)


def table_cells(element: etree._Element) -> HtmlTable | None:
    """Read a table; None if it is one for layout (one column, or cells that hold whole sections)."""
    lines = [row for row in element.iter("tr") if _owner(row) is element]
    cells_of = {id(row): [c for c in row if c.tag in ("td", "th")] for row in lines}
    widest = max((len(cells) for cells in cells_of.values()), default=0)
    nested = [table for table in element.iter("table") if table is not element and _owner(table) is element]
    has_head = any(cell.tag == "th" for cells in cells_of.values() for cell in cells)
    if element.get("role") in ("presentation", "none") or widest < 2:
        return None
    if not has_head and _is_layout(lines, cells_of, nested):
        return None
    rows, heads = _grid(lines, cells_of)
    header = _leading_heads(heads) or (header_rows_of(rows) if not any(any(row) for row in heads) else 0)
    captions = [one_line("".join(map(str, c.itertext("*")))) for c in element.iter("caption") if _owner(c) is element]
    return HtmlTable(rows, header, captions[0] if captions else "", nested)


def _owner(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors("table"), None)


def _is_layout(
    lines: list[etree._Element], cells_of: dict[int, list[etree._Element]], nested: list[etree._Element]
) -> bool:
    if len(lines) == 1 and nested:
        return True
    cells = [cell for row in lines for cell in cells_of[id(row)]]
    heavy = sum(1 for cell in cells if sum(1 for part in cell.iter(*_PARAGRAPHS) if (part.text or "").strip()) > 6)
    return bool(nested and heavy) or (len(lines) <= 2 and heavy > 0) or len(nested) > len(cells) / 2


def _grid(
    lines: list[etree._Element], cells_of: dict[int, list[etree._Element]]
) -> tuple[list[list[str]], list[list[bool]]]:
    """Lay cells on a grid; ``heads`` says which are header cells."""
    taken: dict[tuple[int, int], tuple[str, bool]] = {}
    for y, row in enumerate(lines):
        x = 0
        in_head = any(a.tag == "thead" for a in row.iterancestors())
        for cell in cells_of[id(row)]:
            while (y, x) in taken:
                x += 1
            text, is_head = _cell(cell), cell.tag == "th" or in_head
            columns, down = _span(cell.get("colspan")), _span(cell.get("rowspan"))
            for dy in range(min(down, len(lines) - y)):
                for dx in range(columns):
                    taken[(y + dy, x + dx)] = (text, is_head)
            x += columns
    wide = max((x for _, x in taken), default=-1) + 1
    rows = [[taken.get((y, x), ("", False))[0] for x in range(wide)] for y in range(len(lines))]
    heads = [[taken.get((y, x), ("", False))[1] for x in range(wide)] for y in range(len(lines))]
    return rows, heads


def _leading_heads(heads: list[list[bool]]) -> int:
    """Leading rows made of header cells; a row whose first cell alone is one is a labelled row."""
    count = 0
    for row in heads:
        if not row or sum(row) < max(2, len(row) - 1):
            break
        count += 1
    return count if count < len(heads) else 0


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
