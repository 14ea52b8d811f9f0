"""Personal data in the spellings that people use is masked and restored; ordinary text stays."""

from __future__ import annotations

import re

import pytest

from assistant.llm.masking import Masker
from eval.datasets.labelled_text import labelled_texts
from eval.measures.masking_recall import measure_masking
from kb.personal_data.comparable_text import comparable
from kb.personal_data.personal_data_finder import find_personal_data

pytestmark = pytest.mark.slow


@pytest.mark.parametrize(
    ("text", "piece"),
    [
        ("身份證 Ａ１２３４５６（３）", "Ａ１２３４５６（３）"),
        ("A123456-3 已登記", "A123456-3"),
        ("A12\u200b3456(3)", "A12\u200b3456(3)"),
        ("A\u00ad123456 (3)", "A\u00ad123456 (3)"),
        ("А123456(3)", "А123456(3)"),  # a Cyrillic letter
        ("電話９９９１２３４５", "９９９１２３４５"),
        ("電話9991–2345", "9991–2345"),
        ("（852）9991.2345", "（852）9991.2345"),
        ("電話：九九九一二三四五", "九九九一二三四五"),
        ("9991\n2345", "9991\n2345"),
        ("CHAN TAI MAN called", "CHAN TAI MAN"),
        ("Chan Tai-man, Peter called", "Chan Tai-man, Peter"),
        ("昨日陳大文跌倒", "陳大文"),
        ("昨日张伟明跌倒", "张伟明"),
        ("昨日陳大\n文跌倒", "陳大\n文"),
        ("護照 K01234567", "K01234567"),
        ("出生日期：一九五八年三月十二日", "一九五八年三月十二日"),
        ("個案編號 C2024-0153", "C2024-0153"),
        ("八達通 12345678(9)", "12345678(9)"),
        ("tm.chan＠example．org", "tm.chan＠example．org"),
        ("住福安邨平安樓12樓1203室", "福安邨平安樓12樓1203室"),
        ("Flat B, 5/F, Lucky Court, 123 Nathan Road", "Flat B, 5/F, Lucky Court, 123 Nathan Road"),
    ],
)
def test_a_spelling_is_masked_and_restored(text: str, piece: str) -> None:
    masker = Masker()
    masked = masker.mask(text)
    assert piece not in masked
    left = re.sub("〔[^〕]*〕", "", masked)  # the placeholders have numbers of their own
    assert not any(char in left for char in comparable(piece).text if char.isdigit())
    assert masker.unmask(masked) == text


@pytest.mark.parametrize(
    "text",
    [
        "2026-10-31 之前，2024-2025年度，2100-2300 時段",
        "高級社工於周年大會報告，任何職員均可參加，方法見程序表。",
        "黃大仙及何文田中心，Wan Chai and Ho Man Tin centres",
        "查詢熱線 2345 6789",
        "表格編號 23456789，港幣 23,456,789 元",
        "Grace Period is 30 days; Annual Leave Form; Duty Manager on call",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    assert Masker().mask(text) == text


def test_a_name_that_was_found_once_is_found_again() -> None:
    masker = Masker()
    masker.mask("院友姓名：余二妹")
    assert "余二妹" not in masker.mask("姓余的就是余二妹囉")


def test_every_place_of_the_comparable_text_is_one_of_the_original() -> None:
    text = "㈱Ａ\u200bé\u00adＢ１\u3000陳\r\n文"
    view = comparable(text)
    assert len(view.text) == len(view.places)
    assert view.span(0, len(view.text)) == (0, len(text))
    assert "\u200b" not in view.text


@pytest.mark.parametrize(("split", "recall"), [("dev", 0.98), ("test", 0.96)])
def test_the_labelled_texts(split: str, recall: float) -> None:
    score = measure_masking(labelled_texts(split), find_personal_data).as_dict()
    assert score["texts"] > 250
    assert score["recall"]["all"] >= recall
    assert score["precision"]["all"] >= 0.98
