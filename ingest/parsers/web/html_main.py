"""The main content of a web page, found by landmarks, roles and class names.

If these would remove most of the text, nothing is removed.
"""

from __future__ import annotations

import re

from lxml import etree

__all__ = ["main_content"]

_DROP_TAGS = {"script", "style", "template", "noscript", "svg", "iframe", "object", "canvas", "form-control", "head"}
_DROP_LANDMARKS = {"nav", "footer", "aside", "dialog"}
_DROP_ROLES = {
    "navigation",
    "banner",
    "contentinfo",
    "search",
    "menu",
    "menubar",
    "dialog",
    "alertdialog",
    "complementary",
}
_BOILERPLATE_WORDS = {
    "nav", "navbar", "navigation", "menu", "submenu", "breadcrumb", "breadcrumbs", "sidebar", "footer", "banner",
    "masthead", "toolbar", "share", "social", "pagination", "skip", "skiplink", "advert", "ads", "related",
}  # fmt: skip
_ALWAYS_BOILERPLATE = {"breadcrumb", "breadcrumbs", "pagination", "skip", "skiplink", "feedback", "share", "social"}
_COOKIE_WORDS = {"cookie", "cookies", "consent", "gdpr"}
_SHARE_KEPT = 0.25  # of the text: if less would be left, the heuristics are wrong and nothing is removed
_SHARE_SMALL = 0.1
_SHARE_BOILERPLATE = 0.4  # a block with a larger share of the text is content, whatever its class name


def main_content(root: etree._Element) -> etree._Element:
    """Remove boilerplate (navigation, footer, cookie notices) from a parsed page, and return the element to read.

    ``root`` is changed.
    """
    for element in list(root.iter(*_DROP_TAGS)):
        _remove(element)
    found = root.find("body")
    body = root if found is None else found
    total = _length(body)
    headings = [h for h in body.iter("h1") if _length(h)]
    main_elements = [
        element
        for element in body.iter()
        if isinstance(element.tag, str) and (element.tag == "main" or element.get("role") == "main")
    ]
    content = max(main_elements, key=_length) if main_elements else body
    if _length(content) < max(40, 0.05 * total):
        content = body
    to_remove = [
        element
        for element in content.iter()
        if isinstance(element.tag, str) and element is not content and _is_boilerplate(element, total)
    ]
    removed = sum(
        _length(element)
        for element in to_remove
        if not any(ancestor in to_remove for ancestor in element.iterancestors())
    )
    if _length(content) - removed >= _SHARE_KEPT * _length(content):
        for element in to_remove:
            _remove(element)
    if headings and next(content.iter("h1"), None) is None:
        content.insert(0, headings[0])  # the title of the page is often in the header, which was removed
    return content


def _is_boilerplate(element: etree._Element, total: int) -> bool:
    tag, role = element.tag, (element.get("role") or "").lower()
    inside = any(
        ancestor.tag in ("main", "article", "section") or ancestor.get("role") == "main"
        for ancestor in element.iterancestors()
    )
    size = _length(element)
    if element.get("aria-hidden") == "true" and tag in ("i", "span", "svg") and size < 3:
        return True
    if tag in _DROP_LANDMARKS or role in _DROP_ROLES or (tag == "header" and not inside):
        return not inside or tag == "nav" or role in ("navigation", "menu", "menubar", "search")
    words = set(
        re.findall(
            r"[a-z]+",
            re.sub(r"([a-z])([A-Z])", r"\1 \2", f"{element.get('class', '')} {element.get('id', '')}").lower(),
        )
    )
    if words & _COOKIE_WORDS and size < _SHARE_BOILERPLATE * total:
        return True
    if (
        words & _ALWAYS_BOILERPLATE
        and size < _SHARE_SMALL * total
        and not any(True for _ in element.iter("h1", "main"))
    ):
        return True
    return bool(words & _BOILERPLATE_WORDS) and size < _SHARE_BOILERPLATE * total and _link_share(element) > 0.5


def _link_share(element: etree._Element) -> float:
    """Return the share of the text that is in links; 1 for an element without text."""
    size = _length(element)
    linked = sum(_length(ancestor) for ancestor in element.iter("a"))
    return linked / size if size else 1.0


def _length(element: etree._Element) -> int:
    return len("".join("".join(map(str, element.itertext("*"))).split()))


def _remove(element: etree._Element) -> None:
    """Remove an element, but keep the text after it."""
    parent = element.getparent()
    if parent is None:
        return
    if element.tail:
        before = element.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + element.tail
        else:
            parent.text = (parent.text or "") + element.tail
    parent.remove(element)
