"""Numerals read and written: Chinese, Roman, letters, 甲乙丙."""

from __future__ import annotations

import pytest

from kb.language.quantities import numerals
from kb.language.quantities.numerals import chinese_to_int, decimal_text, ordinal, value_of


@pytest.mark.parametrize(
    ("numeral", "value"),
    [
        ("十", 10),
        ("廿五", 25),
        ("一百二", 120),
        ("一百零二", 102),
        ("三万五", 35000),
        ("三万五千", 35000),
        ("一万零五百", 10500),
        ("二〇二二", 2022),
        ("三百六十五", 365),
        ("一亿", 10**8),
        ("", None),
        ("五五百", None),
    ],
)
def test_chinese_numerals(numeral: str, value: int | None) -> None:
    assert chinese_to_int(numeral) == value


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("十", 10),
        ("二十三", 23),
        ("一百零五", 105),
        ("二零二六", 2026),
        ("二○二六", 2026),
        ("兩", 2),
        ("12", 12),
        ("零十", 10),
        ("一百零十", 110),
    ],
)
def test_numbers_of_clauses_and_dates(text: str, number: int) -> None:
    assert ordinal(text) == number


@pytest.mark.parametrize(("text", "number"), [("零十", 10), ("一百零十", 110)])
def test_a_nought_before_ten_in_a_clause_counts_nothing(text: str, number: int) -> None:
    assert ordinal(text) == number


def test_the_last_digit_of_a_clause_counts_ones() -> None:
    assert (ordinal("一百二"), chinese_to_int("一百二")) == (102, 120)


def test_what_is_no_number() -> None:
    with pytest.raises(ValueError, match="not a number"):
        ordinal("甲")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,200.50", "1200.5"), ("twelve", "12"), ("半", "0.5"), ("三万", "30000"), ("0.0", "0"), ("007", "7")],
)
def test_one_way_to_write_a_value(text: str, value: str) -> None:
    found = value_of(text)
    assert found is not None
    assert decimal_text(found) == value


def test_no_value() -> None:
    assert value_of("people") is None


@pytest.mark.parametrize("number", [*range(1, 130), 199, 999, 1000, 1010, 1100, 2026, 3999, 9999])
def test_what_is_written_is_read_again(number: int) -> None:
    assert chinese_to_int(numerals.to_chinese(number)) == number
    assert ordinal(numerals.to_chinese(number)) == number
    assert ordinal(numerals.to_chinese_digits(number)) == number
    assert numerals.roman_to_int(numerals.to_roman(number)) == number
    assert numerals.letter_to_int(numerals.to_letter(number)) == number


def test_how_it_is_written() -> None:
    assert [numerals.to_chinese(n) for n in (10, 12, 105, 110, 10_000)] == [
        "十",
        "十二",
        "一百零五",
        "一百一十",
        "10000",
    ]
    assert numerals.to_chinese(112, as_in_deeds=True) == "壹佰壹拾貳"
    assert numerals.to_chinese_digits(2026) == "二〇二六"
    assert (numerals.to_roman(14), numerals.to_letter(28)) == ("xiv", "bb")
    assert numerals.stem_to_int("丙") == 3


@pytest.mark.parametrize("signs", [numerals.CIRCLED, numerals.PARENTHESISED, numerals.STOPPED])
def test_signs_of_list_items_count_from_one(signs: str) -> None:
    assert [ord(sign) - ord(signs[0]) for sign in signs] == list(range(20))
