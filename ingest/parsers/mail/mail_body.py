"""The body of a mail as elements, from its HTML or its plain form."""

from __future__ import annotations

import re

from unstructured.documents.elements import Element

from ingest.parsers.mail.quoted_mail import QUOTED_MAIL, is_forward, quote_start, split_quoted
from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.plain_text import add_text
from ingest.parsers.web.html_page import parse_html

__all__ = ["add_body"]

# Letters of a line that says something.
_LINE = 12
_LINK = re.compile(r"<?\[?(?:https?://|mailto:)[^\s>\]]+[>\]]?")
_RICH = re.compile(r"<(?:table|ol|ul|h[1-6])\b", re.IGNORECASE)


def add_body(
    builder: ElementBuilder, plain: str, html: list[str], is_page: bool = False, subject: str = ""
) -> str | None:
    """Add the body, from its HTML form if that has more text or structure, else from its plain form.

    Args:
        is_page: whether it is a saved web page: navigation and footers are left out.
        subject: of the mail. The earlier mail that a reply repeats goes under a heading of its own, unless it is
            forwarded.

    Returns:
        The title of the HTML.
    """
    pages = [parse_html(text, keep_all=not is_page) for text in html]
    html_text = "".join(element.text for page in pages for element in page.elements)
    clean = clean_text(plain)
    differs = bool(html_text) and bool(_only_in(clean, html_text))
    richer = is_page or len(clean) < 0.5 * len(html_text) or any(_RICH.search(text) for text in html)
    if pages and html_text and (richer or differs):
        for page in pages:
            _add_page(builder, page.elements, is_page or is_forward(subject))
    else:
        own, quoted = (plain, "") if is_page or is_forward(subject) else split_quoted(plain)
        add_text(builder, _without_quote_marks(own), headings=False)
        if quoted.strip():
            builder.title(QUOTED_MAIL)
            add_text(builder, _without_quote_marks(quoted), headings=False)
    return next((page.title for page in pages if page.title), None)


def _only_in(plain: str, html_text: str) -> list[str]:
    """Return the lines of the plain form that its HTML form, which a mail program shows, does not have."""
    shown = _squeezed(html_text)
    lines = (one for one in plain.split("\n") if len(_squeezed(one)) >= _LINE)
    return [one for one in lines if _squeezed(one) not in shown]


def _squeezed(text: str) -> str:
    """Return the letters, figures and characters of a text, without addresses of links."""
    return "".join(filter(str.isalnum, _LINK.sub("", text))).casefold()


def _add_page(builder: ElementBuilder, elements: list[Element], keep_together: bool) -> None:
    """Add the elements of an HTML body, with a heading before the earlier mail that it repeats."""
    joined = "\n".join(element.text for element in elements)
    start = None if keep_together else quote_start(joined)
    at = 0
    for index, element in enumerate(elements):
        if start is not None and index and at <= start < at + len(element.text) + 1:
            builder.title(QUOTED_MAIL)
        builder.elements.append(element)
        at += len(element.text) + 1


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
