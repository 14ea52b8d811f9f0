from __future__ import annotations

import re

import pytest

from kb.language.script import (
    CJK,
    CJK_PROSE,
    HAN,
    HAN_BASIC,
    display_width,
    fold,
    is_cjk,
    is_han,
    to_simplified,
    to_traditional,
)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("裏面", "裡面"),
        ("啟動", "啓動"),
        ("熱線", "熱綫"),
        ("衞生署", "衛生署"),
        ("台灣", "臺灣"),
        ("獎券", "奬券"),
        ("着重", "著重"),
        ("床位", "牀位"),
        ("說明", "説明"),
        ("稅款", "税款"),
        ("俾錢", "畀錢"),
        ("員工請假", "员工请假"),
        ("ＨＫ＄１，５００", "HK$1,500"),
        ("ANNUAL Leave", "annual leave"),
        ("後來", "后来"),
    ],
)
def test_same_word_in_two_writings_folds_to_one_form(one: str, other: str) -> None:
    assert fold(one) == fold(other)


def test_folding_twice_changes_nothing_and_keeps_the_length_of_plain_text() -> None:
    text = "裝修工程喺衞生署批准前唔可以開始，HK$50,000 or above。"
    assert fold(fold(text)) == fold(text)
    assert len(fold(text)) == len(text)


def test_a_part_of_a_text_folds_to_a_part_of_the_folded_text() -> None:
    text = "乾隆皇后的頭髮後來發霉，關係到乾糧的儲存"
    folded = fold(text)
    for start in range(len(text)):
        assert fold(text[start : start + 3]) in folded


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("员工请假须附医生证明", "員工請假須附醫生證明"),
        ("皇后大道的公里數", "皇后大道的公里數"),
        ("喺中心瞓床", "喺中心瞓床"),
        ("MPF", "MPF"),
    ],
)
def test_display_in_traditional_converts_simplified_text_only(given: str, shown: str) -> None:
    assert to_traditional(given) == shown


def test_display_in_simplified() -> None:
    assert to_simplified("員工後來請假") == "员工后来请假"


@pytest.mark.parametrize(
    ("chars", "classes"),
    [
        ("員㷫", {HAN_BASIC, HAN, CJK_PROSE, CJK}),
        ("〇𠝹\uf900", {HAN, CJK_PROSE, CJK}),
        ("のカ、。「（：ＡＢ１", {CJK_PROSE, CJK}),
        ("㈠㎡⾧ㄅ", {CJK}),
        ("a1.é—“①■", set()),
    ],
)
def test_each_class_of_characters_holds_the_narrower_one(chars: str, classes: set[str]) -> None:
    for char in chars:
        assert {one for one in (HAN_BASIC, HAN, CJK_PROSE, CJK) if re.match(f"[{one}]", char)} == classes, char
        assert is_han(char) == (HAN in classes)
        assert is_cjk(char) == (CJK in classes)


@pytest.mark.parametrize(("text", "columns"), [("", 0), ("Leave 14", 8), ("年假（14日）", 12), ("ｱｲｳ", 3), ("㎡—…", 4)])
def test_a_wide_character_takes_two_columns(text: str, columns: int) -> None:
    assert display_width(text) == columns
