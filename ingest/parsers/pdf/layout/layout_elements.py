"""Paragraphs and tables → elements of the ``unstructured`` library, with the metadata of ``docs/elements.md``."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np
import numpy.typing as npt
from unstructured.documents.coordinates import CoordinateSystem, Orientation
from unstructured.documents.elements import (
    CoordinatesMetadata,
    Element,
    ElementMetadata,
    ListItem,
    NarrativeText,
    Table,
    Text,
    Title,
)

from ingest.parsers.pdf.layout.paragraphs import Paragraph
from ingest.parsers.pdf.layout.ruled_tables import PageTable

__all__ = ["make_elements"]

Box = tuple[float, float, float, float]
Matrix = npt.NDArray[np.float64]
_ITEM_KINDS = frozenset({"bullet", "circled", "half", "simple", "bracket", "letter", "han"})


def make_elements(
    flow: Sequence[Paragraph | PageTable],
    number: int,
    size: tuple[float, float],
    system: type[CoordinateSystem],
    to_page: Matrix | None = None,
) -> list[Element]:
    """Return the elements of a page, in the order of ``flow``.

    Args:
        number: page number.
        size: width and height of the original page.
        system: points or pixels; boxes are in these units, origin top left.
        to_page: 2 × 3 matrix from layout coordinates to the original page; None where they are the same.
    """
    space = system(*size)
    space.orientation = Orientation.SCREEN
    elements: list[Element] = []
    for item in flow:
        box = (item.x0, item.top, item.x1, item.bottom) if isinstance(item, PageTable) else item.box
        metadata = _metadata(box, number, space, to_page)
        elements.append(_table(item, metadata) if isinstance(item, PageTable) else _paragraph(item, metadata))
    return elements


def _metadata(box: Box, number: int, space: CoordinateSystem, to_page: Matrix | None) -> ElementMetadata:
    x0, top, x1, bottom = box
    corners = np.array([(x0, top), (x0, bottom), (x1, bottom), (x1, top)])
    if to_page is not None:
        corners = corners @ to_page[:, :2].T + to_page[:, 2]
        (x0, top), (x1, bottom) = corners.min(axis=0), corners.max(axis=0)
    x0, top, x1, bottom = (round(float(value), 1) for value in (x0, top, x1, bottom))
    points = ((x0, top), (x0, bottom), (x1, bottom), (x1, top))
    return ElementMetadata(page_number=number, coordinates=CoordinatesMetadata(points=points, system=space))


def _paragraph(p: Paragraph, metadata: ElementMetadata) -> Element:
    for mark in ("footnote", "toc", "margin", "continued"):
        if getattr(p, mark):
            setattr(metadata, mark, True)
    kind: Any = NarrativeText
    if p.toc or p.margin:
        kind = Text
    elif p.depth is not None:
        kind = Title
        metadata.category_depth = p.depth
    elif p.label and p.label.kind in _ITEM_KINDS and not p.footnote:
        kind = ListItem
    element: Element = kind(text=p.text, metadata=metadata)
    return element


def _table(table: PageTable, metadata: ElementMetadata) -> Element:
    metadata.table_rows = table.rows
    metadata.table_header_rows = table.header
    metadata.text_as_html = _html(table)
    if table.continued:
        metadata.continued = True
    return Table(text="\n".join("\t".join(row) for row in table.rows), metadata=metadata)


def _html(table: PageTable) -> str:
    rows = []
    for index, row in enumerate(table.rows):
        tag = "th" if index < table.header else "td"
        rows.append("<tr>" + "".join(f"<{tag}>{escape(cell)}</{tag}>" for cell in row) + "</tr>")
    return "<table>" + "".join(rows) + "</table>"
