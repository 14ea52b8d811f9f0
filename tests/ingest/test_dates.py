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
