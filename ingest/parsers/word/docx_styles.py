"""Styles of Word: heading level, list, bold, size, hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass

from lxml import etree

from ingest.parsers.shared.office_xml import W, is_on, val

__all__ = ["Style", "Styles"]

# built-in style names are English in every edition of Word, but converters write localised names
_HEADING = re.compile(r"(?:heading|標題|标题|見出し|überschrift|titre|título|titolo|제목)\s*([1-9])", re.IGNORECASE)
_TITLE = re.compile(r"(?:title|標題|标题|書名|大標題|文件標題)", re.IGNORECASE)
_SUBTITLE = re.compile(r"(?:subtitle|副標題|副标题)", re.IGNORECASE)
_CONTENTS = re.compile(
    r"(?:toc|目錄|目录|table of figures|圖表目錄|图表目录)\s*\d*|toc heading|目錄標題", re.IGNORECASE
)
_LIST = re.compile(r"list (?:bullet|number|paragraph)|清單|列表|項目符號", re.IGNORECASE)


@dataclass(slots=True)
class Style:
    """The properties of a style, inherited ones included."""

    name: str = ""
    heading: int | None = None  # 0 = top
    outline: int | None = None
    num_id: str | None = None
    num_level: int | None = None
    bold: bool = False
    hidden: bool = False
    colour: str = ""
    shaded: bool = False
    size: int = 0  # half-points; 0 = not stated
    contents: bool = False  # a line of the table of contents
    listed: bool = False
    centred: bool = False


class Styles:
    """The styles of a document, by id. ``default_size`` is the default type size in half-points."""

    def __init__(self, root: etree._Element | None) -> None:
        self._elements: dict[str, etree._Element] = {}
        self._styles: dict[str, Style] = {}
        self.default_id: str | None = None
        self.default_size = 20
        if root is None:
            return
        size = val(root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr/{W}sz"))
        self.default_size = int(size) if size and size.isdigit() else 20
        for element in root.iter(W + "style"):
            style_id = val(element, "styleId") or ""
            self._elements[style_id] = element
            if val(element, "type") == "paragraph" and (val(element, "default") or "") in ("1", "true"):
                self.default_id = style_id

    def get(self, style_id: str | None) -> Style:
        """Return the style with this id; the default style for None; a style without properties for an unknown id."""
        key = style_id if style_id is not None else self.default_id or ""
        if key not in self._styles:
            self._styles[key] = self._resolve(key, frozenset())
        return self._styles[key]

    def _resolve(self, style_id: str, seen: frozenset[str]) -> Style:
        element = self._elements.get(style_id)
        if element is None or style_id in seen:
            return _named(Style(), style_id) if element is None else Style()
        base_id = val(element.find(W + "basedOn"))
        base = self._resolve(base_id, seen | {style_id}) if base_id else Style()
        style = Style(
            heading=base.heading, outline=base.outline, num_id=base.num_id, num_level=base.num_level, bold=base.bold,
            hidden=base.hidden, colour=base.colour, shaded=base.shaded,
            size=base.size, contents=base.contents, listed=base.listed, centred=base.centred,
        )  # fmt: skip
        _paragraph(style, element.find(W + "pPr"))
        _run(style, element.find(W + "rPr"))
        return _named(style, val(element.find(W + "name")) or style_id)


def _paragraph(style: Style, properties: etree._Element | None) -> None:
    if properties is None:
        return
    outline = val(properties.find(W + "outlineLvl"))
    if outline and outline.isdigit():
        style.outline = int(outline) if int(outline) < 9 else None
    num_id = val(properties.find(f"{W}numPr/{W}numId"))
    level = val(properties.find(f"{W}numPr/{W}ilvl"))
    style.num_id = num_id if num_id is not None else style.num_id
    style.num_level = int(level) if level and level.isdigit() else style.num_level
    if (val(properties.find(W + "jc")) or "") == "center":
        style.centred = True


def _run(style: Style, properties: etree._Element | None) -> None:
    if properties is None:
        return
    bold, hidden = is_on(properties.find(W + "b")), is_on(properties.find(W + "vanish"))
    size = val(properties.find(W + "sz"))
    style.bold = style.bold if bold is None else bold
    style.hidden = style.hidden if hidden is None else hidden
    style.colour = val(properties.find(W + "color")) or style.colour
    style.shaded = style.shaded or properties.find(W + "shd") is not None
    style.size = int(size) if size and size.isdigit() else style.size


def _named(style: Style, name: str) -> Style:
    style.name = name
    style.contents = style.contents or bool(_CONTENTS.fullmatch(name.strip()))
    style.listed = style.listed or bool(_LIST.match(name))
    if match := _HEADING.match(name.strip()):
        style.heading = int(match.group(1)) - 1
    elif _TITLE.fullmatch(name.strip()):
        style.heading = 0
    elif _SUBTITLE.fullmatch(name.strip()):
        style.heading = 1
    return style
