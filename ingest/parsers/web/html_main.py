"""Which part of a web page is its content: landmarks, roles and class names, never at the price of the body."""

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
_FURNITURE = {
    "nav", "navbar", "navigation", "menu", "submenu", "breadcrumb", "breadcrumbs", "sidebar", "footer", "banner",
    "masthead", "toolbar", "share", "social", "pagination", "skip", "skiplink", "advert", "ads", "related",
}  # fmt: skip
_ALWAYS = {"breadcrumb", "breadcrumbs", "pagination", "skip", "skiplink", "feedback", "share", "social"}
_COOKIE = {"cookie", "cookies", "consent", "gdpr"}
_SHARE_KEPT = 0.25  # of the body's text: less than this left means the heuristics took the content itself
_SHARE_SMALL = 0.1
_SHARE_FURNITURE = 0.4  # a block with more of the text than this is content, whatever its class says


def main_content(root: etree._Element) -> etree._Element:
    """Strip a parsed page of its furniture, in place, and return the element to read."""
    for element in list(root.iter(*_DROP_TAGS)):
        _remove(element)
    found = root.find("body")
    body = root if found is None else found
    total = _length(body)
    headings = [h for h in body.iter("h1") if _length(h)]
    mains = [e for e in body.iter() if isinstance(e.tag, str) and (e.tag == "main" or e.get("role") == "main")]
    content = max(mains, key=_length) if mains else body
    if _length(content) < max(40, 0.05 * total):
        content = body
    doomed = [e for e in content.iter() if isinstance(e.tag, str) and e is not content and _is_boilerplate(e, total)]
    lost = sum(_length(e) for e in doomed if not any(a in doomed for a in e.iterancestors()))
    if _length(content) - lost >= _SHARE_KEPT * _length(content):
        for element in doomed:
            _remove(element)
    if headings and next(content.iter("h1"), None) is None:
        content.insert(0, headings[0])  # the page's name often stands in the header that was dropped
    return content


def _is_boilerplate(element: etree._Element, total: int) -> bool:
    tag, role = element.tag, (element.get("role") or "").lower()
    inside = any(a.tag in ("main", "article", "section") or a.get("role") == "main" for a in element.iterancestors())
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
    if words & _COOKIE and size < _SHARE_FURNITURE * total:
        return True
    if words & _ALWAYS and size < _SHARE_SMALL * total and not any(True for _ in element.iter("h1", "main")):
        return True
    return bool(words & _FURNITURE) and size < _SHARE_FURNITURE * total and _link_share(element) > 0.5


def _link_share(element: etree._Element) -> float:
    """Share of the text that is links; 1 for an element without text."""
    size = _length(element)
    linked = sum(_length(a) for a in element.iter("a"))
    return linked / size if size else 1.0


def _length(element: etree._Element) -> int:
    return len("".join("".join(map(str, element.itertext("*"))).split()))


def _remove(element: etree._Element) -> None:
    """Take an element out but leave the text behind it."""
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
