"""What the index stores of the figures of a text."""

from __future__ import annotations

import pytest

from kb.language.quantities.index import figures


@pytest.mark.parametrize(
    ("text", "expected"),
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
        ("不超過five per cent", {"5%"}),
        ("三成半", {"35%"}),
        ("兩周年", set()),
        ("沒有數字", set()),
    ],
)
def test_figures_of_a_text(text: str, expected: set[str]) -> None:
    assert set(figures(text)) == expected
