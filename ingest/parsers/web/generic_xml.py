"""XML of no known kind: the text of its leaves, under the names of the elements that group them."""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from ingest.parsers.shared.element_builder import Builder, cell_text, clean_text
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import parse_xml
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an XML file. Entities stay unresolved, so a bomb of them is only short text.

    Raises:
        FileRejected: ``file_broken`` if nothing can be read, ``file_too_complex`` for entity bombs.
    """
    data = path.read_bytes()
    if b"<!ENTITY" in data[:4096].replace(b"\0", b"").upper():
        raise FileRejected("file_too_complex", name=context.filename, what="XML entities")
    try:
        root = parse_xml(data)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise FileRejected("file_broken", name=context.filename) from error
    builder = Builder()
    _walk(root, builder)
    return ParsedDocument(builder.elements)


def _walk(element: etree._Element, builder: Builder) -> None:
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
    """Siblings of one name with the same leaf children are the rows of a table, those names its header."""
    if len(children) < 2 or len({child.tag for child in children}) != 1:
        return []
    shapes = {tuple(_name(leaf) for leaf in child) for child in children}
    if len(shapes) != 1 or len(next(iter(shapes))) < 2 or any(len(leaf) for child in children for leaf in child):
        return []
    return [list(next(iter(shapes))), *([cell_text(leaf.text or "") for leaf in child] for child in children)]


def _name(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""
