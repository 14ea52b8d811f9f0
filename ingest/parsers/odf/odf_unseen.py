"""Removes from OpenDocument XML what a reader does not see: hidden text, type of the paper's colour, tiny type."""

from __future__ import annotations

import re
from collections.abc import Iterable

from lxml import etree

from ingest.parsers.odf.odf_xml import NS
from ingest.parsers.shared.colours import UNREADABLE_POINTS, alike, from_hex
from ingest.parsers.shared.office_xml import local_name

__all__ = ["remove_unseen"]

_FO = "{urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0}"
_POINTS = re.compile(r"(\d+(?:\.\d+)?)pt")
_HIDDEN = ("hidden-text", "hidden-paragraph")
# Things with a ground of their own.
_OWN_GROUND = ("frame", "custom-shape", "table", "page")


def remove_unseen(content: etree._Element, styles: etree._Element | None) -> list[str]:
    """Remove what is not seen from ``content`` and return its texts, one for each paragraph or span.

    In slides and shapes the ground is not known, so white type is kept there.
    """
    names = _unseen_styles([root for root in (styles, content) if root is not None])
    found = [one for one in content.iter() if isinstance(one.tag, str) and _is_unseen(one, names)]
    texts = []
    for element in found:
        texts.append(" ".join("".join(element.itertext()).split()))
        tail, name = element.tail, element.tag
        element.clear()
        element.tail, element.tag = tail, name
    return [one for one in texts if one]


def _is_unseen(element: etree._Element, names: dict[str, bool]) -> bool:
    name = local_name(element)
    if name in _HIDDEN or element.get(f"{NS['text']}display") == "none":
        return str(element.get(f"{NS['text']}is-hidden")) != "false"
    kind = names.get(element.get(f"{NS['text']}style-name") or "")
    if kind is None or name not in ("p", "span", "h"):
        return False
    return not (kind and any(local_name(one) in _OWN_GROUND for one in element.iterancestors()))


def _unseen_styles(roots: Iterable[etree._Element]) -> dict[str, bool]:
    """Return the names of styles whose text is not seen, each with whether only its colour hides it."""
    found: dict[str, bool] = {}
    for root in roots:
        for style in root.iter(f"{NS['style']}style"):
            name = style.get(f"{NS['style']}name") or ""
            text = style.find(f"{NS['style']}text-properties")
            paragraph = style.find(f"{NS['style']}paragraph-properties")
            if text is None:
                continue
            points = _POINTS.fullmatch(text.get(f"{_FO}font-size") or "")
            grounds = [one.get(f"{_FO}background-color") for one in (text, paragraph) if one is not None]
            ground = next((one for one in grounds if one and one != "transparent"), "#ffffff")
            ink = from_hex(text.get(f"{_FO}color"))
            if text.get(f"{NS['text']}display") == "none" or (points and float(points[1]) <= UNREADABLE_POINTS):
                found[name] = False
            elif alike(ink, from_hex(ground)):
                found[name] = True
    return found
