"""The spans that are quoted: neighbours are joined, no headings, as many as fit on a phone."""

import numpy as np

from assistant.answers.quote_selection import MAX_QUOTES, MAX_WIDTH, choose
from assistant.evidence.quotable_spans import spans_of
from assistant.evidence.scoring import FEATURES, ScoredSpan
from kb.language.script import display_width
from kb.search.passage import Passage

CLAUSES = "2.1 甲須於三日內辦妥。\n2.2 乙由主任批核。\n2.3 丙不設上限。\n2.4 丁須另行申請。\n2.5 戊照舊辦理。"


def passage(text: str, chunk: int = 1, title: str = "手冊", headings: tuple[str, ...] = ()) -> Passage:
    return Passage(
        chunk, "d.txt", title, 1, 1, "main", None, list(headings), text, [], [], [], [], "text", "zh-Hant"
    )  # fmt: skip


def scored(one: Passage, scores: dict[str, float]) -> list[ScoredSpan]:
    """Score the spans that contain the given words, best first."""
    found = [
        ScoredSpan(span, np.zeros(len(FEATURES)), 0.8, score)
        for span in spans_of(one)
        for words, score in scores.items()
        if words in span.text
    ]
    return sorted(found, key=lambda each: -each.score)


def test_neighbours_are_quoted_in_one_piece() -> None:
    quotes = choose(scored(passage(CLAUSES), {"甲": 9.0, "丙": 8.0}))
    assert [quote.text for quote in quotes] == ["2.1 甲須於三日內辦妥。\n2.2 乙由主任批核。\n2.3 丙不設上限。"]


def test_clauses_far_apart_stay_apart_and_the_best_comes_first() -> None:
    quotes = choose(scored(passage(CLAUSES), {"戊": 9.0, "甲": 8.0}))
    assert [quote.text[:3] for quote in quotes] == ["2.5", "2.1"]


def test_a_much_less_likely_span_is_not_quoted() -> None:
    quotes = choose(scored(passage(CLAUSES), {"甲": 9.0, "戊": 1.0}))
    assert len(quotes) == 1


def test_neither_a_heading_nor_a_letterhead_is_quoted() -> None:
    one = passage("請假\n晨光中心 2025年8月\n2.1 甲須於三日內辦妥。", headings=("請假",))
    quotes = choose(scored(one, {"請假": 9.0, "晨光": 8.5, "甲": 8.0}))
    assert [quote.text for quote in quotes] == ["2.1 甲須於三日內辦妥。"]


def test_table_rows_are_quoted_alone() -> None:
    one = passage("項目\t收費\n甲班\t$10\n乙班\t$20")
    quotes = choose(scored(one, {"甲班": 9.0, "乙班": 8.0}))
    assert [quote.text for quote in quotes] == ["甲班\t$10", "乙班\t$20"]


def test_an_answer_fits_a_phone() -> None:
    many = [passage(f"{n}. " + "須先填妥表格並交主任批核" * 9 + "。", n) for n in range(1, 8)]
    quotes = choose([ScoredSpan(spans_of(one)[0], np.zeros(len(FEATURES)), 0.8, 9.0) for one in many])
    assert 1 <= len(quotes) <= MAX_QUOTES
    assert sum(display_width(quote.text) for quote in quotes) <= MAX_WIDTH


def test_the_same_text_is_not_quoted_twice() -> None:
    same = [passage("年假為十天。", 1), passage("年假為十天。", 2)]
    assert len(choose([ScoredSpan(spans_of(one)[0], np.zeros(len(FEATURES)), 0.8, 9.0) for one in same])) == 1
