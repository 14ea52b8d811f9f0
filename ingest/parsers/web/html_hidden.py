"""Removes what a browser does not show: hidden elements, white on white, size 0, off the page.

Style sheets inside the page and ``style`` attributes are read; linked ones are not fetched. What a control opens (the
answer of an accordion, a tab) is kept, although it is hidden until somebody clicks.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

import tinycss2
from lxml import etree
from lxml.cssselect import CSSSelector

from ingest.parsers.shared.colours import WHITE, alike, from_hex

__all__ = ["remove_hidden"]

_OPENED_BY_A_CONTROL = re.compile(r"accordion|collaps|toggle|tab|panel|faq|answer|expand|drop", re.IGNORECASE)
_CONTROLS = ("aria-controls", "data-target", "data-bs-target", "href")
_OFF_PAGE = re.compile(r"-\s*(?:\d{4,}(?:\.\d+)?px|\d{3,}(?:\.\d+)?(?:em|rem|%|vw|vh))")
_TINY = re.compile(r"(?:0|0?\.\d+|1)(?:\.0+)?(?:px|pt|em|rem|%|)")
_CLIPPED = re.compile(r"rect\(\s*0|inset\(\s*(?:100|50)%", re.IGNORECASE)
_WHITE = {"white", "#fff", "#ffff", "#ffffff", "#ffffffff", "rgb(255,255,255)", "rgba(255,255,255,1)", "transparent"}
_NOTHING = re.compile(r"scale\(\s*0(?:\.0+)?\s*[,)]|translate[xy]?\(\s*-\d{4,}px", re.IGNORECASE)
# Rules whose selector has to be compiled, each of which is a pass over the page; the others are looked up.
_MOST_COMPILED = 100
_SIMPLE = re.compile(r"\s*(?P<tag>[a-zA-Z][\w-]*)?(?:(?P<kind>[.#])(?P<name>[\w-]+))?\s*")
# Properties that can hide text, or show it again.
_HIDING = re.compile(
    r"display|visibility|opacity|font-size|color|background|left|right|top|text-indent|margin-left|clip|overflow"
    r"|(?:max-)?(?:height|width)|transform"
)


def remove_hidden(root: etree._Element) -> list[str]:
    """Remove the hidden elements of a page and return the text of each. ``root`` is changed."""
    styles = _styles(root)
    opened = _opened_by_controls(root)
    found = [
        element
        for element in root.iter()
        if isinstance(element.tag, str)
        and element.tag not in ("html", "body", "head", "style", "script", "title", "meta", "link")
        and _is_hidden(element, styles)
        and not _is_opened(element, opened)
    ]
    texts = [" ".join("".join(element.itertext()).split()) for element in found]
    for element in found:
        _clear(element)
    return texts


def _styles(root: etree._Element) -> dict[etree._Element, dict[str, str]]:
    """Return the declarations that apply to each element: of style elements in order, then of its own attribute."""
    applied: dict[etree._Element, dict[str, str]] = {}
    page = _Page(root)
    for sheet in root.iter("style"):
        rules = tinycss2.parse_stylesheet(sheet.text or "", skip_comments=True, skip_whitespace=True)
        for rule in rules:
            if rule.type != "qualified-rule":
                continue  # what holds only for print or for small screens
            declarations = {name: value for name, value in _declarations(rule.content) if _HIDING.match(name)}
            if declarations:
                for element in page.selected(tinycss2.serialize(rule.prelude)):
                    applied.setdefault(element, {}).update(declarations)
    for element in root.iter():
        own = element.get("style") if isinstance(element.tag, str) else None
        if own:
            applied.setdefault(element, {}).update(_declarations(own))
    return applied


class _Page:
    """The elements of a page by tag, class and id: most selectors are no more than that."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._compiled = 0
        self._by: dict[str, list[etree._Element]] = {}
        for element in root.iter():
            if isinstance(element.tag, str):
                names = [element.tag, *(f".{one}" for one in set(element.get("class", "").split()))]
                for name in [*names, f"#{element.get('id', '')}"]:
                    self._by.setdefault(name, []).append(element)

    def selected(self, selectors: str) -> Iterator[etree._Element]:
        """Yield what a list of selectors selects; of those that must be compiled, only the first of the page count."""
        for selector in selectors.split(","):
            simple = _SIMPLE.fullmatch(selector)
            if simple and (simple["tag"] or simple["name"]):
                found = self._by.get(
                    f"{simple['kind']}{simple['name']}" if simple["name"] else simple["tag"].lower(), []
                )
                yield from (one for one in found if not simple["tag"] or one.tag == simple["tag"].lower())
            elif self._compiled < _MOST_COMPILED:
                self._compiled += 1
                yield from self._compile(selector)

    def _compile(self, selector: str) -> list[etree._Element]:
        try:
            return list(CSSSelector(selector)(self._root))
        except Exception:  # a selector that the library does not know (":hover", "::before") selects nothing here
            return []


