"""A quoted table row has the names of its own table's columns, and the units that they give to its figures."""

from __future__ import annotations

import pytest

from assistant.answers.quote_selection import choose
from assistant.evidence.answer_kinds import kinds, share
from assistant.evidence.quotable_spans import QuotableSpan, column_names, readable_row, spans_of
from assistant.evidence.row_units import with_units
from ingest.chunking.chunker import chunk
from ingest.parsers.shared.element_builder import ElementBuilder
from ingest.structure.outline import build
from kb.language.script import fold
from kb.search.passage import Passage
from tests.assistant.test_choose import scored
from tests.ingest.test_chunk import count

SWIMMING = [["組別", "月費（元）", "備註"], ["兒童", "95", "須家長陪同"], ["長者", "40", ""], ["會員", "60", ""]]
STAFF = [["職位", "候命津貼"], ["領隊", "$70"], ["救生員", "$55"]]


def passages(*tables: tuple[list[list[str]], int], max_tokens: int = 200) -> list[Passage]:
    """Read tables as a parser gives them, with so many header rows each, and return the passages of their section."""
    builder = ElementBuilder()
    builder.title("收費", 0)
    for rows, header_rows in tables:
        builder.narrative("見下表。")
        builder.table(rows, header_rows)
    chunks = chunk(build(builder.elements, "泳會"), count_tokens=count, max_tokens=max_tokens, title="泳會")
    return [
        Passage(
            number, "a.docx", "泳會", 1, 1, "main", None, one.heading_path, one.text, [], [], [], [], one.kind,
            "zh-Hant", tables=tuple(one.tables),
        )
        for number, one in enumerate(chunks)
    ]  # fmt: skip


def row(found: list[Passage], start: str) -> QuotableSpan:
    return next(span for one in found for span in spans_of(one) if span.text.startswith(start))


def test_each_row_has_the_columns_of_its_own_table() -> None:
    found = passages((SWIMMING, 1), (STAFF, 1))
    assert readable_row(row(found, "長者")) == "組別：長者 ｜ 月費（元）：40"  # its last cell is empty
    assert readable_row(row(found, "救生員")) == "職位：救生員 ｜ 候命津貼：$55"


def test_a_table_without_a_header_takes_none_from_its_first_row() -> None:
    letter = [["致", "各單位主管"], ["事由", "請於九月三日前回覆。"]]
    assert readable_row(row(passages((SWIMMING, 1), (letter, 0)), "事由")) == "事由 ｜ 請於九月三日前回覆。"


def test_a_merged_text_stands_once_and_two_equal_figures_twice() -> None:
    merged = [["說明", *["本會保留修訂以上各項收費的權利。"] * 3], ["費用", "30", "30", "45"]]
    found = passages((merged, 0))
    assert readable_row(row(found, "說明")) == "說明 ｜ 本會保留修訂以上各項收費的權利。"
    assert readable_row(row(found, "費用")) == "費用 ｜ 30 ｜ 30 ｜ 45"


def test_two_header_rows_make_one_name() -> None:
    rows = [["年期", "全職", "全職", "兼職"], ["年期", "年假", "病假", "年假"], ["首年", "9", "13", "5"]]
    found = passages((rows, 2))
    assert readable_row(row(found, "首年")) == "年期：首年 ｜ 全職 年假：9 ｜ 全職 病假：13 ｜ 兼職 年假：5"


def test_a_table_that_goes_on_in_the_next_chunk_keeps_its_columns() -> None:
    rows = [SWIMMING[0], *([f"第{n}組", str(n), "逢星期一及星期四上課，須於開課前繳費"] for n in range(30))]
    found = passages((rows, 1), max_tokens=120)
    assert len(found) > 2
    assert all(
        readable_row(row(found, f"第{n}組")).startswith(f"組別：第{n}組 ｜ 月費（元）：{n} ｜") for n in range(30)
    )


def test_a_header_row_is_not_quoted() -> None:
    [one] = passages((SWIMMING, 1))
    assert column_names(row([one], "組別")) == []
    assert [quote.text for quote in choose(scored(one, {"組別": 9.0, "兒童": 8.0}))] == ["兒童\t95\t須家長陪同"]


@pytest.mark.parametrize(
    ("column", "cell", "text", "question"),
    [
        ("病假日數", "24", "24日", "病假有幾多日？"),
        ("月費（元）", "40", "40元", "月費幾錢？"),
        ("每更（小時）", "8", "8小時", "每更幾多個鐘？"),
        ("No. of days", "14", "14 days", "how many days of leave?"),
        ("收費", "73", "73元", "收費幾錢？"),
        ("人數", "12", "12人", "人數係幾多？"),
    ],
)
def test_a_bare_figure_has_the_unit_of_its_column(column: str, cell: str, text: str, question: str) -> None:
    span = row(passages(([["項目", column], ["甲", cell], ["乙", "免費"]], 1)), "甲")
    assert with_units(span) == fold(f"甲\t{text}")
    assert share(kinds(question), with_units(span), frozenset()) == 1.0


def test_a_figure_with_its_own_unit_stays() -> None:
    span = row(passages(([["項目", "日數"], ["甲", "3 星期"]], 1)), "甲")
    assert with_units(span) == "甲\t3 星期"
