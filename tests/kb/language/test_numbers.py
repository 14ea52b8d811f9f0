from __future__ import annotations

import pytest

from kb.language.numbers import chinese_to_int, numbers


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
    ("text", "figures"),
    [
        ("三萬五千蚊", {"35000"}),
        ("HK$35,000", {"35000"}),
        ("150萬元", {"1500000"}),
        ("HK$1.5 million", {"1500000"}),
        ("百分之五", {"5%"}),
        ("5 per cent", {"5%"}),
        ("十月三十一日", {"10月31日"}),
        ("31st October", {"10月31日"}),
        ("October 31", {"10月31日"}),
        ("兩年", {"2年"}),
        ("二〇二二年四月一日", {"2022", "4月1日"}),
        ("兩個半月", {"2.5个月"}),
        ("一年半", {"1.5年"}),
        ("fourteen working days", {"14日"}),
        ("沒有數字", set()),
    ],
)
def test_figures_of_a_text(text: str, figures: set[str]) -> None:
    assert numbers(text) == figures
