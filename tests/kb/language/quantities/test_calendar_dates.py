"""Dates in a text: whole ones with their places, days of the month, days of the week."""

from __future__ import annotations

from datetime import date

import pytest

from kb.language.quantities.dates import days_of_month, find_dates, spell_out, weekdays, year_of


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026年4月1日", date(2026, 4, 1)),
        ("2026 年 4 月", date(2026, 4, 1)),
        ("二零二六年十二月三十一日", date(2026, 12, 31)),
        ("1st April, 2026", date(2026, 4, 1)),
        ("April 1, 2026", date(2026, 4, 1)),
        ("January 2022", date(2022, 1, 1)),
        ("1/4/2026", date(2026, 4, 1)),
        ("2026-04-01", date(2026, 4, 1)),
        ("2020/7", date(2020, 7, 1)),
    ],
)
def test_dates_as_hong_kong_writes_them(text: str, found: date) -> None:
    assert [d for _, _, d in find_dates(f"於 {text} 止")] == [found]


@pytest.mark.parametrize("text", ["31/2/2026", "電話 2345 6789", "3.2.1", "2026年13月1日", "Cap. 57 (2020)"])
def test_what_is_no_date(text: str) -> None:
    assert find_dates(text) == []


def test_a_date_has_its_place_in_the_text_as_written() -> None:
    text = "由２０２６年４月１日（三）起"
    [(start, end, day)] = find_dates(text)
    assert (text[start:end], day) == ("２０２６年４月１日", date(2026, 4, 1))


@pytest.mark.parametrize("text", ["十月三十一日", "10月31号", "31 october", "oct. 31st", "31st of oct.", "10月卅一日"])
def test_a_day_of_the_month(text: str) -> None:
    assert list(days_of_month(text)) == ["10月31日"]


def test_dates_in_digits_are_spelt_out() -> None:
    assert spell_out("2026-04-01 to 1/5/2026") == "2026年4月1日 to 2026年5月1日"


@pytest.mark.parametrize(
    ("text", "year"), [("2026年4月1日", 2026), ("二〇二六年四月", 2026), ("1 april 2026", 2026), ("4月1日", None)]
)
def test_the_year_of_a_date(text: str, year: int | None) -> None:
    assert year_of(text) == year


@pytest.mark.parametrize("text", ["星期日", "礼拜天", "周日", "sunday", "sundays", "sun"])
def test_a_day_of_the_week(text: str) -> None:
    assert list(weekdays(text)) == ["周日"]
