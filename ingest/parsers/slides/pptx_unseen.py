"""Removes from a slide what its audience does not see: shapes off the slide or hidden, type of its ground's colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from lxml import etree
from pptx.slide import Slide

from ingest.parsers.shared.colours import UNREADABLE_POINTS, alike, from_hex

__all__ = ["remove_unseen"]

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def remove_unseen(slide: Slide, width: int, height: int) -> list[str]:
    """Remove what is not seen from a slide of ``width`` × ``height`` and return its texts. Notes are kept."""
    found: list[str] = []
    for shape in list(_shapes(slide.shapes)):
        if _is_hidden(shape) or _is_off(shape, width, height):
            text = shape.text_frame.text if shape.has_text_frame else ""
            if text.strip():
                found.append(text)
                shape.text_frame.clear()
        elif shape.has_text_frame:
            found += _remove_runs(shape._element, _ground(slide, shape))
    return found


def _shapes(shapes: Iterable[Any]) -> Iterator[Any]:
    for shape in shapes:
        if hasattr(shape, "shapes"):
            yield from _shapes(shape.shapes)
        else:
            yield shape


def _is_hidden(shape: Any) -> bool:
    return any(one.get("hidden") in ("1", "true") for one in shape._element.iter() if str(one.tag).endswith("}cNvPr"))


def _is_off(shape: Any, width: int, height: int) -> bool:
    """Whether a shape lies outside the slide. One in a group has the coordinates of the group, and is kept."""
    inside_group = any(str(one.tag).endswith("}grpSp") for one in shape._element.iterancestors())
    if inside_group or None in (shape.left, shape.top, shape.width, shape.height):
        return False
    beside = shape.left + shape.width <= 0 or shape.left >= width
    return bool(beside or shape.top + shape.height <= 0 or shape.top >= height)


def _ground(slide: Slide, shape: Any) -> str | None:
    """Return the colour behind the text of a shape where the slide states it, in hexadecimal."""
    own = shape._element.find(".//{*}spPr")
    for holder in (own, slide._element.find(".//{*}bg")):
        if holder is None:
            continue
        if holder.find(f".//{_A}gradFill") is not None or holder.find(f".//{_A}blipFill") is not None:
            return None
        fill = next((one for one in holder.iter(f"{_A}solidFill") if _is_fill(one)), None)
        if fill is not None:
            colour = fill.find(f"{_A}srgbClr")
            return None if colour is None else colour.get("val")
    return (
        _paper(slide) if len(list(slide.shapes)) == len([one for one in slide.shapes if one.has_text_frame]) else None
    )


def _is_fill(element: etree._Element) -> bool:
    parent = element.getparent()
    return parent is not None and not str(parent.tag).endswith("}ln")


def _paper(slide: Slide) -> str | None:
    """Return white where layout and master have no ground and no picture of their own."""
    for part in (slide.slide_layout, slide.slide_layout.slide_master):
        background = part._element.find(".//{*}bg")
        reference = background.find("{*}bgRef") if background is not None else None
        scheme = reference.find(f"{_A}schemeClr") if reference is not None else None
        plain = background is None or (scheme is not None and scheme.get("val") == "bg1")
        if not plain or any(not one.is_placeholder for one in part.shapes):
            return None
    mapping = slide.slide_layout.slide_master._element.find("{*}clrMap")
    return "FFFFFF" if mapping is not None and mapping.get("bg1") == "lt1" else None


def _remove_runs(element: etree._Element, ground: str | None) -> list[str]:
    found = []
    for run in list(element.iter(f"{_A}r")):
        properties = run.find(f"{_A}rPr")
        if properties is None:
            continue
        size = properties.get("sz")
        colour = properties.find(f"{_A}solidFill/{_A}srgbClr")
        ink = from_hex(colour.get("val")) if colour is not None else None
        tiny = size is not None and size.isdigit() and int(size) <= 100 * UNREADABLE_POINTS
        if tiny or alike(ink, from_hex(ground)):
            text = "".join(one.text or "" for one in run.iter(f"{_A}t"))
            found += [text] if text.strip() else []
            parent = run.getparent()
            if parent is not None:
                parent.remove(run)
    return found
