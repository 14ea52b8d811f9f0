"""Spans of time, working days, things counted, sums of money, times of day."""

from __future__ import annotations

import pytest

from kb.language.quantities.amounts import amounts, currencies, money, percents
from kb.language.quantities.clocks import clocks
from kb.language.quantities.units import counts, spans, working_days


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("两年", "2年"),
        ("2-year", "2年"),
        ("两个半月", "2.5个月"),
        ("三个半钟头", "3.5小时"),
        ("一年半", "1.5年"),
        ("三礼拜", "3周"),
        ("fourteen (14) calendar days", "14日"),
    ],
)
def test_spans_of_time(text: str, span: str) -> None:
    assert list(spans(text)) == [span]


@pytest.mark.parametrize("text", ["2022年", "三周年", "many years"])
def test_what_is_no_span(text: str) -> None:
    assert list(spans(text)) == []


@pytest.mark.parametrize("text", ["十八个工作天", "18办公日", "eighteen working days", "eighteen (18) working-days"])
def test_working_days(text: str) -> None:
    assert list(working_days(text)) == ["18工作日"]


@pytest.mark.parametrize(
    ("text", "count"), [("三名社工", ["3"]), ("two staff", ["2"]), ("三个月", []), ("one staff", [])]
)
def test_things_counted(text: str, count: list[str]) -> None:
    assert list(counts(text)) == count


def test_amounts_shares_and_money() -> None:
    assert list(amounts("150万, 1.5 million, 三万五")) == ["1500000", "1500000", "35000"]
    assert list(percents("百分之五, 5 per cent, five percent, 三成半")) == ["5%", "5%", "5%", "35%"]
    assert list(money("hk$1,200, 50块钱, 20 dollars")) == ["1200$", "50$", "20$"]
    assert list(currencies("us$5, 五英镑")) == ["usd", "gbp"]


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("上午九时", "9:00时@am"),
        ("下午2:30", "2:30时@pm"),
        ("14:30", "2:30时@pm"),
        ("8时", "8:00时"),
        ("晚八点半", "8:30时@pm"),
        ("8:30 p.m.", "8:30时@pm"),
        ("12 a.m.", "0:00时@am"),
    ],
)
def test_times_of_day(text: str, time: str) -> None:
    assert list(clocks(text)) == [time]


@pytest.mark.parametrize("text", ["25:00", "9:75", "三点钟头", "八时限", "二三十点"])
def test_what_is_no_time_of_day(text: str) -> None:
    assert list(clocks(text)) == []
