"""PDF: one or two columns, running head and foot, footnotes, tables over several pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from reportlab.lib import colors
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    Flowable,
    Frame,
    FrameBreak,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Spacer,
    Table,
    TableStyle,
)

from writers.blocks import Block, Source
from writers.paragraph import Paragraph

__all__ = ["write_pdf"]

_WIDTH, _HEIGHT = A4
_MARGIN, _TOP, _FOOT = 62, 70, 100
_SIZES = {1: 17, 2: 13, 3: 11.5, 4: 11}


class _Look:
    def __init__(self, options: dict[str, Any]) -> None:
        self.font: str = options.get("font", "serif")
        self.size: float = options.get("size", 10.5)
        self.columns = 2 if options.get("layout") == "two" else 1
        self.repeat = int(options.get("repeat_header", False))
        self.head, self.foot = options.get("head", ""), options.get("foot", "")
        self.plain: bool = options.get("plain", False)


def _table(block: Block, look: _Look, width: float) -> Table:
    count = max(map(len, block.rows))
    columns = [[row[i] if i < len(row) else "" for row in block.rows] for i in range(count)]
    longest = [max(min(len(cell.encode()), 60) for cell in column) + 4 for column in columns]
    widths = [width * share / sum(longest) for share in longest]
    cells = [
        [Paragraph(cell, look.font + ("-bold" if r == 0 else ""), look.size - 1.2, after=0) for cell in row]
        for r, row in enumerate(block.rows)
    ]
    style = TableStyle(
        [
            ("GRID", (0, 0), (-1, -1), 0.6, colors.black),
            ("BACKGROUND", (0, 0), (-1, 0), colors.Color(0.88, 0.9, 0.93)),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
            ("BOTTOMPADDING", (0, 0), (-1, -1), 5),
        ]
    )
    return Table(cells, colWidths=widths, repeatRows=look.repeat, style=style, spaceBefore=4, spaceAfter=8)


def _flowable(block: Block, look: _Look, width: float) -> Flowable:
    font, size = look.font, look.size
    if block.kind == "pagebreak":
        return PageBreak()
    if block.kind == "table":
        return _table(block, look, width)
    if block.kind == "heading":
        big, centred = _SIZES[block.level] * size / 10.5, "center" if block.level == 1 else "left"
        return Paragraph(block.text, font + "-bold", big, before=9, after=6, align=centred, keep=block.level > 1)
    if block.kind == "box":
        box = Table([[Paragraph(block.text, font, size, after=0)]], colWidths=[width - 8], spaceBefore=4, spaceAfter=8)
        box.setStyle(TableStyle([("BOX", (0, 0), (-1, -1), 1, colors.black), ("BOTTOMPADDING", (0, 0), (-1, -1), 7)]))
        return box
    clause_hang = 34 + 6 * max(0, block.number.count(".") - 1)
    label, hang, indent = {
        "clause": (block.number, clause_hang, 0),
        "item": (block.number, 22, 34),
        "bullet": ("•", 14, 10),
    }.get(block.kind, ("", 0, 0))
    after = 4 if label else 6
    return Paragraph(
        block.text, font, size, label=label, hang=hang, indent=indent, after=after, footnotes=block.footnotes
    )


def _on_page_end(look: _Look) -> Any:
    def draw(canvas: Canvas, template: BaseDocTemplate) -> None:
        canvas.setFont(look.font, 8.5)
        canvas.drawString(_MARGIN, _HEIGHT - 42, look.head)
        if look.head:
            canvas.line(_MARGIN, _HEIGHT - 48, _WIDTH - _MARGIN, _HEIGHT - 48)
        canvas.drawString(_MARGIN, 34, look.foot)
        if not look.plain:
            canvas.drawRightString(_WIDTH - _MARGIN, 34, str(canvas.getPageNumber()))
        notes = getattr(canvas, "page_footnotes", [])
        canvas.page_footnotes = []
        paragraphs = [Paragraph(text, look.font, 8, label=number, hang=10, after=0) for number, text in notes]
        y = 52 + sum(p.wrap(_WIDTH - 2 * _MARGIN, 900)[1] for p in paragraphs)
        if paragraphs:
            canvas.line(_MARGIN, y + 4, _MARGIN + 130, y + 4)
        for paragraph in paragraphs:
            y -= paragraph.wrap(_WIDTH - 2 * _MARGIN, 900)[1]
            paragraph.drawOn(canvas, _MARGIN, y)

    return draw


def write_pdf(source: Source, out: Path) -> None:
    """Write ``source`` as PDF.

    Options: font, size, layout (two), head, foot, repeat_header, chapter_pages, plain (no page number).
    """
    look = _Look(source.options)
    full, gap = _WIDTH - 2 * _MARGIN, 20
    column = (full - gap * (look.columns - 1)) / look.columns
    body = _HEIGHT - _TOP - _FOOT

    def frames(height: float) -> list[Frame]:
        return [
            Frame(_MARGIN + i * (column + gap), _FOOT, column, height, 0, 0, 0, 0, id=f"c{i}")
            for i in range(look.columns)
        ]

    end = _on_page_end(look)
    title_height = 64 if look.columns == 2 else 0
    banner = Frame(_MARGIN, _FOOT + body - title_height, full, title_height, 0, 0, 0, 0, id="title")
    first = [*([banner] if title_height else []), *frames(body - title_height)]
    document = BaseDocTemplate(
        str(out), pagesize=A4, invariant=1, title=source.title, author=source.options.get("author", ""),
        pageTemplates=[PageTemplate("first", first, onPageEnd=end), PageTemplate("rest", frames(body), onPageEnd=end)],
    )  # fmt: skip
    story: list[Flowable] = [NextPageTemplate("rest")]
    for block in source.blocks:
        wide = block.kind == "heading" and block.level == 1
        if source.options.get("chapter_pages") and block.kind == "heading" and block.level == 2:
            story.append(PageBreak())
        story.append(_flowable(block, look, full if wide else column))
        if wide and title_height:
            story.append(FrameBreak())
    document.build([*story, Spacer(1, 1)])
