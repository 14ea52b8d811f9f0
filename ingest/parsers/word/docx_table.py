"""A Word table as rows of cells: spans filled in, header rows found, nested tables handed back."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.office_xml import W, is_on, local, val

__all__ = ["WordTable", "blocks_of", "read_table"]

_WRAPPERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}
_MAX_SPAN = 63  # Word's own limit on columns


@dataclass(slots=True)
class WordTable:
    """``rows`` of cell texts; ``nested`` tables in cells, in order; ``notes`` referred to from cells."""

    rows: list[list[str]] = field(default_factory=list)
    header_rows: int = 0
    nested: list[etree._Element] = field(default_factory=list)


def blocks_of(container: etree._Element) -> Iterator[etree._Element]:
    """Paragraphs, tables and content controls' insides of a body or cell, in order; deleted ones left out."""
    for child in container:
        name = local(child)
        if name in ("p", "tbl", "altChunk"):
            yield child
        elif name == "sdt":
            gallery = val(child.find(f"{W}sdtPr/{W}docPartObj/{W}docPartGallery")) or ""
            if "Table of Contents" not in gallery:
                yield from blocks_of(child)
        elif name == "AlternateContent" and len(child):
            yield from blocks_of(child[0])
        elif name in _WRAPPERS:
            yield from blocks_of(child)


def read_table(table: etree._Element, text_of: Callable[[etree._Element], str]) -> WordTable:
    """Read a ``w:tbl``; ``text_of`` gives the text of one paragraph inside a cell, its number in front."""
    found = WordTable()
    marked = 0
    spans: dict[int, str] = {}  # column → text of the vertically merged cell running through it
    for row in _children(table, "tr"):
        properties = row.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            continue
        if properties is not None and is_on(properties.find(W + "tblHeader")) and marked == len(found.rows):
            marked += 1
        cells = [""] * _count(val(properties.find(W + "gridBefore")) if properties is not None else None, 0)
        for cell in _children(row, "tc"):
            cell_properties = cell.find(W + "tcPr")
            merge = cell_properties.find(W + "vMerge") if cell_properties is not None else None
            columns = _count(val(cell_properties.find(W + "gridSpan")) if cell_properties is not None else None, 1)
            text = _cell_text(cell, text_of, found)
            if merge is not None and (val(merge) or "continue") == "continue":
                text = text or spans.get(len(cells), "")
            for column in range(len(cells), len(cells) + columns):
                if merge is not None:
                    spans[column] = text
                else:
                    spans.pop(column, None)
            cells += [text] * columns
        found.rows.append(cells)
    found.header_rows = marked if 0 < marked < len(found.rows) else header_rows_of(found.rows)
    return found


def _cell_text(cell: etree._Element, text_of: Callable[[etree._Element], str], found: WordTable) -> str:
    parts: list[str] = []
    for block in blocks_of(cell):
        if local(block) == "p":
            parts.append(text_of(block))
        elif local(block) == "tbl":
            found.nested.append(block)
    return "\n".join(part for part in parts if part.strip())


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Rows or cells, also those inside content controls."""
    for child in element:
        if local(child) == name:
            yield child
        elif local(child) in _WRAPPERS:
            yield from _children(child, name)


def _count(text: str | None, default: int) -> int:
    return min(_MAX_SPAN, int(text)) if text and text.isdigit() else default
