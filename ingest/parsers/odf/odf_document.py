"""The parser of OpenDocument text and slides (ODT, ODP): headings, numbered lists, tables, notes, frames.

It uses lxml and not pandoc: the wheel of pandoc is 155 MB, and it loses automatic list numbers and slides.
"""

from __future__ import annotations

from pathlib import Path

from lxml import etree

from ingest.parsers.odf.odf_lists import OdfLists
from ingest.parsers.odf.odf_unseen import remove_unseen
from ingest.parsers.odf.odf_xml import NS, odf_text, read_metadata, table_rows
from ingest.parsers.shared.element_builder import ElementBuilder, clean_text
from ingest.parsers.shared.header_rows import header_rows_of
from ingest.parsers.shared.office_xml import local_name
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from ingest.parsers.shared.safety import open_zip, parse_xml, read_member
from ingest.parsers.shared.text_headings import bullet_text
from kb.core.errors import FileRejected

__all__ = ["parse"]

_GROUPS = {"section", "frame", "text-box", "g", "list-header", "index-body", "custom-shape", "a", "index-title"}


def parse(path: Path, context: ParseContext) -> ParsedDocument:
    """Read an ODT or ODP. ``page_number`` is the number of the slide; text has none.

    Raises:
        FileRejected: ``file_encrypted``, ``file_broken``.
    """
    with open_zip(path, context) as archive:
        parts = {name: read_member(archive, f"{name}.xml") for name in ("content", "styles", "meta")}
        manifest = read_member(archive, "META-INF/manifest.xml") or b""
    if b"encryption-data" in manifest:
        raise FileRejected("file_encrypted", name=context.filename)
    content = parse_xml(parts["content"]) if parts["content"] else None
    body = content.find(f".//{NS['office']}body") if content is not None else None
    if content is None or body is None or not len(body):
        raise FileRejected("file_broken", name=context.filename)
    styles = parse_xml(parts["styles"]) if parts["styles"] else None
    hidden = remove_unseen(content, styles)
    reader = _Reader(OdfLists(content, styles), content, styles)
    slides = body.findall(f".//{NS['draw']}page")
    for number, slide in enumerate(slides, start=1):
        reader.builder.page_number = number
        reader.blocks(slide)
        context.progress(number, len(slides))
    if not slides:
        reader.blocks(body[0])
    title, stated = read_metadata(parts["meta"])
    notes = [f"hidden_text:{len(hidden)}"] if hidden else []
    return ParsedDocument(
        reader.builder.elements, len(slides) or None, title=title, date=stated, notes=notes, hidden_text=hidden
    )


class _Reader:
    def __init__(self, lists: OdfLists, *roots: etree._Element | None) -> None:
        self.builder = ElementBuilder()
        self._lists = lists
        self._titles = _title_styles(roots)

    def blocks(self, container: etree._Element) -> None:
        """Add the children of a body, section or frame in order."""
        for element in container:
            name = local_name(element)
            if name == "h":
                level = int(element.get(f"{NS['text']}outline-level") or "1")
                self.builder.title(odf_text(element), level - 1, self._lists.heading(level))
            elif name == "p":
                self._paragraph(element)
            elif name == "list":
                self._list(element, 1, element.get(f"{NS['text']}style-name") or "")
            elif name == "table" and element.tag.startswith(NS["table"]):
                rows, header = table_rows(element)
                self.builder.table(rows, header or header_rows_of(rows))
            elif (name == "notes" and element.tag.startswith(NS["presentation"])) or name in _GROUPS:
                self.blocks(element)
            if name in ("h", "p"):
                self._anchored(element)

    def _paragraph(self, element: etree._Element) -> None:
        style = element.get(f"{NS['text']}style-name") or ""
        frame = next(element.iterancestors(f"{NS['draw']}frame"), None)
        is_title = frame is not None and frame.get(f"{NS['presentation']}class") == "title"
        if is_title or style in self._titles:
            self.builder.title(odf_text(element), 0)
        elif bullet := bullet_text(clean_text(odf_text(element))):
            self.builder.item(bullet)
        else:
            self.builder.narrative(odf_text(element))

    def _anchored(self, element: etree._Element) -> None:
        """Add the text boxes and notes that are anchored in a paragraph, after it."""
        for frame in element.iter(f"{NS['draw']}text-box"):
            self.blocks(frame)
        for note in element.iter(f"{NS['text']}note-body"):
            self.builder.narrative("\n".join(odf_text(p) for p in note.iter(f"{NS['text']}p")), footnote=True)

    def _list(self, element: etree._Element, level: int, style: str) -> None:
        style = element.get(f"{NS['text']}style-name") or style
        if element.get(f"{NS['text']}continue-numbering") != "true" and level == 1:
            self._lists.restart(style, element)
        for item in element:
            if local_name(item) not in ("list-item", "list-header"):
                continue
            counted = local_name(item) == "list-item"
            for block in item:
                name = local_name(block)
                if name == "list":
                    self._list(block, level + 1, style)
                elif name in ("p", "h"):
                    text = odf_text(block)
                    clause = self._lists.number(style, level, item) if counted and text.strip() else None
                    counted = counted and not text.strip()
                    if name == "h":
                        outline = int(block.get(f"{NS['text']}outline-level") or level)
                        self.builder.title(text, outline - 1, clause)
                    else:
                        self.builder.item(text, level - 1, clause)
                    self._anchored(block)


def _title_styles(roots: tuple[etree._Element | None, ...]) -> set[str]:
    """Return the names of the paragraph style "Title" and of styles derived from it."""
    names = {"Title"}
    for root in roots[::-1]:
        for style in root.iter(f"{NS['style']}style") if root is not None else ():
            if style.get(f"{NS['style']}parent-style-name") in names:
                names.add(style.get(f"{NS['style']}name") or "")
    return names
