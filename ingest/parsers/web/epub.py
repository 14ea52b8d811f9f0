"""EPUB e-books: the chapters in the order of the spine, read as web pages."""

from __future__ import annotations

import posixpath
from pathlib import Path
from urllib.parse import unquote

from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.iso_dates import iso_date
from ingest.parsers.shared.office_xml import local_name
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip, parse_xml, read_member
from ingest.parsers.web.html_page import parse_html
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an EPUB 2 or 3 without its navigation document.

    Raises:
        FileRejected: ``file_encrypted`` for a book with rights management, ``file_broken`` without a package document.
    """
    builder = ElementBuilder()
    with open_zip(path, context, members_are_xml=False) as archive:
        encryption = read_member(archive, "META-INF/encryption.xml")
        if encryption and b"xhtml" in encryption:
            raise FileRejected("file_encrypted", name=context.filename)
        container = read_member(archive, "META-INF/container.xml")
        roots = (
            [element.get("full-path") for element in parse_xml(container).iter() if local_name(element) == "rootfile"]
            if container
            else []
        )
        package = read_member(archive, roots[0]) if roots and roots[0] else None
        if not package:
            raise FileRejected("file_broken", name=context.filename)
        root = parse_xml(package)
        items = {element.get("id"): element for element in root.iter() if local_name(element) == "item"}
        spine = [items.get(element.get("idref")) for element in root.iter() if local_name(element) == "itemref"]
        for done, item in enumerate(spine, start=1):
            if item is None or "nav" in (item.get("properties") or "").split():
                continue
            name = posixpath.normpath(
                posixpath.join(posixpath.dirname(roots[0] or ""), unquote(item.get("href") or ""))
            )
            data = read_member(archive, name)
            if data:
                builder.elements += parse_html(decode(data)[0], keep_all=True).elements
            context.progress(done, len(spine))
    metadata = {
        local_name(element): (element.text or "").strip()
        for element in reversed(list(root.iter()))
        if local_name(element) in ("title", "date")
    }
    stated = iso_date(metadata.get("date", ""))
    return ParsedDocument(builder.elements, title=metadata.get("title") or None, date=stated)
