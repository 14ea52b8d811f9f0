"""The parser of PowerPoint (PPTX). Per slide: title, other shapes in reading order, notes; no hidden slides."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml import etree
from pptx import Presentation
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PackageNotFoundError
from pptx.slide import Slide

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.number_styles import format_number
from ingest.parsers.shared.office_xml import OfficePackage
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip
from ingest.parsers.slides.pptx_unseen import remove_unseen
from kb.core.errors import FileRejected

__all__ = ["parse"]

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_BOILERPLATE = {PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER, PP_PLACEHOLDER.HEADER}
_TITLES = {PP_PLACEHOLDER.TITLE, PP_PLACEHOLDER.CENTER_TITLE, PP_PLACEHOLDER.VERTICAL_TITLE}
_ROW = 300_000  # EMU (about 8 mm): shapes whose tops differ by less are side by side
# start of an ST_TextAutonumberScheme → number format of format_number
_NUMBER_FORMATS = {
    "alphaLc": "lowerLetter", "alphaUc": "upperLetter", "romanLc": "lowerRoman", "romanUc": "upperRoman",
    "arabic": "decimal", "ea1Cht": "taiwaneseCounting", "ea1Chs": "chineseCounting", "ea1Jpn": "chineseCounting",
    "circleNum": "decimalEnclosedCircle",
}  # fmt: skip


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a PPTX. ``page_number`` is the number of the slide, hidden slides counted.

    Raises:
        FileRejected: ``file_broken``, ``file_too_many_pages``.
    """
    with open_zip(path, context) as archive:
        title, stated = OfficePackage(archive, context).core_properties()
    try:
        presentation = Presentation(str(path))
    except (PackageNotFoundError, KeyError, etree.XMLSyntaxError) as error:
        raise FileRejected("file_broken", name=context.filename) from error
    slides = list(presentation.slides)
    if len(slides) > context.settings.max_pages:
        limit = context.settings.max_pages
        raise FileRejected("file_too_many_pages", name=context.filename, pages=len(slides), limit=limit)
    builder, notes = ElementBuilder(), []
    hidden: list[str] = []
    for number, slide in enumerate(slides, start=1):
        if slide._element.get("show") == "0":
            notes.append(f"hidden_slide:{number}")
        else:
            builder.page_number = number
            hidden += remove_unseen(slide, presentation.slide_width or 0, presentation.slide_height or 0)
            _add_slide(builder, slide)
        context.progress(number, len(slides))
    notes += [f"hidden_text:{len(hidden)}"] if hidden else []
    return ParsedDocument(
        builder.elements, page_count=len(slides), title=title, date=stated, notes=notes, hidden_text=hidden
    )


