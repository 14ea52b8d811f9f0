"""The text of HTML elements as a browser shows it. ``BLOCKS``: tags of blocks; ``SKIP``: tags without readable text."""

from __future__ import annotations

import re

from lxml import etree

from ingest.parsers.shared.element_builder import one_line
from kb.language.script import CJK

__all__ = ["BLOCKS", "SKIP", "collapse", "plain_text"]

BLOCKS = {
    "address", "article", "aside", "blockquote", "body", "center", "dd", "details", "dialog", "dir", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "html", "legend", "li", "main", "menu",
    "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
}  # fmt: skip
SKIP = {
    "script", "style", "head", "template", "noscript", "svg", "iframe", "object", "canvas", "select", "datalist",
    "input", "textarea", "img", "noframes", "video", "audio", "rt", "rp", "map",
}  # fmt: skip
_BREAK_IN_CJK = re.compile(rf"(?<=[{CJK}])[ \t]*[\r\n]+\s*(?=[{CJK}])")


def plain_text(element: etree._Element) -> str:
    """Return the text of an element on one line, without scripts, nested tables and ruby annotations."""
    parts: list[str] = []

    def collect(node: etree._Element) -> None:
        parts.append(collapse(node.text))
        for child in node:
            tag = child.tag if isinstance(child.tag, str) else ""
            if tag == "br" or tag in BLOCKS:
                parts.append("\n")
            if tag and tag not in SKIP and tag != "table":
                collect(child)
            parts.append(("\n" if tag in BLOCKS else "") + collapse(child.tail))

    collect(element)
    return one_line("".join(parts))


def collapse(text: str | None) -> str:
    """Collapse white space as a browser does, but a line break between Chinese characters becomes nothing."""
    if not text:
        return ""
    text = _BREAK_IN_CJK.sub("", text)
    return re.sub(r"[ \t\r\n\x0b\x0c]+", " ", text)
