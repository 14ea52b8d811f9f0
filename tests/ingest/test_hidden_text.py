"""Text that a reader of the page or sheet does not see is not read; what a click opens is."""

from __future__ import annotations

import time
from pathlib import Path

import openpyxl
import pytest
from openpyxl.styles import Font, PatternFill

from ingest.parsers.dispatch import parse_file
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.settings import Settings

SECRET = "泊車位每日收二百元"


def read(path: Path) -> ParsedDocument:
    return parse_file(path, ParseContext(path.name, Settings()))


def page(tmp_path: Path, body: str, style: str = "") -> ParsedDocument:
    path = tmp_path / "a.html"
    path.write_text(f"<html><head><style>{style}</style></head><body><p>泊車須登記。</p>{body}</body></html>", "utf-8")
    return read(path)


def text_of(parsed: ParsedDocument) -> str:
    return "\n".join(element.text for element in parsed.elements)


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<div hidden><p>{}</p></div>", ""),
        ("<p class=off>{}</p>", ".off, .gone { display: none !important }"),
        ("<section id=x><p>{}</p></section>", "#x > p { visibility: hidden }"),
        ("<p style='color: white'>{}</p>", ""),
        ("<div style='background-color:#222'><p style='color:#222'>{}</p></div>", ""),
        ("<p style='font-size: 1px'>{}</p>", ""),
        ("<p style='position:absolute; top:-5000px'>{}</p>", ""),
        ("<p style='text-indent:-9999px'>{}</p>", ""),
        ("<span style='opacity: 0'>{}</span>", ""),
        ("<p style='position:absolute;clip:rect(0 0 0 0)'>{}</p>", ""),
    ],
)
def test_what_a_browser_hides_is_not_read(tmp_path: Path, body: str, style: str) -> None:
    parsed = page(tmp_path, body.format(SECRET), style)
    assert text_of(parsed) == "泊車須登記。"
    assert parsed.notes == ["hidden_text:1"]


@pytest.mark.parametrize(
    ("body", "style"),
    [
        ("<a href='#more'>詳情</a><div id=more style='display:none'>{}</div>", ""),
        ("<button aria-controls=p1>收費</button><p>-</p><div id=p1 hidden>{}</div>", ""),
        ("<h3>收費</h3><div class='faq-answer'>{}</div>", ".faq-answer{display:none}"),
        ("<div style='background:#036'><p style='color:#fff'>{}</p></div>", ""),
        ("<p class=print>{}</p>", "@media print { .print { display: none } }"),
        ("<p style='text-indent:-2em'>{}</p>", ""),
    ],
)
def test_what_a_reader_can_see_is_read(tmp_path: Path, body: str, style: str) -> None:
    parsed = page(tmp_path, body.format(SECRET), style)
    assert SECRET in text_of(parsed)
    assert parsed.notes == []


def test_invisible_cells_of_a_sheet_are_not_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in (["項目", "收費"], ["泊車", 200], ["單車", 7], ["巴士", 9], ["電梯", "免費"]):
        sheet.append(row)
    sheet["B2"].font = Font(color="FFFFFF")
    sheet["B3"].number_format = ";;;"
    sheet["B4"].font = Font(color="FFFFFF")
    sheet["B4"].fill = PatternFill("solid", fgColor="003366")  # white on blue is seen
    sheet["B5"].number_format = ";;;"
    book.save(tmp_path / "a.xlsx")
    assert text_of(read(tmp_path / "a.xlsx")).split("\n")[1:] == ["項目\t收費", "泊車\t", "單車\t", "巴士\t9", "電梯\t"]


def test_many_style_rules_take_no_time(tmp_path: Path) -> None:
    rules = "".join(f".c{n} p:not(.k{n}) {{ display: none }} .d{n} {{ color: #123 }}" for n in range(3000))
    body = "".join(f"<p class='d{n}'>行{n}</p>" for n in range(800))
    started = time.perf_counter()
    parsed = page(tmp_path, body + f"<p class=off>{SECRET}</p>", ".off { display: none }" + rules)
    assert time.perf_counter() - started < 8
    assert SECRET not in text_of(parsed)
