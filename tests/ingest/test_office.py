"""Office files written here and parsed: the elements hold what a reader of the file sees, and nothing else."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import msoffcrypto.format.ooxml as ooxml
import openpyxl
import pytest
from docx import Document
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from openpyxl.styles import Font
from PIL import Image
from pptx import Presentation
from pptx.util import Inches
from unstructured.documents.elements import Element

from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected
from kb.core.settings import Settings


def read(path: Path, **settings: int) -> ParsedDocument:
    return parse_file(path, ParseContext(path.name, Settings(**settings)))


def seen(elements: list[Element]) -> list[tuple[str, str | None, str]]:
    return [(e.category, getattr(e.metadata, "clause", None), e.text) for e in elements]


def numbering_part(document: Document, levels: str, overrides: str = "") -> None:
    """Replace the numbering of a new document by one list (numId 1) and one that restarts it (numId 2)."""
    root = document.part.numbering_part.element
    for child in list(root):
        root.remove(child)
    root.append(parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="0">{levels}</w:abstractNum>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="1"><w:abstractNumId w:val="0"/></w:num>'))
    root.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="2"><w:abstractNumId w:val="0"/>{overrides}</w:num>'))


def level(index: int, kind: str, text: str, extra: str = "") -> str:
    start = f'<w:lvl w:ilvl="{index}"><w:start w:val="1"/><w:numFmt w:val="{kind}"/>'
    return f'{start}{extra}<w:lvlText w:val="{text}"/></w:lvl>'


def numbered(document: Document, text: str, depth: int, num_id: int = 1) -> None:
    paragraph = document.add_paragraph(text)
    properties = paragraph._p.get_or_add_pPr()
    properties.append(
        parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="{num_id}"/></w:numPr>')
    )


def test_multilevel_numbers_are_counted_and_stay_out_of_the_text(tmp_path: Path) -> None:
    document = Document()
    levels = level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "lowerLetter", "(%3)")
    numbering_part(document, levels, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="5"/></w:lvlOverride>')
    for text, depth, num_id in [
        ("Leave", 0, 1), ("Annual leave", 1, 1), ("first year", 2, 1), ("later years", 2, 1), ("Sick leave", 1, 1),
        ("certificate", 2, 1), ("Pay", 0, 1), ("Monthly pay", 1, 1), ("Restarted", 0, 2), ("Below it", 1, 2),
    ]:  # fmt: skip
        numbered(document, text, depth, num_id)
    document.save(tmp_path / "a.docx")
    clauses = [(clause, text) for _, clause, text in seen(read(tmp_path / "a.docx").elements)]
    assert clauses == [
        ("1", "Leave"), ("1.1", "Annual leave"), ("(a)", "first year"), ("(b)", "later years"), ("1.2", "Sick leave"),
        ("(a)", "certificate"), ("2", "Pay"), ("2.1", "Monthly pay"), ("5", "Restarted"), ("5.1", "Below it"),
    ]  # fmt: skip


def test_a_short_numbered_paragraph_over_its_own_subclauses_is_a_heading(tmp_path: Path) -> None:
    document = Document()
    numbering_part(
        document, level(0, "decimal", "%1.") + level(1, "decimal", "%1.%2") + level(2, "decimal", "%1.%2.%3")
    )
    for text, depth in [("Staff", 0), ("Money", 1), ("Ask for a receipt.", 2), ("Keys", 1)]:
        numbered(document, text, depth)
    document.save(tmp_path / "a.docx")
    found = [(e.category, e.metadata.clause) for e in read(tmp_path / "a.docx").elements]
    assert found[1:] == [("Title", "1.1"), ("NarrativeText", "1.1.1"), ("NarrativeText", "1.2")]


@pytest.mark.parametrize(
    ("kind", "text", "labels"),
    [
        ("taiwaneseCountingThousand", "%1、", ["一、", "二、", "三、"]),
        ("taiwaneseCounting", "（%1）", ["（一）", "（二）", "（三）"]),
        ("ideographTraditional", "%1、", ["甲、", "乙、", "丙、"]),
        ("ideographLegalTraditional", "%1、", ["壹、", "貳、", "參、"]),
        ("chineseCounting", "第%1條", ["第一條", "第二條", "第三條"]),
        ("lowerRoman", "%1.", ["i.", "ii.", "iii."]),
        ("decimalEnclosedCircle", "%1", ["①", "②", "③"]),
    ],
)
def test_number_formats(tmp_path: Path, kind: str, text: str, labels: list[str]) -> None:
    document = Document()
    numbering_part(document, level(0, kind, text))
    for word in ("病假", "年假", "產假"):
        numbered(document, word, 0)
    document.save(tmp_path / "a.docx")
    assert [clause for _, clause, _ in seen(read(tmp_path / "a.docx").elements)] == labels


def test_numbers_linked_to_heading_styles(tmp_path: Path) -> None:
    document = Document()
    levels = level(0, "decimal", "%1", '<w:pStyle w:val="Heading1"/>')
    levels += level(1, "decimal", "%1.%2", '<w:pStyle w:val="Heading2"/>')
    numbering_part(document, levels)
    for name in ("Heading 1", "Heading 2"):
        properties = document.styles[name].element.get_or_add_pPr()
        properties.append(parse_xml(f'<w:numPr {nsdecls("w")}><w:numId w:val="1"/></w:numPr>'))
    for text, name in [("Staff", "Heading 1"), ("Hours", "Heading 2"), ("Rest", "Heading 2"), ("Pay", "Heading 1")]:
        document.add_paragraph(text, style=name)
    document.save(tmp_path / "a.docx")
    found = [(e.text, e.metadata.clause, e.metadata.category_depth) for e in read(tmp_path / "a.docx").elements]
    assert found == [("Staff", "1", 0), ("Hours", "1.1", 1), ("Rest", "1.2", 1), ("Pay", "2", 0)]


def test_headings_come_from_styles_outline_levels_and_appearance(tmp_path: Path) -> None:
    document = Document()
    document.styles["Heading 3"].name = "標題 3"
    document.add_paragraph("員工手冊", style="Title")
    document.add_paragraph("第一章 假期", style="Heading 1")
    document.add_paragraph("病假", style="標題 3")
    outlined = document.add_paragraph("按大綱級別")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="1"/>'))
    document.add_paragraph().add_run("3.2 申請程序").bold = True
    document.add_paragraph("員工須於放假前七天遞交申請表。")
    document.add_paragraph().add_run("這一整段都是粗體，但它是一個完整的句子，所以不是標題。").bold = True
    document.save(tmp_path / "a.docx")
    parsed = read(tmp_path / "a.docx")
    titles = [(e.text, e.metadata.category_depth) for e in parsed.elements if e.category == "Title"]
    assert titles == [("員工手冊", 0), ("第一章 假期", 0), ("病假", 2), ("按大綱級別", 1), ("3.2 申請程序", 2)]
    assert parsed.title == "員工手冊"


def test_inserted_text_boxes_and_notes_are_read_deleted_and_hidden_text_is_not(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("The limit is ")
    w = nsdecls("w")
    paragraph._p.append(parse_xml(f"<w:del {w}><w:r><w:delText>$100</w:delText></w:r></w:del>"))
    paragraph._p.append(parse_xml(f"<w:ins {w}><w:r><w:t>$200</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:r {w}><w:rPr><w:vanish/></w:rPr><w:t>SECRET</w:t></w:r>"))
    box = "<w:txbxContent><w:p><w:r><w:t>Call the office</w:t></w:r></w:p></w:txbxContent>"
    mc = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    paragraph._p.append(
        parse_xml(
            f"<w:r {w} {mc}><mc:AlternateContent><mc:Choice Requires='wps'>{box}</mc:Choice>"
            f"<mc:Fallback>{box}</mc:Fallback></mc:AlternateContent></w:r>"
        )
    )
    document.sections[0].header.paragraphs[0].text = "RUNNING HEAD"
    document.save(tmp_path / "a.docx")
    texts = [e.text for e in read(tmp_path / "a.docx").elements]
    assert texts == ["The limit is $200", "Call the office"]


def test_footnotes_follow_the_paragraph_that_refers_to_them(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("Leave is paid.")
    paragraph._p.append(parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>'))
    document.add_paragraph("Next paragraph.")
    document.save(tmp_path / "plain.docx")
    notes = (
        f'<w:footnotes {nsdecls("w")}><w:footnote w:type="separator" w:id="0"><w:p/></w:footnote>'
        '<w:footnote w:id="2"><w:p><w:r><w:t>Four fifths of the daily wage.</w:t></w:r></w:p></w:footnote>'
        "</w:footnotes>"
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    with zipfile.ZipFile(tmp_path / "plain.docx") as source, zipfile.ZipFile(tmp_path / "a.docx", "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name == "word/_rels/document.xml.rels":
                link = f'<Relationship Id="rIdF" Type="{kind}" Target="footnotes.xml"/></Relationships>'
                data = data.replace(b"</Relationships>", link.encode())
            target.writestr(name, data)
        target.writestr("word/footnotes.xml", notes)
    elements = read(tmp_path / "a.docx").elements
    assert [(e.text, getattr(e.metadata, "footnote", None)) for e in elements] == [
        ("Leave is paid.", None), ("Four fifths of the daily wage.", True), ("Next paragraph.", None),
    ]  # fmt: skip


def test_tables_repeat_merged_cells_and_know_their_header(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(4, 3)
    for row, texts in enumerate(
        [("職級", "假期", "假期"), ("", "首年", "其後"), ("主任", "14", "21"), ("幹事", "12", "18")]
    ):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    table.cell(0, 2).text = ""
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(0, 0).merge(table.cell(1, 0))
    document.save(tmp_path / "a.docx")
    (element,) = read(tmp_path / "a.docx").elements
    rows = [["職級", "假期", "假期"], ["職級", "首年", "其後"], ["主任", "14", "21"], ["幹事", "12", "18"]]
    assert (element.category, element.metadata.table_rows, element.metadata.table_header_rows) == ("Table", rows, 2)
    assert element.text.split("\n")[2] == "主任\t14\t21"
    assert "<th>職級</th>" in (element.metadata.text_as_html or "")


def test_nested_tables_follow_their_table(tmp_path: Path) -> None:
    document = Document()
    table = document.add_table(2, 2)
    for row in range(2):
        for column in range(2):
            table.cell(row, column).text = f"r{row}c{column}"
    inner = table.cell(1, 1).add_table(1, 2)
    inner.cell(0, 0).text, inner.cell(0, 1).text = "in", "side"
    document.save(tmp_path / "a.docx")
    assert [e.text for e in read(tmp_path / "a.docx").elements] == ["r0c0\tr0c1\nr1c0\tr1c1", "in\tside"]


def test_slides_are_pages_and_hidden_ones_are_noted(tmp_path: Path) -> None:
    deck = Presentation()
    first = deck.slides.add_slide(deck.slide_layouts[1])
    first.shapes.title.text = "防火須知"
    first.placeholders[1].text = "走火通道"
    line = first.placeholders[1].text_frame.add_paragraph()
    line.text, line.level = "不可上鎖", 1
    first.notes_slide.notes_text_frame.text = "提醒同事"
    hidden = deck.slides.add_slide(deck.slide_layouts[1])
    hidden.shapes.title.text = "草稿"
    hidden._element.set("show", "0")
    third = deck.slides.add_slide(deck.slide_layouts[6])
    for text, left, top in [("bottom", 1, 5), ("top right", 5, 1), ("top left", 1, 1)]:
        third.shapes.add_textbox(Inches(left), Inches(top), Inches(2), Inches(1)).text_frame.text = text
    deck.save(str(tmp_path / "a.pptx"))
    parsed = read(tmp_path / "a.pptx")
    assert parsed.page_count == 3
    assert parsed.notes == ["hidden_slide:2"]
    assert [(e.metadata.page_number, e.category, e.text) for e in parsed.elements] == [
        (1, "Title", "防火須知"), (1, "ListItem", "走火通道"), (1, "ListItem", "不可上鎖"),
        (1, "NarrativeText", "提醒同事"),
        (3, "NarrativeText", "top left"), (3, "NarrativeText", "top right"), (3, "NarrativeText", "bottom"),
    ]  # fmt: skip
    assert parsed.elements[2].metadata.category_depth == 1


def test_sheets_show_cells_as_excel_does_and_leave_hidden_ones_out(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "津貼"
    sheet["A1"] = "二零二四年度津貼表"
    sheet.merge_cells("A1:D1")
    sheet.append([])
    rows = [
        ("項目", "生效日期", "比率", "金額"),
        ("交通", date(2024, 4, 1), 0.12, 1200),
        ("膳食", date(2024, 5, 1), 0.05, 80),
    ]
    for row in rows:
        sheet.append(row)
    for row_number in (4, 5):
        sheet.cell(row_number, 2).number_format = "yyyy-mm-dd"
        sheet.cell(row_number, 3).number_format = "0%"
        sheet.cell(row_number, 4).number_format = '"HK$"#,##0'
    sheet["E4"] = "內部備註"
    sheet.column_dimensions["E"].hidden = True
    for cell in sheet[3]:
        cell.font = Font(bold=True)
    sheet["A9"], sheet["B9"], sheet["A10"], sheet["B10"] = "職位", "人數", "主任", 3
    book.create_sheet("工資").append(["秘密", 1])
    book["工資"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    parsed = read(tmp_path / "a.xlsx")
    assert sorted(parsed.notes) == ["hidden_columns:津貼", "hidden_sheet:工資"]
    tables = [e for e in parsed.elements if e.category == "Table"]
    assert tables[0].metadata.table_rows == [
        ["項目", "生效日期", "比率", "金額"], ["交通", "2024-04-01", "12%", "HK$1,200"],
        ["膳食", "2024-05-01", "5%", "HK$80"],
    ]  # fmt: skip
    assert tables[1].metadata.table_rows == [["職位", "人數"], ["主任", "3"]]
    assert [t.metadata.table_header_rows for t in tables] == [1, 1]
    assert [e.text for e in parsed.elements if e.category == "Title"] == ["津貼", "二零二四年度津貼表"]
    assert all(e.metadata.page_name == "津貼" and e.metadata.page_number is None for e in parsed.elements)


@pytest.mark.parametrize(
    ("pattern", "shown"),
    [
        ("[$-404]e/m/d", "115/8/9"),
        ('[$-zh-TW]ggge"年"m"月"d"日"', "中華民國115年8月9日"),
        ("e/m/d", "2026/8/9"),
        ("aaaa", "星期日"),
        ("m/d(aaa)", "8/9(週日)"),
        ("yyyy-mm-dd", "2026-08-09"),
        ("General", "46243"),
    ],
)
def test_dates_are_shown_in_east_asian_formats(tmp_path: Path, pattern: str, shown: str) -> None:
    book = openpyxl.Workbook()
    for row in (["日期", "更"], [46243, "早"], ["", "晚"]):
        book.active.append(row)
    book.active["A2"].number_format = pattern
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx").elements[-1].text.split("\n")[1].split("\t")[0] == shown


def test_paragraphs_whose_mark_is_deleted_by_a_tracked_change_are_one(tmp_path: Path) -> None:
    document = Document()
    for text in ("義工服務滿一年者，", "可獲紀念狀。", "名單每季公布。"):
        document.add_paragraph(text)
    mark = parse_xml(f'<w:rPr {nsdecls("w")}><w:del w:id="1" w:author="a" w:date="2026-01-01T00:00:00Z"/></w:rPr>')
    document.paragraphs[0]._p.get_or_add_pPr().append(mark)
    document.save(tmp_path / "a.docx")
    assert [e.text for e in read(tmp_path / "a.docx").elements] == ["義工服務滿一年者，可獲紀念狀。", "名單每季公布。"]


def test_raised_digits_stay_apart_from_the_figure_before_them(tmp_path: Path) -> None:
    document = Document()
    paragraph = document.add_paragraph("每月上限 30")
    paragraph.add_run("2").font.superscript = True
    paragraph.add_run(" 小時")
    document.save(tmp_path / "a.docx")
    (tmp_path / "a.html").write_text("<p>每月上限 30<sup><a href='#n'>2</a></sup> 小時</p>", encoding="utf-8")
    for name in ("a.docx", "a.html"):
        assert [e.text for e in read(tmp_path / name).elements] == ["每月上限 30² 小時"]


def test_a_header_of_two_rows_tells_its_columns_apart_only_together(tmp_path: Path) -> None:
    document = Document()
    rows = [
        ["更次", "平日", "平日", "假日", "假日"], ["更次", "職員", "義工", "職員", "義工"],
        ["早更", "3", "5", "2", "4"], ["晚更", "1", "0", "1", "1"],
    ]  # fmt: skip
    table = document.add_table(len(rows), 5)
    for cells, row in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, row, strict=True):
            cell.text = text
    document.save(tmp_path / "a.docx")
    assert read(tmp_path / "a.docx").elements[0].metadata.table_header_rows == 2


def test_rtf_reads_big5_headings_numbers_and_tables(tmp_path: Path) -> None:
    def big5(text: str) -> str:
        return "".join(f"\\'{byte:02x}" for byte in text.encode("big5"))

    (tmp_path / "a.rtf").write_text(
        "{\\rtf1\\ansi\\ansicpg950\\deff0{\\fonttbl{\\f0\\fcharset136 PMingLiU;}}"
        "{\\stylesheet{\\s1 heading 1;}}{\\*\\generator x;}"
        f"\\pard\\s1 {big5('許功蓋的假期')}\\par\\pard {{\\listtext 1.1\\tab}}{big5('員工')}\\u30149?\\par"
        f"\\trowd\\cellx100\\cellx200\\pard\\intbl {big5('職級')}\\cell {big5('日數')}\\cell\\row"
        "\\trowd\\cellx100\\cellx200\\pard\\intbl A\\cell 14\\cell\\row\\pard end\\par}",
        encoding="ascii",
    )
    assert seen(read(tmp_path / "a.rtf").elements) == [
        ("Title", None, "許功蓋的假期"), ("ListItem", "1.1", "員工" + chr(30149)),
        ("Table", None, "職級\t日數\nA\t14"), ("NarrativeText", None, "end"),
    ]  # fmt: skip


ODT = """<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"
 xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0"><office:automatic-styles>
 <text:list-style style:name="L1"><text:list-level-style-number text:level="1" style:num-format="1"
 style:num-suffix="."/>
 <text:list-level-style-number text:level="2" style:num-format="a" style:num-prefix="(" style:num-suffix=")"/>
 </text:list-style></office:automatic-styles><office:body><office:text><text:h text:outline-level="2">假期</text:h>
 <text:list text:style-name="L1"><text:list-item><text:p>病假</text:p><text:list><text:list-item><text:p>證明</text:p>
 </text:list-item></text:list></text:list-item><text:list-item><text:p>年假</text:p></text:list-item></text:list>
 <table:table><table:table-row><table:table-cell table:number-columns-spanned="2"><text:p>甲</text:p></table:table-cell>
 <table:covered-table-cell/></table:table-row><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell>
 <table:table-cell><text:p>2</text:p></table:table-cell></table:table-row></table:table></office:text></office:body>
 </office:document-content>"""


def test_odt_lists_and_spans(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.odt", "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        archive.writestr("content.xml", ODT)
    elements = read(tmp_path / "a.odt").elements
    assert seen(elements) == [
        ("Title", None, "假期"), ("ListItem", "1", "病假"), ("ListItem", "(a)", "證明"), ("ListItem", "2", "年假"),
        ("Table", None, "甲\t甲\n1\t2"),
    ]  # fmt: skip
    assert elements[0].metadata.category_depth == 1


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def entities(path: Path) -> None:
    bomb = '<!DOCTYPE d [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document>&b;</w:document>'
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", bomb)


def encrypted(path: Path) -> None:
    plain = path.read_bytes()
    with path.open("wb") as file, path.with_suffix(".tmp").open("w+b") as source:
        source.write(plain)
        source.seek(0)
        ooxml.OOXMLFile(source).encrypt("password", file)


@pytest.mark.parametrize(
    ("damage", "code"),
    [(truncated, "file_broken"), (entities, "file_too_complex"), (encrypted, "file_encrypted")],
)
def test_bad_office_files_are_rejected_with_one_clear_error(
    tmp_path: Path, damage: Callable[[Path], None], code: str
) -> None:
    document = Document()
    document.add_paragraph("text")
    document.save(tmp_path / "a.docx")
    damage(tmp_path / "a.docx")
    with pytest.raises(FileRejected) as caught:
        read(tmp_path / "a.docx")
    assert caught.value.code == code


def test_a_document_of_images_only_is_rejected_as_without_text(tmp_path: Path) -> None:
    picture = tmp_path / "p.png"
    Image.new("RGB", (8, 8)).save(picture)
    document = Document()
    document.add_picture(str(picture))
    document.save(tmp_path / "a.docx")
    with pytest.raises(FileRejected) as caught:
        read(tmp_path / "a.docx")
    assert caught.value.code == "file_no_text"


def test_no_parser_imports_code_that_downloads_models(tmp_path: Path) -> None:
    """unstructured's classifier downloads a spaCy model; the element classes must stay usable without it."""
    (tmp_path / "a.txt").write_text("Some words of text.\n\n第一章 假期\n", encoding="utf-8")
    code = (
        "import sys; from pathlib import Path; from ingest.parsers.shared.parsed_document import ParseContext\n"
        "from ingest.parsers.dispatch import _MODULE_OF_KIND, parse_file\nimport importlib\n"
        "modules = {m for m in _MODULE_OF_KIND.values() if not m.startswith('pdf.')}\n"
        "[importlib.import_module('ingest.parsers.' + m) for m in modules]\n"
        "from kb.core.settings import Settings\n"
        "p = Path(sys.argv[1])\nparse_file(p, ParseContext(p.name, Settings()))\n"
        "print([m for m in sys.modules if m.startswith(('unstructured.nlp', 'spacy', 'nltk', 'torch'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "a.txt")], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
