"""The title that intake proposes: what a document is about, not a letterhead and not what a program wrote."""

from __future__ import annotations

from pathlib import Path

import docx
import pytest
from reportlab.pdfgen.canvas import Canvas

from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.parsed_document import ParseContext
from ingest.structure.document_title import choose_title
from kb.core.settings import Settings
from tests.helpers.elements import para, title

FILE = "假期新安排.pdf"


@pytest.mark.parametrize(
    "stated",
    [
        # programs
        "Microsoft Word - leave_final.doc",
        "untitled",
        "Untitled-1",
        "Document1",
        "PowerPoint Presentation",
        "Scan",
        "Scanned Document",
        "scan0012",
        "Adobe Scan 08.11.2026",
        "CamScanner 11-08-2026 10.23",
        "IMG_20261108_1023",
        "20261108102355",
        "leave.docx",
        "C:\\Users\\may\\leave.doc",
        "無標題",
        "未命名文件.pub",
        "簡報1",
        "工作表1",
        "新增 Microsoft Word 文件",
        "(anonymous)",
        "附件",
        # letterheads
        "青松長者服務社",
        "青 松 長 者 服 務 社",
        "青松長者服務社（灣仔）",
        "青松社會服務有限公司",
        "青松護老院",
        "人力資源部",
        "青松長者服務社 Green Pine Elderly Services Society",
        "Green Pine Elderly Services Limited",
        "THE GREEN PINE ASSOCIATION",
        "Green Pine Society for the Aged",
        "Human Resources Department",
        "Green Pine Elderly Services – Circular",
        # addresses
        "香港灣仔松樹街 12 號 3 樓",
        "Flat A, 3/F, 12 Pine Street, Wan Chai, Hong Kong",
        "Tel: 2000 0000  Fax: 2000 0001",
        "電話：2000 0000",
        "office@pine.example",
        "www.pine.example",
        # kinds of paper
        "通告",
        "內部通告",
        "CIRCULAR",
        "Circular 通告",
        "Internal Memo",
        "MEMORANDUM",
        "備忘錄",
        "通告第 12/2026 號",
        "Circular No. 12/2026",
        # to whom, when, how
        "致：全體職員",
        "To: All staff",
        "From: The Director",
        "檔號：GP/HR/12",
        "Our Ref: GP/HR/12",
        "日期：2026年4月1日",
        "1 April 2026",
        "Wednesday, 1 April 2026",
        "2026年4月1日（星期三）",
        "傳真通知",
        "二〇二六年四月一日",
        "機密",
        "STRICTLY CONFIDENTIAL",
        "Dear colleagues,",
        "敬啟者：",
        "第 1 頁，共 3 頁",
        "Page 1 of 3",
        # pictures
        "Green Pine logo",
        "青松標誌",
        "1.1 Purpose",
        "******",
    ],
)
def test_what_is_no_title_gives_way_to_the_name_of_the_file(stated: str) -> None:
    assert choose_title(stated, [], [para("All staff shall read this.")], FILE) == "假期新安排"
    assert choose_title(None, [stated], [para(stated)], f"circulars/{FILE}") == "假期新安排"
    assert choose_title(stated, [stated, "颱風期間的當值安排"], [], FILE) == "颱風期間的當值安排"


@pytest.mark.parametrize(
    "stated",
    [
        "員工手冊",
        "青松長者服務社員工手冊",
        "青松護老院探訪安排",
        "Green Pine Elderly Services Staff Handbook",
        "Guide to Services for Carers",
        "週年大會籌備須知",
        "2026 年度職員週年大會",
        "Working hours in a typhoon",
        "Leave 2026/27",
        "第三章 假期",
        "颱風 8 號及黑雨安排",
        "A guide to the Hong Kong pension scheme for staff of Kowloon centres",
        "Scanning of residents' records",
        "Draft budget 2027",
        "通告第2026-03號：修訂值勤安排",
        "單位主管會議紀錄（2026年2月）",
        "通告的發出程序",
        "簽署文件的權限",
    ],
)
def test_a_title_stays(stated: str) -> None:
    assert choose_title(stated, [], [], "x.docx") == stated


