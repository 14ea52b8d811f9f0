"""The parts of the checker: figures, modes, names, and the sentences of a stream."""

from __future__ import annotations

import pytest

from assistant.answers.model_output import read_sentences
from assistant.checking.figure_claims import claimed_figures, opposite_bounds, source_figures
from assistant.checking.named_things import swapped_names, unknown_names
from assistant.checking.polarity import agree, clauses, modes
from assistant.question import _is_faithful


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("年假最多可結轉五日", "最多可結轉5天到下一年度"),
        ("within 14 working days", "14個工作天內"),
        ("每月收費$1,200", "日間護理\t1200\t綜援全免"),
        ("上午8時至晚上8時", "8:00 a.m. to 8 p.m."),
        ("20:00關門", "晚上八時"),
        ("逢星期二", "every Tuesday"),
        ("two staff members", "兩名職員"),
        ("2026年4月1日起", "effective 2026-04-01"),
        ("1/4/2026", "2026年4月1日"),
        ("三萬五千元", "HK$35,000"),
        ("可以上訴，14天內", "14天內可提出上訴"),
        ("within eighteen working days", "18個工作天內"),
        ("三時限期", "三時限期"),
        ("約二三十點", "二三十點左右"),
    ],
)
def test_one_figure_in_two_spellings(claim: str, source: str) -> None:
    assert claimed_figures(claim) - source_figures(source) == set()
    assert opposite_bounds(claim, source) == set()


@pytest.mark.parametrize(
    ("claim", "source"),
    [
        ("14天內遞交", "within 14 working days"),
        ("下午八時半開門", "08:30 開門"),
        ("三名社工", "兩名社工"),
        ("seventy people", "六十人"),
        ("收費500元", "500名長者"),
        ("US$500", "500元"),
        ("45個月", "45日"),
        ("逢星期三", "every Tuesday"),
        ("7月1日", "1月7日"),
    ],
)
def test_another_figure(claim: str, source: str) -> None:
    assert claimed_figures(claim) - source_figures(source)


def test_at_least_is_not_at_most() -> None:
    assert opposite_bounds("最少兩名職員當值", "最多兩名職員當值")
    assert opposite_bounds("at least HK$800", "上限為港幣800元")
    assert not opposite_bounds("至少兩名職員", "最少兩名職員")


@pytest.mark.parametrize(
    ("claim", "source", "fits"),
    [
        ("可以結轉", "最多可結轉", True),
        ("不可結轉", "最多可結轉", False),
        ("毋須證明書", "不須證明書", True),
        ("毋須批准", "不得批准", False),
        ("staff may accept gifts", "員工不得接受饋贈", False),
        ("staff must not accept gifts", "員工不可接受饋贈", True),
        ("未放取的年假可結轉", "年假可結轉", True),
        ("須於兩小時內通知", "不得遲於兩小時通知", True),
        ("有生日假", "沒有生日假", False),
    ],
)
def test_may_and_must_not(claim: str, source: str, fits: bool) -> None:
    ours, theirs = (modes(clauses(text)[0]) for text in (claim, source))
    assert agree(ours, theirs) is fits


def test_names() -> None:
    def is_word(word: str) -> bool:
        return word.lower() in {"manager", "human", "resources"}

    source = "傳媒來電由傳訊經理 Mr Hui Pak Lam 處理，表格CP-1交總幹事。"
    assert unknown_names("The Manager Hui Pak Lam takes it", source, is_word) == []
    assert unknown_names("Ask Peter Wong", source, is_word)
    assert unknown_names("填表格CP-2", source, is_word)
    assert unknown_names("交院長批准", source, is_word) == ["院长"]
    assert unknown_names("見《員工守則》", source, is_word) == ["員工守則"]
    assert swapped_names("病假最多5天", "年假最多可結轉5天") == ["病假"]
    assert swapped_names("年假最多5天", "年假最多可結轉5天，病假另計") == []


def test_sentences_are_yielded_as_soon_as_they_are_complete() -> None:
    pieces = ["第一", "句。[1]", "第二句", "[2][3]。", "\n- **第三句** [4, 5]", "。第三句。"]
    found = list(read_sentences(pieces))
    assert [(one.text, one.cited) for one in found] == [
        ("第一句。", (1,)),
        ("第二句。", (2, 3)),
        ("第三句。", (4, 5)),
    ]


def test_a_model_that_repeats_itself_is_stopped() -> None:
    asked = 0

    def endless() -> object:
        nonlocal asked
        while True:
            asked += 1
            yield "同一句說話。"

    assert len(list(read_sentences(endless()))) == 1  # type: ignore[arg-type]
    assert asked < 10


def test_a_rewritten_question_adds_nothing_new() -> None:
    history = ["全職員工有幾多日年假？"]
    assert _is_faithful("兼職員工有幾多日年假？", "咁兼職呢？", history)
    assert not _is_faithful("兼職員工有14日年假？", "咁兼職呢？", history)
    assert not _is_faithful("公司的牙科保險包括甚麼？", "咁兼職呢？", history)
    assert not _is_faithful("How much leave do part-time staff have?", "咁兼職呢？", history)
