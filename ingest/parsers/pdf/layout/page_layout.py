"""Pages of fragments → elements of a document: all steps of the layout analysis, in order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from unstructured.documents.coordinates import CoordinateSystem, PixelSpace, PointSpace
from unstructured.documents.elements import Element

from ingest.parsers.pdf.layout.fragments import Fragment
from ingest.parsers.pdf.layout.layout_elements import make_elements
from ingest.parsers.pdf.layout.layout_headings import (
    body_size,
    is_contents_heading,
    join_titles,
    mark_contents,
    mark_footnotes,
    mark_headings,
)
from ingest.parsers.pdf.layout.lines import Line, build_lines
from ingest.parsers.pdf.layout.margin_notes import split_margins
from ingest.parsers.pdf.layout.paragraphs import SENTENCE_ENDS, Paragraph, build_paragraphs
from ingest.parsers.pdf.layout.reading_order import order_columns
from ingest.parsers.pdf.layout.ruled_tables import PageTable, find_ruled_tables
from ingest.parsers.pdf.layout.rulings import Rulings
from ingest.parsers.pdf.layout.running_heads import without_running_heads
from ingest.parsers.pdf.layout.text_repair import vocabulary
from ingest.parsers.pdf.layout.unruled_tables import find_unruled_tables

__all__ = ["LayoutPage", "analyse_layout"]

# A style of headings that is used more often than this is that of sections, not of the title.
_RARE = 2


@dataclass(slots=True)
class LayoutPage:
    """One page as it was read.

    Attributes:
        number: counted from 1.
        width, height: size of the original page, in points (in pixels where ``pixels`` is set).
        fragments: in layout coordinates, as the rulings: on the page rotated upright, after OCR also straightened.
        to_page: 2 × 3 matrix from layout coordinates to the original page; None where they are the same.
        layout_width, layout_height: size of the page in layout coordinates.
    """

    number: int
    width: float
    height: float
    fragments: list[Fragment]
    rulings: Rulings = field(default_factory=lambda: Rulings([], []))
    pixels: bool = False
    to_page: npt.NDArray[np.float64] | None = None
    layout_width: float = 0.0
    layout_height: float = 0.0

    def __post_init__(self) -> None:
        self.layout_width = self.layout_width or self.width
        self.layout_height = self.layout_height or self.height


def analyse_layout(pages: Sequence[LayoutPage]) -> tuple[list[Element], list[str]]:
    """Return the elements of all pages in reading order, and the large lines of the first page, the largest first."""
    kept = without_running_heads([(page.fragments, page.layout_height) for page in pages])
    flows = [_flow(page, fragments) for page, fragments in zip(pages, kept, strict=True)]
    paragraphs = [[item for item in flow if isinstance(item, Paragraph)] for flow in flows]
    words = vocabulary(line.text for page in paragraphs for p in page for line in p.lines)
    for paragraph in (p for page in paragraphs for p in page):
        paragraph.refresh(words)
    body = body_size([p for page in paragraphs for p in page])
    for page, found in zip(pages, paragraphs, strict=True):
        mark_footnotes(found, page.rulings.horizontal, page.layout_height, body)
    mark_contents(paragraphs)
    mark_headings([p for page in paragraphs for p in page], body)
    flows = [_with_joined_titles(flow) for flow in flows]
    _continue_over_pages(flows)
    elements: list[Element] = []
    for page, flow in zip(pages, flows, strict=True):
        system: type[CoordinateSystem] = PixelSpace if page.pixels else PointSpace
        elements.extend(make_elements(flow, page.number, (page.width, page.height), system, page.to_page))
    return elements, _large_lines(paragraphs, body)


def _flow(page: LayoutPage, fragments: list[Fragment]) -> list[Paragraph | PageTable]:
    """Return the paragraphs and tables of one page in reading order."""
    contents = any(is_contents_heading(f.text) for f in fragments)
    tables, rest = find_ruled_tables(fragments, page.rulings, contents)
    rest, margins = split_margins(rest, page.layout_width)
    rotated = [f for f in rest if not f.horizontal]
    flow: list[Paragraph | PageTable] = []
    ruled_left = sorted(tables, key=lambda t: t.top)
    for column in order_columns([f for f in rest if f.horizontal]):
        unruled, rest_of_column = find_unruled_tables(column, contents)
        unruled_left = sorted(unruled, key=lambda t: t.top)
        for part in order_columns(rest_of_column, rows=False):
            for paragraph in _paragraphs_between_tables(build_lines(part), [*tables, *unruled]):
                flow.extend(_take_above(paragraph, unruled_left))
                flow.extend(_take_above(paragraph, ruled_left))
                flow.append(paragraph)
        flow.extend(unruled_left)
    flow.extend(ruled_left)
    for note in margins:
        paragraph = Paragraph(build_lines(note))
        paragraph.margin = True
        place = next((i for i, item in enumerate(flow) if _top(item) > paragraph.box[1] + 6), len(flow))
        flow.insert(place, paragraph)
    if rotated:
        flow.extend(Paragraph([Line([f])], margin=True) for f in rotated)
    for item in flow:
        if isinstance(item, Paragraph):
            item.page = page.number
    return flow


def _take_above(paragraph: Paragraph, tables: list[PageTable]) -> list[PageTable]:
    """Remove from ``tables`` those that end above ``paragraph``, and return them."""
    above: list[PageTable] = []
    while tables and tables[0].bottom <= paragraph.box[1] + 6:
        above.append(tables.pop(0))
    return above


def _paragraphs_between_tables(lines: list[Line], tables: list[PageTable]) -> list[Paragraph]:
    """Build paragraphs from the lines; no paragraph extends across a table."""
    found: list[Paragraph] = []
    start = 0
    for index in range(1, len(lines) + 1):
        if index == len(lines) or any(
            lines[index - 1].bottom <= t.bottom - 4
            and lines[index].top >= t.top + 4
            and lines[index - 1].top <= t.top
            and lines[index].bottom >= t.bottom
            for t in tables
        ):
            found.extend(build_paragraphs(lines[start:index]))
            start = index
    return found


def _with_joined_titles(flow: list[Paragraph | PageTable]) -> list[Paragraph | PageTable]:
    """Join consecutive headings that are one title."""
    joined: list[Paragraph | PageTable] = []
    run: list[Paragraph] = []
    for item in flow:
        if isinstance(item, Paragraph):
            run.append(item)
            continue
        joined += [*join_titles(run), item]
        run = []
    joined += join_titles(run)
    return joined


def _top(item: Paragraph | PageTable) -> float:
    return item.top if isinstance(item, PageTable) else item.box[1]


def _continue_over_pages(flows: list[list[Paragraph | PageTable]]) -> None:
    """Set ``continued`` where a page continues the previous one: a paragraph, or a table with the same columns."""
    for before, after in pairwise(flows):
        above = [i for i in before if isinstance(i, PageTable) or not (i.footnote or i.margin or i.toc)]
        below = [i for i in after if isinstance(i, PageTable) or not (i.footnote or i.margin or i.toc)]
        if not above or not below:
            continue
        last, first = above[-1], below[0]
        if isinstance(last, PageTable) and isinstance(first, PageTable):
            _continue_table(last, first)
        elif isinstance(last, Paragraph) and isinstance(first, Paragraph):
            open_end = not last.text.endswith(SENTENCE_ENDS) and last.depth is None
            first.continued = (
                open_end and first.depth is None and first.label is None and abs(first.size - last.size) < 1
            )


def _continue_table(last: PageTable, first: PageTable) -> None:
    same = len(last.rows[0]) == len(first.rows[0]) and abs(last.x0 - first.x0) < 8 and abs(last.x1 - first.x1) < 8
    if not same:
        return
    repeated = 0
    while repeated < min(last.header, len(first.rows) - 1) and first.rows[repeated] == last.rows[repeated]:
        repeated += 1
    if repeated or not last.header or first.header == 0:
        first.rows = first.rows[repeated:]
        first.header = 0
        first.continued = True


def _large_lines(pages: Sequence[Sequence[Paragraph]], body: float) -> list[str]:
    """Return the headings of the first page that stand out, the largest first.

    The largest one may be a letterhead, so the next ones are returned too, except in a style that comes again: those
    are the headings of sections.
    """
    styles = Counter(_style(p) for page in pages for p in page if p.depth is not None)
    headings = [p for p in (pages[0] if pages else []) if p.depth is not None and len(p.text) >= 3]
    found: list[str] = []
    for heading in sorted(headings, key=_style, reverse=True):
        if (heading.size > 1.1 * body or heading.bold) and (not found or styles[_style(heading)] <= _RARE):
            found.append(heading.text)
    return found


def _style(paragraph: Paragraph) -> tuple[int, bool]:
    return round(paragraph.size), paragraph.bold