@pytest.mark.parametrize(
    ("stated", "shown"),
    [
        ("Fw: Re: 車輛安排", "車輛安排"),
        ("回覆：車輛安排", "車輛安排"),
        ("【車輛安排】", "車輛安排"),
        ("《車輛安排》及《泊車安排》", "《車輛安排》及《泊車安排》"),
        ("探訪須知 | 青松長者服務社", "探訪須知"),
        ("Visiting hours - Green Pine Elderly Services Society", "Visiting hours"),
        ("主頁 » 探訪須知 » 青松長者服務社", "探訪須知"),
        ("Leave - part 2", "Leave - part 2"),
        ("  Staff \n handbook ", "Staff handbook"),
    ],
)
def test_what_is_around_a_title_is_left_out(stated: str, shown: str) -> None:
    assert choose_title(stated, [], [], "x.html") == shown


def test_a_memo_is_called_by_its_subject() -> None:
    memo = [
        "青松長者服務社",
        "MEMO",
        "To: All staff",
        "From: HR",
        "Date: 1 April 2026",
        "Subject: Annual leave in 2026",
    ]
    assert choose_title("MEMO", [], [para(one) for one in memo], "memo.docx") == "Annual leave in 2026"
    circular = ["青松長者服務社", "內部通告", "致：全體職員", "由：院長", "事由：颱風當值", "各位同事："]
    assert choose_title("上年度的通告", [], [para(one) for one in circular], "a.docx") == "颱風當值"
    parted = ["致 :", "全體職員", "主題 ：", "探訪時間"]
    assert choose_title(None, [], [para(one) for one in parted], "a.docx") == "探訪時間"
    # a page about subjects is no letter
    assert choose_title("Choosing courses", [], [para("Subject: mathematics")], "a.docx") == "Choosing courses"


def test_a_heading_names_what_neither_file_nor_page_names() -> None:
    body = [title("青松長者服務社"), title("探訪須知"), para("探訪者須登記。")]
    assert choose_title("青松長者服務社", [], body, "scan0003.pdf") == "探訪須知"
    assert choose_title(None, [], [para("探訪者須登記。")], "scan0003.pdf") == "scan0003"
    assert choose_title("Microsoft Word - x.doc", [], [], "") == "Microsoft Word - x.doc"


def test_a_pdf_with_a_letterhead_is_called_by_what_it_is_about(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "c12.pdf"
    canvas = Canvas(str(path), invariant=1)
    canvas.setTitle("Microsoft Word - c12.doc")
    for y, size, text in (
        (790, 22, "Green Pine Elderly Services Society"),
        (770, 9, "12 Pine Street, Wan Chai, Hong Kong   Tel: 2000 0000"),
        (730, 18, "CIRCULAR"),
        (690, 15, "Visiting hours during the renovation"),
    ):
        canvas.setFont("Helvetica-Bold", size)
        canvas.drawString(60, y, text)
    canvas.setFont("Helvetica", 11)
    for line in range(12):
        canvas.drawString(
            60, 650 - 20 * line, f"Visitors of floor {line} shall come between {line} and {line + 2} p.m."
        )
    canvas.save()
    parsed = parse_file(path, ParseContext(path.name, settings))
    assert choose_title(parsed.title, parsed.large_lines, parsed.elements, path.name) == (
        "Visiting hours during the renovation"
    )


def test_a_word_file_whose_title_style_is_the_letterhead(tmp_path: Path, settings: Settings) -> None:
    path = tmp_path / "探訪須知.docx"
    document = docx.Document()
    document.core_properties.title = "Document1"
    document.add_paragraph("青松長者服務社", style="Title")
    document.add_paragraph("探訪者須在接待處登記。")
    document.save(str(path))
    parsed = parse_file(path, ParseContext(path.name, settings))
    assert choose_title(parsed.title, parsed.large_lines, parsed.elements, path.name) == "探訪須知"
