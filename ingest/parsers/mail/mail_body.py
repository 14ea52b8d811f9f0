"""The body of a mail as elements, from its HTML or its plain form."""

from __future__ import annotations

import re

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.plain_text import add_text
from ingest.parsers.web.html_page import parse_html

__all__ = ["add_body"]

_RICH = re.compile(r"<(?:table|ol|ul|h[1-6])\b", re.IGNORECASE)


def add_body(builder: ElementBuilder, plain: str, html: list[str], is_page: bool = False) -> str | None:
    """Add the body, from its HTML form if that has more text or structure, else from its plain form.

    Args:
        is_page: whether it is a saved web page: navigation and footers are left out.

    Returns:
        The title of the HTML.
    """
    pages = [parse_html(text, keep_all=not is_page) for text in html]
    html_text = "".join(element.text for page in pages for element in page.elements)
    clean = clean_text(plain)
    if (
        pages
        and html_text
        and (is_page or len(clean) < 0.5 * len(html_text) or any(_RICH.search(text) for text in html))
    ):
        for page in pages:
            builder.elements += page.elements
    else:
        add_text(builder, _without_quote_marks(plain), headings=False)
    return next((page.title for page in pages if page.title), None)


def _without_quote_marks(text: str) -> str:
    """Remove quote marks (">") from the quoted text of a reply; each quoted passage becomes a paragraph."""
    lines: list[str] = []
    depth = 0
    for line in re.sub(r"\r\n?", "\n", text).split("\n"):
        match = re.match(r"(?:>[ >]*)", line)
        new_depth = match.group().count(">") if match else 0
        if new_depth != depth and lines and lines[-1].strip():
            lines.append("")
        depth = new_depth
        lines.append(line[match.end() :] if match else line)
    return "\n".join(lines)
