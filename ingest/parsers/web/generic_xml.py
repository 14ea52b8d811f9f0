"""The parser of XML: Excel 2003 workbooks as sheets; any other as paragraphs, and tables of equal records."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from ingest.parsers.shared.element_builder import ElementBuilder, cell_text, clean_text
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.office_xml import local_name
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import parse_xml
from ingest.parsers.web.spreadsheet_xml import SPREADSHEET, add_workbook
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an XML file without resolving its entities.

    Raises:
        FileRejected: ``file_broken`` if nothing can be read, ``file_too_complex`` if it defines entities.
    """
    data = path.read_bytes()
    if b"<!ENTITY" in data[:4096].replace(b"\0", b"").upper():
        raise FileRejected("file_too_complex", name=context.filename, what="XML entities")
    try:
        root = parse_xml(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileRejected("file_broken", name=context.filename) from error
    builder = ElementBuilder()
    if root.tag == f"{SPREADSHEET}Workbook":
        add_workbook(root, builder, context.filename)
    else:
        _walk(root, builder)
    return ParsedDocument(builder.elements)


def _walk(element: etree._Element, builder: ElementBuilder) -> None:
    children = [child for child in element if isinstance(child.tag, str)]
    records = _records(children)
    if records:
        builder.table(records, header_rows_of(records))
        return
    if not children or (element.text or "").strip() or any((child.tail or "").strip() for child in children):
        builder.narrative(clean_text("".join(map(str, element.itertext("*")))))  # mixed content is prose
        return
    for child in children:
        _walk(child, builder)


def _records(children: list[etree._Element]) -> list[list[str]]:
    """Return siblings with the same name and the same leaf children as a table, with the names as header; else []."""
    if len(children) < 2 or len({child.tag for child in children}) != 1:
        return []
    shapes = {tuple(local_name(leaf) for leaf in child) for child in children}
    if len(shapes) != 1 or len(next(iter(shapes))) < 2 or any(len(leaf) for child in children for leaf in child):
        return []
    return [list(next(iter(shapes))), *([cell_text(leaf.text or "") for leaf in child] for child in children)]
