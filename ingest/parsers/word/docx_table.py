"""A Word table as rows of cell texts: merged cells repeated, header rows found, nested tables returned separately."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from lxml import etree

from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.office_xml import W, is_on, local_name, val

__all__ = ["blocks_of", "read_table"]

_WRAPPERS = {"sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag"}
_MAX_SPAN = 63  # Word's own limit on columns


@dataclass(slots=True)
class WordTable:
    """Rows of cell texts; ``nested``: the tables inside cells, in order."""

    rows: list[list[str]] = field(default_factory=list)
    header_rows: int = 0
    nested: list[etree._Element] = field(default_factory=list)


def blocks_of(container: etree._Element) -> Iterator[etree._Element]:
    """Yield the paragraphs and tables of a body or cell in order, also those in content controls; not deleted ones."""
    for child in container:
        name = local_name(child)
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
    """Read a ``w:tbl``. ``text_of`` returns the text of one paragraph in a cell, with its number."""
    found = WordTable()
    header_count = 0
    merged_texts: dict[int, str] = {}  # column → text of the vertically merged cell in it
    for row in _children(table, "tr"):
        properties = row.find(W + "trPr")
        if properties is not None and properties.find(W + "del") is not None:
            continue
        if properties is not None and is_on(properties.find(W + "tblHeader")) and header_count == len(found.rows):
            header_count += 1
        cells = [""] * _parse_count(val(properties.find(W + "gridBefore")) if properties is not None else None, 0)
        for cell in _children(row, "tc"):
            cell_properties = cell.find(W + "tcPr")
            merge = cell_properties.find(W + "vMerge") if cell_properties is not None else None
            columns = _parse_count(
                val(cell_properties.find(W + "gridSpan")) if cell_properties is not None else None, 1
            )
            text = _cell_text(cell, text_of, found)
            if merge is not None and (val(merge) or "continue") == "continue":
                text = text or merged_texts.get(len(cells), "")
            for column in range(len(cells), len(cells) + columns):
                if merge is not None:
                    merged_texts[column] = text
                else:
                    merged_texts.pop(column, None)
            cells += [text] * columns
        found.rows.append(cells)
    found.header_rows = header_count if 0 < header_count < len(found.rows) else header_rows_of(found.rows)
    return found


def _cell_text(cell: etree._Element, text_of: Callable[[etree._Element], str], found: WordTable) -> str:
    parts: list[str] = []
    for block in blocks_of(cell):
        if local_name(block) == "p":
            parts.append(text_of(block))
        elif local_name(block) == "tbl":
            found.nested.append(block)
    return "\n".join(part for part in parts if part.strip())


def _children(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """Yield rows or cells, also those inside content controls."""
    for child in element:
        if local_name(child) == name:
            yield child
        elif local_name(child) in _WRAPPERS:
            yield from _children(child, name)


def _parse_count(text: str | None, default: int) -> int:
    return min(_MAX_SPAN, int(text)) if text and text.isdigit() else default
