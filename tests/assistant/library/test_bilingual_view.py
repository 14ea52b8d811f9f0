"""A bilingual pair side by side: which figures differ, and which passages are in one row."""

from __future__ import annotations

from collections.abc import Collection

import pytest

from assistant.bilingual_view.figure_differences import missing, said
from assistant.bilingual_view.row_alignment import RowIndices, align_rows

IndexPair = tuple[int, int]


def lacking(text: str, other: str) -> list[str]:
    """Return the figures of ``text``, as written there, that are not in ``other``."""
    figures, _ = said(text)
    return [text[one.start : one.end] for one in missing(figures, said(other)[1])]


@pytest.mark.parametrize(
    ("chinese", "english"),
    [
        ("須於三個工作天內回覆", "replies within three working days"),
        ("不超過150萬元", "not exceeding HK$1.5 million"),
        ("年滿18歲的人士", "persons aged 18 or above"),
        ("由二零二六年四月一日起", "from 1 April 2026"),
        ("4月1日前", "before 1 April 2026"),
        ("星期一至五開放", "open from Monday to Friday"),
        ("晚上八時半", "8:30 p.m."),
        ("中午 12 時", "12 noon"),
        ("一年半後檢討", "reviewed after 18 months"),
        ("每半年匯報", "reports every six months"),
        ("每年檢討", "reviewed once a year"),
        ("百分之五", "5 per cent"),
        ("兩星期內", "within 14 days"),
        ("廿四小時內", "within 24 hours"),
        ("由三名董事組成", "has three directors"),
        ("第二次警告", "a second warning"),
        ("10 月 31 日或之前", "by 31 October"),
        ("十分重要，一般而言", "very important, in general"),
        ("修訂 2020/7", ""),
        ("3.2 一般投訴", "ordinary complaints"),
        ("費用\t500", "Fee\t$500"),
        ("兩個半鐘頭", "2.5 hours"),
        ("每晚八時", "every evening at 8 p.m."),
    ],
)
def test_the_same_figure_in_both_languages(chinese: str, english: str) -> None:
    assert (lacking(chinese, english), lacking(english, chinese)) == ([], [])


@pytest.mark.parametrize(
    ("chinese", "english", "of_chinese", "of_english"),
    [
        ("須於12天前申請", "apply 14 days before", ["12天"], ["14 days"]),
        ("三個工作天內", "within three days", ["三個工作天"], ["three days"]),
        (
            "二零一七年十一月二十二日或之後",
            "on or after 23 November 2017",
            ["二零一七年十一月二十二日"],
            ["23 November 2017"],
        ),
        ("2026年4月1日", "1 April 2025", ["2026年4月1日"], ["1 April 2025"]),
        ("罰款港幣500元", "a fine of HK$550", ["港幣500元"], ["HK$550"]),
        ("逢星期三", "every Thursday", ["星期三"], ["Thursday"]),
        ("上午九時", "9 p.m.", ["上午九時"], ["9 p.m."]),
        ("減收5%", "reduced by 15%", ["5%"], ["15%"]),
        ("每組15人", "groups of 12", ["15人"], ["12"]),
        ("上限\t6", "Most\t5", ["6"], ["5"]),
        ("每次50塊錢", "50 days", ["50塊錢"], ["50 days"]),
        ("當晚8時", "8 a.m.", ["晚8時"], ["8 a.m."]),
        ("升兩萬點", "points", ["兩萬"], []),
    ],
)
def test_figures_that_differ(chinese: str, english: str, of_chinese: list[str], of_english: list[str]) -> None:
    assert (lacking(chinese, english), lacking(english, chinese)) == (of_chinese, of_english)


def test_places_are_those_of_the_text_as_written() -> None:
    text = "\ufb01rst ½ page：ＨＫ＄５００ in 12 days"
    figures, _ = said(text)
    assert "12 days" in [text[one.start : one.end] for one in figures]


def rows(links: set[IndexPair], chinese: int, english: int, same: Collection[IndexPair] = ()) -> list[str]:
    """Return rows as text: ``"0,1|0"`` has the Chinese passages 0 and 1 beside the English 0."""

    def side(places: list[int]) -> str:
        return ",".join(map(str, places))

    found: list[RowIndices] = align_rows(links, same, chinese, english)
    assert sorted(one for row in found for one in row.chinese) == list(range(chinese))
    assert sorted(one for row in found for one in row.english) == list(range(english))
    return [f"{side(row.chinese)}|{side(row.english)}" for row in found]


def test_passages_that_share_a_partner_stand_in_one_row() -> None:
    assert rows({(0, 0), (1, 1), (2, 1), (3, 2)}, 4, 3) == ["0|0", "1,2|1", "3|2"]
    assert rows({(0, 0), (1, 1), (1, 2), (2, 3)}, 3, 4) == ["0|0", "1|1,2", "2|3"]


def test_a_passage_without_a_partner_stands_alone_at_its_place() -> None:
    assert rows({(0, 1), (2, 3)}, 3, 5) == ["|0", "0|1", "|2", "1|", "2|3", "|4"]
    assert rows(set(), 2, 1) == ["|0", "0|", "1|"]


def test_two_rows_do_not_run_together_for_a_link_between_them() -> None:
    assert rows({(0, 0), (0, 1), (1, 1), (2, 2), (1, 2)}, 3, 3) == ["0|0", "1|1", "2|2"]


def test_a_link_that_jumps_back_is_left_out() -> None:
    assert rows({(0, 0), (1, 1), (2, 2), (2, 0)}, 3, 3) == ["0|0", "1|1", "2|2"]


def test_an_annex_that_was_moved_and_never_translated_is_found_by_its_text() -> None:
    assert rows({(0, 0), (1, 1), (2, 2)}, 4, 5, same={(3, 4)}) == ["0|0", "1|1", "2|2", "|3", "3|4"]
    assert rows({(0, 1), (1, 2), (2, 3)}, 4, 4, same={(3, 0)}) == ["0|1", "1|2", "2|3", "3|0"]
