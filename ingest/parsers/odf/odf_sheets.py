"""The parser of OpenDocument spreadsheets (ODS): cells as they are shown; hidden sheets are left out."""

from __future__ import annotations

from pathlib import Path

from ingest.parsers.odf.odf_xml import NS, read_metadata, table_rows
from ingest.parsers.shared.element_builder import ElementBuilder, cell_text
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip, parse_xml, read_member
from ingest.parsers.sheets.sheet_grid import Grid, add_grid
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an ODS. The name of a sheet is a heading, and ``page_name`` of its elements.

    Raises:
        FileRejected: ``file_encrypted``, ``file_broken``.
    """
    with open_zip(path, context) as archive:
        data, meta = read_member(archive, "content.xml"), read_member(archive, "meta.xml")
        manifest = read_member(archive, "META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise FileRejected("file_encrypted", name=context.filename)
    if not data:
        raise FileRejected("file_broken", name=context.filename)
    root = parse_xml(data)
    hidden = {
        style.get(f"{NS['style']}name")
        for style in root.iter(f"{NS['style']}style")
        for properties in style.iter(f"{NS['style']}table-properties")
        if properties.get(f"{NS['table']}display") == "false"
    }
    builder, notes = ElementBuilder(), []
    sheets = root.findall(f".//{NS['office']}spreadsheet/{NS['table']}table")
    for done, sheet in enumerate(sheets, start=1):
        name = sheet.get(f"{NS['table']}name") or ""
        if sheet.get(f"{NS['table']}style-name") in hidden:
            notes.append(f"hidden_sheet:{name}")
            continue
        rows, _ = table_rows(sheet)
        if any(any(row) for row in rows):
            builder.page_name = name
            builder.title(name, 0)
            add_grid(builder, Grid([[cell_text(cell) for cell in row] for row in rows]))
        context.progress(done, len(sheets))
    title, stated = read_metadata(meta)
    return ParsedDocument(builder.elements, title=title, date=stated, notes=notes)
