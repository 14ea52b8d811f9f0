"""DOCX with heading styles, real automatic numbering, tables, a text box and footnotes."""

from __future__ import annotations

import re
from pathlib import Path
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as DocumentType
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.text.paragraph import Paragraph

from writers.blocks import Block, Source
from writers.steady import BUILT, repack

__all__ = ["write_docx"]

_FONT = "PMingLiU"
_CHAPTER = re.compile(r"(\d+)\s+(.+)")
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_BOX = """<w:p {ns} xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"
 xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" xmlns:v="urn:schemas-microsoft-com:vml">
<w:r><mc:AlternateContent><mc:Choice Requires="wps"><w:drawing><wp:inline><wp:extent cx="5200000" cy="700000"/>
<wp:docPr id="{id}" name="Text Box {id}"/><a:graphic><a:graphicData
 uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr txBox="1"/><wps:spPr>
<a:xfrm><a:off x="0" y="0"/><a:ext cx="5200000" cy="700000"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom>
<a:ln w="9525"><a:solidFill><a:srgbClr val="000000"/></a:solidFill></a:ln></wps:spPr><wps:txbx><w:txbxContent>{text}
</w:txbxContent></wps:txbx><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline></w:drawing></mc:Choice>
<mc:Fallback><w:pict><v:shape style="width:410pt;height:55pt"><v:textbox><w:txbxContent>{text}</w:txbxContent>
</v:textbox></v:shape></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>"""


def _numbering(document: DocumentType) -> None:
    """Number list 77: 1. / 1.1 / 1.1.1 / (a), as Word's multilevel list does it; none of it is in the text."""
    levels = ""
    for level, (form, shown) in enumerate([("decimal", "%1."), ("decimal", "%1.%2"), ("decimal", "%1.%2.%3")]):
        levels += (
            f'<w:lvl w:ilvl="{level}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{shown}"/>'
            f'<w:pPr><w:ind w:left="{567 + 142 * level}" w:hanging="{567 + 142 * level}"/></w:pPr></w:lvl>'
        )
    levels += (
        '<w:lvl w:ilvl="3"><w:start w:val="1"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="(%4)"/>'
        '<w:pPr><w:ind w:left="1134" w:hanging="425"/></w:pPr></w:lvl>'
    )
    root = document.part.numbering_part.element
    multilevel = '<w:multiLevelType w:val="multilevel"/>'
    abstract = parse_xml(f'<w:abstractNum {_W} w:abstractNumId="77">{multilevel}{levels}</w:abstractNum>')
    root.insert(0, abstract)
    root.append(parse_xml(f'<w:num {_W} w:numId="77"><w:abstractNumId w:val="77"/></w:num>'))


def _number(paragraph: Paragraph, level: int) -> None:
    properties = paragraph._p.get_or_add_pPr()
    properties.append(parse_xml(f'<w:numPr {_W}><w:ilvl w:val="{level}"/><w:numId w:val="77"/></w:numPr>'))


class _Counter:
    """What Word would print, so that a source whose numbers do not run is refused."""

    def __init__(self) -> None:
        self.counts = [0, 0, 0]

    def check(self, level: int, number: str) -> None:
        self.counts[level] += 1
        self.counts[level + 1 :] = [0] * (2 - level)
        printed = ".".join(map(str, self.counts[: level + 1]))
        if printed != number:
            raise SystemExit(f"the source says {number}, Word would number it {printed}")


class _Footnotes:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def add(self, paragraph: Paragraph, text: str) -> None:
        self.texts.append(text)
        run = parse_xml(
            f'<w:r {_W}><w:rPr><w:vertAlign w:val="superscript"/></w:rPr>'
            f'<w:footnoteReference w:id="{len(self.texts)}"/></w:r>'
        )
        paragraph._p.append(run)

    def save(self, document: DocumentType) -> None:
        if not self.texts:
            return
        notes = "".join(
            f'<w:footnote w:id="{i}"><w:p><w:r><w:rPr><w:vertAlign w:val="superscript"/></w:rPr><w:footnoteRef/></w:r>'
            f'<w:r><w:t xml:space="preserve"> {escape(text)}</w:t></w:r></w:p></w:footnote>'
            for i, text in enumerate(self.texts, 1)
        )
        rule = (
            '<w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>'
            '<w:footnote w:type="continuationSeparator" w:id="0"><w:p><w:r><w:continuationSeparator/></w:r></w:p>'
            "</w:footnote>"
        )
        kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
        xml = f'<?xml version="1.0" encoding="UTF-8"?><w:footnotes {_W}>{rule}{notes}</w:footnotes>'
        part = Part(PackURI("/word/footnotes.xml"), kind, xml.encode(), document.part.package)
        document.part.relate_to(part, RELATIONSHIP_TYPE.FOOTNOTES)


def _add_text(paragraph: Paragraph, block: Block, footnotes: _Footnotes) -> None:
    notes = dict(block.footnotes)
    for piece in re.split(r"\[\^(\d+)\]", block.text):
        if piece in notes and piece.isdigit():
            footnotes.add(paragraph, notes[piece])
        elif piece:
            paragraph.add_run(piece)


def _add_table(document: DocumentType, rows: list[list[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for r, row in enumerate(rows):
        for c, cell in enumerate(row):
            run = table.cell(r, c).paragraphs[0].add_run(cell)
            run.bold = r == 0
    first = table.rows[0]._tr.get_or_add_trPr()
    first.append(parse_xml(f"<w:tblHeader {_W}/>"))
    document.add_paragraph()


def _add(document: DocumentType, block: Block, counter: _Counter, footnotes: _Footnotes) -> None:
    if block.kind == "heading" and block.level == 1:
        document.add_heading(block.text, 0)
    elif block.kind == "heading":
        chapter = _CHAPTER.fullmatch(block.text)
        paragraph = document.add_heading(chapter[2] if chapter else block.text, block.level - 1)
        if chapter:
            counter.check(0, chapter[1])
            _number(paragraph, 0)
    elif block.kind in ("clause", "item"):
        paragraph = document.add_paragraph()
        level = 3 if block.kind == "item" else block.number.count(".")
        if block.kind == "clause":
            counter.check(level, block.number)
        _number(paragraph, level)
        _add_text(paragraph, block, footnotes)
    elif block.kind == "bullet":
        document.add_paragraph(block.text, style="List Bullet")
    elif block.kind == "table":
        _add_table(document, block.rows)
    elif block.kind == "box":
        text = f"<w:p><w:r><w:t>{escape(block.text)}</w:t></w:r></w:p>"
        xml = _BOX.format(ns=nsdecls("w", "wp", "a"), text=text, id=len(document.paragraphs) + 1)
        document.element.body.insert_element_before(parse_xml(xml), "w:sectPr")
    elif block.kind == "pagebreak":
        document.add_page_break()
    else:
        _add_text(document.add_paragraph(), block, footnotes)


def write_docx(source: Source, out: Path) -> None:
    """Write ``source`` as DOCX; options: head, foot, author."""
    document = Document()
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Heading 3"):
        document.styles[name].element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), _FONT)
    _numbering(document)
    document.sections[0].header.paragraphs[0].text = source.options.get("head", "")
    document.sections[0].footer.paragraphs[0].text = source.options.get("foot", "")
    counter, footnotes = _Counter(), _Footnotes()
    for block in source.blocks:
        _add(document, block, counter, footnotes)
    footnotes.save(document)
    properties = document.core_properties
    properties.title, properties.author = source.title, source.options.get("author", "")
    properties.created = properties.modified = BUILT
    document.save(str(out))
    repack(out)