def _add_slide(builder: ElementBuilder, slide: Slide) -> None:
    shapes = list(_reading_order(slide.shapes))
    titles = [shape for shape in shapes if _placeholder(shape) in _TITLES]
    for shape in titles:
        builder.title(shape.text_frame.text, 0)
    for shape in shapes:
        if shape not in titles and _placeholder(shape) not in _BOILERPLATE:
            _add_shape(builder, slide, shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        for paragraph in slide.notes_slide.notes_text_frame.paragraphs:
            builder.narrative(_text(paragraph._p))


def _reading_order(shapes: Iterable[Any]) -> Iterator[Any]:
    """Yield shapes from top to bottom and left to right; the shapes of a group together, at the group's position."""

    def position(shape: Any) -> tuple[int, int]:
        top, left = shape.top, shape.left
        return (round((top or 0) / _ROW), left or 0)

    for shape in sorted(shapes, key=position):
        if hasattr(shape, "shapes"):
            yield from _reading_order(shape.shapes)
        else:
            yield shape


def _placeholder(shape: Any) -> object:
    return shape.placeholder_format.type if shape.is_placeholder else None


def _add_shape(builder: ElementBuilder, slide: Slide, shape: Any) -> None:
    if getattr(shape, "has_table", False) and shape.has_table:
        _add_table(builder, shape.table)
    elif getattr(shape, "has_chart", False) and shape.has_chart:
        _add_chart(builder, shape.chart)
    elif shape.has_text_frame:
        _add_paragraphs(builder, shape)
    else:
        for node in shape._element.iter("{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds"):
            part = slide.part.related_part(
                node.get(f"{_R}dm")
            )  # the text of SmartArt is in another part of the package
            root = etree.fromstring(part.blob, etree.XMLParser(resolve_entities=False, no_network=True))
            for paragraph in root.iter(f"{_A}p"):
                builder.item(_text(paragraph), 0)


def _add_paragraphs(builder: ElementBuilder, shape: Any) -> None:
    """Add list items with level and automatic number. A text box is prose, except for paragraphs with a bullet."""
    body = _placeholder(shape) in (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
    if _placeholder(shape) == PP_PLACEHOLDER.SUBTITLE:
        builder.narrative(shape.text_frame.text)
        return
    counters: dict[int, int] = {}
    for paragraph in shape.text_frame.paragraphs:
        text, level = _text(paragraph._p), paragraph.level
        if not clean_text(text):
            continue
        properties = paragraph._p.find(f"{_A}pPr")
        number = properties.find(f"{_A}buAutoNum") if properties is not None else None
        bullet = properties is not None and properties.find(f"{_A}buChar") is not None
        plain = properties is not None and properties.find(f"{_A}buNone") is not None
        counters = {deeper: count for deeper, count in counters.items() if deeper <= level}
        if number is not None:
            counters[level] = counters.get(level, int(number.get("startAt", "1")) - 1) + 1
            builder.item(text, level, _label(counters[level], number.get("type", "arabicPeriod")))
            continue
        counters.pop(level, None)
        if bullet or (body and not plain):
            builder.item(text, level)
        else:
            builder.narrative(text)


def _label(number: int, scheme: str) -> str:
    """Return a number in a numbering scheme: 3 in "alphaLcParenBoth" is "(c)"."""
    kind = next((form for name, form in _NUMBER_FORMATS.items() if scheme.startswith(name)), "decimal")
    text = format_number(number, kind)
    if scheme.endswith("ParenBoth"):
        return f"({text})"
    if scheme.endswith("ParenR"):
        return f"{text})"
    return f"{text}." if scheme.endswith("Period") and kind != "decimal" else text


def _text(paragraph: etree._Element) -> str:
    parts = []
    for node in paragraph.iter(f"{_A}t", f"{_A}br"):
        parts.append("\n" if node.tag == f"{_A}br" else node.text or "")
    return "".join(parts)


def _add_table(builder: ElementBuilder, table: Any) -> None:
    rows: list[list[str]] = [["" for _ in table.columns] for _ in table.rows]
    for y, row in enumerate(table.rows):
        for x, cell in enumerate(row.cells):
            if cell.is_spanned:
                continue
            for dy in range(cell.span_height if cell.is_merge_origin else 1):
                for dx in range(cell.span_width if cell.is_merge_origin else 1):
                    if y + dy < len(rows) and x + dx < len(rows[y]):
                        rows[y + dy][x + dx] = cell.text
    builder.table(rows, max(header_rows_of(rows), 1 if table.first_row and len(rows) > 1 else 0))


def _add_chart(builder: ElementBuilder, chart: Any) -> None:
    """Add the numbers of a chart as a table: one row per category, one column per series."""
    if chart.has_title and chart.chart_title.has_text_frame:
        builder.narrative(chart.chart_title.text_frame.text)
    for plot in chart.plots:
        series = list(plot.series)
        categories = [str(category) for category in plot.categories]
        rows = [["", *(str(one.name) for one in series)]]
        for index, category in enumerate(categories):
            values = [one.values[index] if index < len(one.values) else None for one in series]
            rows.append([category, *("" if value is None else f"{value:g}" for value in values)])
        builder.table(rows, 1)
