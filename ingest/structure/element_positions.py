"""Page and box of an element."""

from __future__ import annotations

from unstructured.documents.elements import Element

from ingest.structure.blocks import Box

__all__ = ["box_of", "page_of"]


def page_of(element: Element) -> int | None:
    """Return the page, counted from 1; ``None`` where the format has no pages."""
    page: int | None = element.metadata.page_number
    return page


def box_of(element: Element) -> Box | None:
    """Return x0, y0, x1, y1 as fractions of the page, origin top left; ``None`` where the position is not known."""
    where = element.metadata.coordinates
    if where is None or not where.points or where.system is None or not where.system.width or not where.system.height:
        return None
    xs = [float(p[0]) / where.system.width for p in where.points]
    ys = [float(p[1]) / where.system.height for p in where.points]
    return (min(xs), min(ys), max(xs), max(ys))