def _declarations(source: str | list[object]) -> Iterator[tuple[str, str]]:
    for one in tinycss2.parse_blocks_contents(source, skip_comments=True, skip_whitespace=True):
        if one.type == "declaration":
            yield one.lower_name, re.sub(r"\s+", " ", tinycss2.serialize(one.value)).strip().lower()


def _is_hidden(element: etree._Element, styles: dict[etree._Element, dict[str, str]]) -> bool:
    hidden = element.get("hidden")
    if hidden is not None and hidden != "until-found":
        return True
    style = styles.get(element)
    if not style:
        return False
    places = " ".join(style.get(name, "") for name in ("left", "right", "top", "text-indent", "margin-left"))
    return (
        style.get("display") == "none"
        or style.get("visibility") in ("hidden", "collapse")
        or style.get("opacity") in ("0", "0.0", "0%")
        or bool(_TINY.fullmatch(style.get("font-size", "")))
        or bool(_OFF_PAGE.search(places))
        or bool(_CLIPPED.search(style.get("clip", "") + style.get("clip-path", "")))
        or bool(_NOTHING.search(style.get("transform", "")))
        or _has_no_room(style)
        or _is_invisible_ink(element, styles)
    )


def _has_no_room(style: dict[str, str]) -> bool:
    """Whether a box of no height or width cuts off what is in it."""
    sizes = (style.get(name, "") for name in ("height", "max-height", "width", "max-width"))
    return style.get("overflow", "") in ("hidden", "clip") and any(_TINY.fullmatch(one) for one in sizes)


def _is_invisible_ink(element: etree._Element, styles: dict[etree._Element, dict[str, str]]) -> bool:
    """Return whether an element sets a text colour that equals the background behind it (white where none is set)."""
    ink = _colour(styles[element].get("color", ""))
    if ink in ("", "transparent"):
        return bool(ink)
    for around in (element, *element.iterancestors()):
        style = styles.get(around, {})
        if "background-image" in style or "url(" in style.get("background", ""):
            return False
        paper = _colour(style.get("background-color", "") or style.get("background", "").split(" ")[0])
        paper = paper or _colour(around.get("bgcolor", "").lower())
        if paper and paper != "transparent":
            return ink == paper or alike(from_hex(ink), from_hex(paper))
    return ink == "white" or alike(from_hex(ink), WHITE)


def _colour(text: str) -> str:
    plain = text.replace(" ", "").removesuffix("!important")
    return "transparent" if plain == "transparent" else "white" if plain in _WHITE else plain


def _opened_by_controls(root: etree._Element) -> set[str]:
    """Return the ids of the elements that a control of the page shows."""
    return {
        part.lstrip("#")
        for element in root.iter()
        if isinstance(element.tag, str)
        for name in _CONTROLS
        for part in (element.get(name) or "").split()
        if name == "aria-controls" or part.startswith("#")
    }


def _is_opened(element: etree._Element, opened: Iterable[str]) -> bool:
    before = element.getprevious()
    if before is not None and (before.tag in ("button", "summary", "dt") or before.get("role") == "button"):
        return True
    names = f"{element.get('class', '')} {element.get('id', '')} {element.get('role', '')}"
    return element.get("id") in opened or bool(_OPENED_BY_A_CONTROL.search(names))


def _clear(element: etree._Element) -> None:
    """Empty an element; the text after it stays."""
    tail = element.tail
    element.clear()
    element.tail = tail
