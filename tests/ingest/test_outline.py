"""Outline: headings and clause numbers → sections and blocks, on hand-made elements."""

from __future__ import annotations

import pytest
from unstructured.documents.elements import Element, Table, Text

from ingest.structure.annexes import clause_key
from ingest.structure.blocks import Outline
from ingest.structure.clause_markers import markers
from ingest.structure.outline import build
from kb.language.quantities.numerals import ordinal
from tests.helpers.elements import item, metadata, para, title


def tree(outline: Outline) -> list[tuple[int, str | None, str]]:
    return [(s.level, s.clause, s.heading) for s in outline.sections]


def clauses(outline: Outline) -> list[str | None]:
    return [b.clause for b in outline.blocks]


def test_numbers_decide_the_depth_whatever_the_type_size() -> None:
    outline = build(
        [
            title("第三章 假期", 0),
            title("3.1 年假", 0),
            para("3.1.1 員工服務滿一年，可享年假十二天。"),
            title("3.2 病假", 2),
            para("3.2.1 員工須呈交醫生證明書。"),
            title("第四章 薪酬", 1),
        ]
    )
    assert tree(outline) == [
        (1, "3", "第三章 假期"),
        (2, "3.1", "3.1 年假"),
        (2, "3.2", "3.2 病假"),
        (1, "4", "第四章 薪酬"),
    ]
    assert clauses(outline) == ["3", "3.1", "3.1.1", "3.2", "3.2.1", "4"]


def test_chapter_name_on_the_next_line_belongs_to_the_heading() -> None:
    outline = build(
        [title("Chapter 2"), title("Leave", 1), title("2.1 General", 1), para("2.1.1 Staff may take leave.")]
    )
    assert tree(outline) == [(1, "2", "Chapter 2 Leave"), (2, "2.1", "2.1 General")]
    assert [b.text for b in outline.blocks[:2]] == ["Chapter 2", "Leave"]


def test_items_have_the_path_of_the_clause_around_them() -> None:
    outline = build(
        [
            para("3.1 Cover"),
            para("3.1.1 The following are covered:"),
            item("(a) meals;"),
            item("(i) breakfast"),
            item("(ii) dinner"),
            item("(b) travel."),
            para("Receipts are needed for all of them."),
        ]
    )
    assert clauses(outline)[1:] == ["3.1.1", "3.1.1(a)", "3.1.1(a)(i)", "3.1.1(a)(ii)", "3.1.1(b)", "3.1.1"]


def test_letter_i_after_h_is_a_letter() -> None:
    letters = [item(f"({letter}) 項目") for letter in "abcdefghi"]
    assert clauses(build([para("2.1 範圍"), *letters]))[-1] == "2.1(i)"


def test_chinese_numbering_nests() -> None:
    outline = build(
        [
            para("一、目的"),
            para("（一）保障員工；"),
            para("（二）保障服務對象。"),
            para("二、範圍"),
            para("（一）全體員工。"),
        ]
    )
    assert clauses(outline) == ["一", "一(一)", "一(二)", "二", "二(一)"]


def test_automatic_numbers_count_although_they_are_not_in_the_text() -> None:
    outline = build(
        [
            title("Leave", clause="3.2"),
            para("Staff shall apply early.", clause="3.2.1"),
            item("in writing", clause="(a)"),
        ]
    )
    assert clauses(outline) == ["3.2", "3.2.1", "3.2.1(a)"]
    assert outline.sections[0].heading == "3.2 Leave"
    assert [b.text for b in outline.blocks] == ["Leave", "Staff shall apply early.", "in writing"]


@pytest.mark.parametrize(
    "text",
    [
        "2022.1.3 起生效",
        "3.5 million was spent.",
        "12.30 p.m. is lunch time.",
        "1.5 hours of overtime",
        "3.2 元一份",
        "2026. The year began well.",
        "3.1.2 and 3.1.3 apply as well.",
        "9.9 Something far away",
        "第三章所述的規定適用。",
        "Chapter 3 applies to all staff.",
        "Annex 2 shows the form to be used.",
    ],
)
def test_what_looks_like_a_clause_number_and_is_none(text: str) -> None:
    outline = build(
        [title("3 Leave"), title("3.1 Annual leave", 1), para("3.1.1 Twelve days."), para(text), para("3.1.2 Plan.")]
    )
    assert clauses(outline)[2:] == ["3.1.1", "3.1.1", "3.1.2"]
    assert len(outline.sections) == 2


