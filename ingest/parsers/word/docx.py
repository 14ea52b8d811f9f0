"""The parser of Word files (DOCX): headings, automatic numbers, lists, tables, text boxes, footnotes."""

from __future__ import annotations

import re
from pathlib import Path

from lxml import etree

from ingest.parsers.shared.element_builder import ElementBuilder, clean_text, one_line
from ingest.parsers.shared.office_xml import OfficePackage, W, local_name, val
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip
from ingest.parsers.shared.text_headings import bullet_text, is_numbered
from ingest.parsers.word.docx_headings import HeadingDetector, promote_headings
from ingest.parsers.word.docx_numbering import NumberLabel, WordNumbering
from ingest.parsers.word.docx_styles import Style, Styles
from ingest.parsers.word.docx_table import blocks_of, read_table
from ingest.parsers.word.docx_text import ParagraphText, boxes_in, join_deleted_marks, read_paragraph

__all__ = ["parse"]

# numbers of clauses, not of list items: 3.2, 第五條
_CLAUSE = re.compile(r"\d+(?:\.\d+)+|第.+[條条款章節节]|[Cc]lause\s.+|[Aa]rticle\s.+|[Ss]ection\s.+")


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read a DOCX. Headers, footers, comments, deleted and hidden text are left out."""
    with open_zip(path, context) as archive:
        package = OfficePackage(archive, context)
        reader = _Reader(package, package.main_part())
        reader.read()
        title, stated = package.core_properties()
    builder = reader.builder
    title = reader.title or title  # the document property is often that of a template or an earlier document
    if reader.pictures and not builder.elements:
        reader.notes.append(f"pictures_without_text:{reader.pictures}")
    if reader.hidden:
        reader.notes.append(f"hidden_text:{len(reader.hidden)}")
    return ParsedDocument(builder.elements, title=title, date=stated, notes=reader.notes, hidden_text=reader.hidden)


class _Reader:
    """Reads the body from top to bottom and adds elements to ``builder``."""

    def __init__(self, package: OfficePackage, main: str) -> None:
        parts = dict(package.relationships(main).values())
        self.builder = ElementBuilder()
        self.notes: list[str] = []
        self.pictures = 0
        self.hidden: list[str] = []
        self.title: str | None = None  # of the first paragraph in the style "Title"
        self._root = package.xml(main)
        self._on_paper = self._root is not None and not _has_ground(self._root)
        self._styles = Styles(package.xml(parts.get("styles")))
        self._numbering = WordNumbering(package.xml(parts.get("numbering")))
        self._notes = {kind: _notes(package.xml(parts.get(f"{kind}s")), kind) for kind in ("footnote", "endnote")}
        self._pending_notes: list[tuple[str, str]] = []  # (kind, id) of notes that the current block refers to
        self._headings = HeadingDetector(self._styles.default_size)
        self._contents = False

    def read(self) -> None:
        """Read the whole body."""
        body = self._root.find(W + "body") if self._root is not None else None
        if body is not None:
            join_deleted_marks(body)
            self._blocks(body)
        self.builder.elements = promote_headings(self.builder.elements)
        if self._contents:
            self.notes.append("table_of_contents")

    def _blocks(self, container: etree._Element) -> None:
        for block in blocks_of(container):
            if local_name(block) == "p":
                self._paragraph(block)
            elif local_name(block) == "tbl":
                self._table(block)
            self._footnotes()

    def _paragraph(self, paragraph: etree._Element) -> None:
        properties = paragraph.find(W + "pPr")
        style = self._styles.get(val(properties.find(W + "pStyle")) if properties is not None else None)
        found = read_paragraph(paragraph, self._styles, self._on_paper)
        self.hidden += [one for one in found.hidden if one.strip()]
        self.pictures += found.pictures
        boxes = list(boxes_in(paragraph))
        text = clean_text(found.text)
        # Word shows no number for a paragraph without text and does not count it (except with boxes or images in it)
        label = self._label(properties, style) if text else None
        self._pending_notes += found.notes
        if style.contents:
            self._contents = self._contents or bool(text)
        elif text:
            self._add(text, found, style, label, properties)
        self._footnotes()
        for box in boxes:
            self._blocks(box)

    def _add(
        self,
        text: str,
        found: ParagraphText,
        style: Style,
        label: NumberLabel | None,
        properties: etree._Element | None,
    ) -> None:
        clause = label.text or None if label else None
        level = self._headings.level(text, found, style, label, properties)
        if level is not None:
            if self.title is None and style.name.lower() == "title":
                self.title = one_line(text)
            self.builder.title(text, level, clause)
        elif label is not None and not (clause and _CLAUSE.fullmatch(clause)):
            self.builder.item(text, label.level, clause)
        elif label is None and (bullet := bullet_text(text)):
            self.builder.item(bullet, 0)
        elif label is None and style.listed and style.name.lower() != "list paragraph" and not is_numbered(text):
            self.builder.item(text, 0)
        else:
            self.builder.narrative(text, clause)

    def _label(self, properties: etree._Element | None, style: Style) -> NumberLabel | None:
        num_id, level = style.num_id, style.num_level
        paragraph_list = properties.find(W + "numPr") if properties is not None else None
        if paragraph_list is not None:
            num_id = val(paragraph_list.find(W + "numId")) or num_id
            stated = val(paragraph_list.find(W + "ilvl"))
            level = int(stated) if stated and stated.isdigit() else level
        if num_id is None or num_id == "0":
            return None
        if level is None and properties is not None:
            level = self._numbering.level_of_style(val(properties.find(W + "pStyle")) or "", num_id)
        return self._numbering.label(num_id, level or 0)

    def _table(self, table: etree._Element) -> None:
        cells = [cell for row in table.iter(W + "tr") if _table_of(row) is table for cell in row.iter(W + "tc")]
        if sum(1 for cell in cells if _table_of(cell) is table) == 1:  # only a frame around text
            self._blocks(cells[0])
            return
        found = read_table(table, self._cell_paragraph)
        if max((len(set(row)) for row in found.rows), default=0) == 1 and not found.nested:
            for row in found.rows:
                self.builder.narrative(row[0])
        else:
            self.builder.table(found.rows, found.header_rows)
        for nested in found.nested:
            self._table(nested)

    def _cell_paragraph(self, paragraph: etree._Element) -> str:
        """Return the text of a paragraph in a cell, with its number: a cell has no other place for the number."""
        properties = paragraph.find(W + "pPr")
        style = self._styles.get(val(properties.find(W + "pStyle")) if properties is not None else None)
        found = read_paragraph(paragraph, self._styles)
        self.hidden += [one for one in found.hidden if one.strip()]
        self._pending_notes += found.notes
        self.pictures += found.pictures
        boxed = [self._cell_paragraph(inner) for box in boxes_in(paragraph) for inner in box.iter(W + "p")]
        label = self._label(properties, style)
        text = clean_text(found.text)
        return "\n".join(part for part in (f"{label.text if label else ''} {text}".strip(), *boxed) if part)

    def _footnotes(self) -> None:
        pending, self._pending_notes = self._pending_notes, []
        for kind, key in pending:
            note = self._notes[kind].get(key)
            if note is not None:
                texts = [read_paragraph(paragraph, self._styles).text for paragraph in note.iter(W + "p")]
                self.builder.narrative("\n".join(texts), footnote=True)


def _has_ground(root: etree._Element) -> bool:
    """Whether a page colour or a picture or shape behind the text may make white type readable."""
    return any(
        local_name(one) == "background" or (local_name(one) == "anchor" and one.get("behindDoc") in ("1", "true"))
        for one in root.iter()
    )


def _table_of(element: etree._Element) -> etree._Element | None:
    return next(element.iterancestors(W + "tbl"), None)


def _notes(root: etree._Element | None, kind: str) -> dict[str, etree._Element]:
    """Return the notes by id, without the separators that Word stores with them."""
    found = (
        {}
        if root is None
        else {val(n, "id") or "": n for n in root.iter(W + kind) if val(n, "type") in (None, "normal")}
    )
    return found
