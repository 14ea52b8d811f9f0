"""E-books (EPUB): the chapters in the order of the spine, read as web pages."""

from __future__ import annotations

import posixpath
import re
from datetime import date
from pathlib import Path
from urllib.parse import unquote

from ingest.parsers.shared.element_builder import Builder
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.office_xml import local
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip, parse_xml, read_member
from ingest.parsers.web.html_page import parse_html
from kb.core.errors import FileRejected

__all__ = ["parse"]


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an EPUB 2 or 3 without its navigation document.

    Raises:
        FileRejected: ``file_encrypted`` for a book under rights management, ``file_broken`` without a spine.
    """
    builder = Builder()
    with open_zip(path, context, members_are_xml=False) as archive:
        encryption = read_member(archive, "META-INF/encryption.xml")
        if encryption and b"xhtml" in encryption:
            raise FileRejected("file_encrypted", name=context.filename)
        container = read_member(archive, "META-INF/container.xml")
        roots = [e.get("full-path") for e in parse_xml(container).iter() if local(e) == "rootfile"] if container else []
        package = read_member(archive, roots[0]) if roots and roots[0] else None
        if not package:
            raise FileRejected("file_broken", name=context.filename)
        root = parse_xml(package)
        items = {e.get("id"): e for e in root.iter() if local(e) == "item"}
        spine = [items.get(e.get("idref")) for e in root.iter() if local(e) == "itemref"]
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
    heads = {local(e): (e.text or "").strip() for e in reversed(list(root.iter())) if local(e) in ("title", "date")}
    match = re.match(r"(\d{4})-(\d{2})-(\d{2})", heads.get("date", ""))
    try:
        stated = date(*map(int, match.groups())) if match else None
    except ValueError:
        stated = None
    return ParsedDocument(builder.elements, title=heads.get("title") or None, date=stated)
