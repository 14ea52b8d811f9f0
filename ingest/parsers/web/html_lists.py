"""The number format of an HTML list."""

from __future__ import annotations

import re

from lxml import etree

__all__ = ["list_kind"]

_LIST_TYPES = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman"}
_STYLE_TYPES = {
    "decimal": "decimal", "lower-alpha": "lowerLetter", "lower-latin": "lowerLetter", "upper-alpha": "upperLetter",
    "upper-latin": "upperLetter", "lower-roman": "lowerRoman", "upper-roman": "upperRoman",
    "cjk-ideographic": "chineseCounting", "trad-chinese-informal": "chineseCounting", "none": "none", "disc": "bullet",
}  # fmt: skip


def list_kind(element: etree._Element) -> str:
    """Return the number format of a list, by its style, its type or its tag; a ``kind`` of ``format_number``."""
    style = re.search(r"list-style(?:-type)?\s*:\s*([a-z-]+)", element.get("style", "").lower())
    kind = _STYLE_TYPES.get(style.group(1), "") if style else ""
    return kind or _LIST_TYPES.get(element.get("type", ""), "decimal" if element.tag == "ol" else "bullet")