def test_an_annex_opens_a_section_and_its_clauses_name_it() -> None:
    outline = build(
        [
            title("1 General"),
            para("1.1 Words."),
            title("Annex 2"),
            title("Claim form", 1),
            para("1. Fill in all parts."),
            para("2. Sign."),
            Text("Annex 2", metadata=metadata(2)),
            para("3. Send it in.", 2),
            title("附件三 年假表", 0, 3),
            para("1.1 表格", 3),
        ]
    )
    assert tree(outline)[1:] == [(1, "Annex 2", "Annex 2 Claim form"), (1, "附件 3", "附件三 年假表")]
    assert [c for c in clauses(outline) if c and "§" in c] == ["Annex 2 §1", "Annex 2 §2", "Annex 2 §3", "附件 3 §1.1"]


def test_table_of_contents_gives_no_sections() -> None:
    outline = build(
        [
            title("Contents"),
            para("Chapter 1 Leave ........ 3"),
            para("1.1 Annual leave ........ 3"),
            para("Chapter 2 Pay ........ 5"),
            title("Chapter 1", 0, 3),
            title("Leave", 1, 3),
            para("1.1 Annual leave is twelve days.", 3),
        ]
    )
    assert [b.kind for b in outline.blocks] == ["toc"] * 4 + ["heading", "heading", "text"]
    assert outline.sections[-1].heading == "Chapter 1 Leave"


def test_headings_without_numbers_nest_by_depth() -> None:
    outline = build(
        [title("Leave", 0), para("Text."), title("Sick leave", 1), para("Text."), title("Pay", 0), para("Text.")]
    )
    assert [(s.heading, s.parent) for s in outline.sections] == [("Leave", None), ("Sick leave", 0), ("Pay", None)]


def test_the_documents_own_title_is_no_section() -> None:
    outline = build([title("員工手冊"), title("第一章 總則", 1), para("1.1 本手冊適用於全體員工。")], "員工手冊")
    assert tree(outline)[1:] == [(1, "1", "第一章 總則")]
    assert outline.blocks[0].text == "員工手冊"


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [
        (
            "3.1 Staff who have worked for a year may",
            "take twelve days.",
            "3.1 Staff who have worked for a year may take twelve days.",
        ),
        (
            "3.1 凡服務滿一年並通過試用期的全職員工，每年均可",
            "享有年假十二天。",
            "3.1 凡服務滿一年並通過試用期的全職員工，每年均可享有年假十二天。",
        ),
    ],
)
def test_a_paragraph_cut_by_the_page_is_one(first: str, second: str, joined: str) -> None:
    block = build([para(first, 1), para(second, 2)]).blocks[0]
    assert (block.text, block.pages) == (joined, (1, 2))
    assert block.text[block.parts[1].start :] == second


def test_a_table_over_two_pages_is_one_table() -> None:
    head, more = ["職級", "年假"], [["二級", "14"]]
    outline = build(
        [
            Table("職級\t年假\n一級\t12", metadata=metadata(1, table_rows=[head, ["一級", "12"]], table_header_rows=1)),
            Table("二級\t14", metadata=metadata(2, table_rows=more, table_header_rows=0, continued=True)),
        ]
    )
    [block] = outline.blocks
    assert block.text == "職級\t年假\n一級\t12\n二級\t14"
    assert block.pages == (1, 2)
    assert block.table is not None
    assert block.table.header_rows == 1


def test_numbers_and_keys() -> None:
    assert [ordinal(t) for t in ("十", "二十三", "一百零五", "二零二六")] == [10, 23, 105, 2026]
    assert clause_key("附件 2 §3") == clause_key("Annex 2 §3")
    assert markers("（３）三項")[0].value == (3,)
    assert markers("3.2.1(a)(ii) text")[0].tail[1].label == "(ii)"


def test_no_elements_no_outline() -> None:
    elements: list[Element] = []
    assert build(elements).blocks == []


def test_a_clause_may_start_with_a_figure() -> None:
    outline = build(
        [
            title("1 招募"),
            para("1.1 義工須年滿14歲。"),
            para("1.2 70歲或以上義工須申報健康狀況，不安排扶抱的工作。"),
            para("1.3 45 17.5"),
        ],
        "義工",
    )
    assert clauses(outline) == ["1", "1.1", "1.2", "1.2"]


def test_a_chapter_with_the_title_of_the_document_is_still_a_chapter() -> None:
    outline = build([title("第五章 假期"), para("5.3 年假。"), para("5.6 年假可結轉。")], "第五章 假期")
    assert clauses(outline) == ["5", "5.3", "5.6"]
