"""The parser of web pages: the main content as headings, paragraphs, lists and tables, without network access."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from lxml import etree
from lxml import html as lxml_html

from ingest.parsers.shared.element_builder import one_line
from ingest.parsers.shared.encoding import decode
from ingest.parsers.shared.iso_dates import iso_date
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.web.html_hidden import remove_hidden
from ingest.parsers.web.html_main import main_content
from ingest.parsers.web.html_walk import HtmlWalker
from kb.language.script import raised_digits

__all__ = ["parse", "parse_html"]

_CHARSET = re.compile(rb"""<meta[^>]+charset\s*=\s*["']?\s*([\w:.-]+)|<\?xml[^>]+encoding\s*=\s*["']([\w.-]+)""", re.I)
_DATE_NAMES = ("article:published_time", "date", "dc.date", "dcterms.modified", "last-modified", "dcterms.date")


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an HTML file. Its encoding comes from a byte-order mark, the meta element or the characters."""
    data = path.read_bytes()
    match = _CHARSET.search(data[:8192])
    declared = (match.group(1) or match.group(2)).decode("ascii", "replace") if match else None
    text, _ = decode(data, declared)
    return parse_html(text)


def parse_html(text: str, keep_all: bool = False) -> ParsedDocument:
    """Read HTML text. ``keep_all``: keep navigation and footers too (for mail bodies and book chapters)."""
    # lxml rejects an encoding declaration in text that is decoded already
    text = re.sub(r"^\s*<\?xml[^>]*\?>", "", text.replace("\0", ""))
    if not text.strip():
        return ParsedDocument([])
    try:
        # entity bombs do no harm: the HTML parser of libxml2 expands only the entities of HTML
        root = lxml_html.document_fromstring(
            text, parser=lxml_html.HTMLParser(encoding=None, no_network=True, huge_tree=True)
        )
    except (etree.ParserError, etree.XMLSyntaxError):
        return ParsedDocument([])
    named = next(root.iter("title"), None)
    title = one_line(named.text or "") or None if named is not None else None
    stated = _stated_date(root)
    for raised in root.iter("sup"):  # the digits of a footnote's mark must not join the word or figure before it
        for part in raised.iter():
            part.text = raised_digits(part.text) if part.text else part.text
    hidden = remove_hidden(root)
    walker = HtmlWalker()
    walker.walk(root if keep_all else main_content(root))
    notes = [f"hidden_text:{len(hidden)}"] if hidden else []
    return ParsedDocument(walker.builder.elements, title=title, date=stated, notes=notes, hidden_text=hidden)


def _stated_date(root: etree._Element) -> date | None:
    for name in _DATE_NAMES:
        for meta in root.iter("meta"):
            key = (meta.get("name") or meta.get("property") or "").lower()
            found = iso_date(meta.get("content") or "")
            if key == name and found:
                return found
    return None
