"""Dates that a document states for itself, and amendments that a circular announces."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.structure.amendments import Amendment, find_amendments
from ingest.structure.effective_dates import Dates, effective_dates


@pytest.mark.parametrize(
    ("page", "dates"),
    [
        ("員工手冊\n生效日期：2025年1月1日\n修訂日期：2025年6月", Dates(date(2025, 6, 1), date(2025, 1, 1))),
        (
            "Leave Policy\nEffective date: 1 September 2025\nValid until: 31 August 2027",
            Dates(None, date(2025, 9, 1), date(2027, 8, 31)),
        ),
        (
            "通告第5/2026號\n日期：二零二六年三月二日\n由2026年4月1日起生效，膳食津貼改為每日八十元。",
            Dates(date(2026, 3, 2), date(2026, 4, 1)),
        ),
        (
            "CIRCULAR 7/2026\nDate: 2 March 2026\nWith effect from 1 April 2026 the allowance is $80.",
            Dates(date(2026, 3, 2), date(2026, 4, 1)),
        ),
        ("This policy shall take effect on 3 July 2024.", Dates(None, date(2024, 7, 3))),
        ("資助手冊\n2022 年 1 月\n社會服務部", Dates(date(2022, 1, 1))),
    ],
)
def test_a_documents_own_dates(page: str, dates: Dates) -> None:
    assert effective_dates([page]) == dates


@pytest.mark.parametrize(
    "page",
    [
        "員工須知\n最低工資由2025年5月1日起調整。",
        "A guide for staff\nThe minimum wage takes effect from 1 May 2025 for everyone.",
        "員工手冊\n凡於2020年1月1日前入職的員工，沿用舊制。",
    ],
)
def test_dates_of_other_things_do_not_count(page: str) -> None:
    assert effective_dates([page]).effective_from is None


def test_file_name_and_last_lines_are_used_when_the_text_states_no_date() -> None:
    assert effective_dates(["Letter"], "", "letter_2012-01-18.pdf").issued == date(2012, 1, 18)
    assert effective_dates(["Manual"], "Revised 2020/7").issued == date(2020, 7, 1)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "With effect from 1 April 2026, the rate in clause 5.2 of the Staff Handbook is amended to $80.",
            [Amendment("Staff Handbook", "5.2", date(2026, 4, 1))],
        ),
        ("本通告取代《員工手冊》第3.2.1段，由2026年4月1日起生效。", [Amendment("員工手冊", "3.2.1", date(2026, 4, 1))]),
        (
            "《員工手冊》作以下修訂：\n第 4.3 條改為「每年 12 天」；\n第 5.1(a) 段刪除。",
            [Amendment("員工手冊", "4.3", None), Amendment("員工手冊", "5.1(a)", None)],
        ),
        ("This circular supersedes Circular No. 3/2020.", [Amendment("Circular No. 3/2020", None, None)]),
        ("本通告取代通告第 3/2020 號。", [Amendment("通告第3/2020號", None, None)]),
        ("The Director may amend the Manual from time to time.", []),
        ("修訂 2020/7", []),
        ("Staff shall replace the lamp in room 3.2 every week.", []),
    ],
)
def test_what_a_circular_changes(text: str, expected: list[Amendment]) -> None:
    assert find_amendments(text) == expected


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("圖書角規則\n本規則有效期至2025年12月31日。", None, date(2025, 12, 31)),
        ("圖書角規則\n實施日期：2024年1月1日　至　2025年12月31日", date(2024, 1, 1), date(2025, 12, 31)),
        ("圖書角規則\n中華民國115年4月1日起實施", date(2026, 4, 1), None),
        ("圖書角規則\n本規則自民國一百一十四年七月一日起廢止。", None, date(2025, 6, 30)),
        ("通告\n本通告由2026年4月1日至8月31日適用。", date(2026, 4, 1), date(2026, 8, 31)),
        ("優惠安排\n適用期：2025年4月1日至2026年3月31日", date(2025, 4, 1), date(2026, 3, 31)),
        ("優惠安排\n有效期：即日起至2025年9月30日", None, date(2025, 9, 30)),
        ("優惠安排\n失效日期：2026年1月1日", None, date(2025, 12, 31)),
        ("收費表（2026年4月1日起生效）", date(2026, 4, 1), None),
        ("Notice\nThis notice is valid from 1 April to 31 August 2026.", date(2026, 4, 1), date(2026, 8, 31)),
        ("Policy\nThis policy expires on 31 March 2025.", None, date(2025, 3, 31)),
        ("Policy\nThese guidelines are repealed with effect from 1 May 2025.", None, date(2025, 4, 30)),
        ("Rates\nWith effect from 1 January 2025 to 31 December 2025", date(2025, 1, 1), date(2025, 12, 31)),
    ],
)
def test_from_when_until_when_a_document_holds(text: str, first: date | None, last: date | None) -> None:
    found = effective_dates([text])
    assert (found.effective_from, found.effective_to) == (first, last)


@pytest.mark.parametrize(
    "text",
    [
        "新指引\n本政策實施後，舊指引由2026年1月1日起廢止。",
        "員工手冊\n本手冊第5條至2025年1月1日為止適用。",
        "會員須知\n會員證有效期至2025年1月1日。",
        "通告\n報名由2025年1月1日至2月1日。",
    ],
)
def test_the_end_of_something_else_is_not_that_of_the_document(text: str) -> None:
    assert effective_dates([text]).effective_to is None
