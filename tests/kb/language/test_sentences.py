from __future__ import annotations

import itertools

import pytest

from kb.language.sentences import sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("須報價。不可分拆！可以嗎？", ["須報價。", "不可分拆！", "可以嗎？"]),
        ("「可以申請嗎？」主任問。", ["「可以申請嗎？」", "主任問。"]),
        ("先報價；後批核。", ["先報價；", "後批核。"]),
        ("第一行\n第二行", ["第一行", "第二行"]),
        ("The limit is HK$1.5 million. See Annex 2.", ["The limit is HK$1.5 million.", "See Annex 2."]),
        ("See No. 5 of Cap. 486. It applies.", ["See No. 5 of Cap. 486.", "It applies."]),
        ("Use forms, e.g. Form A, i.e. the blue one.", ["Use forms, e.g. Form A, i.e. the blue one."]),
        ("Mr. Chan and Dr. Lee agreed. Done.", ["Mr. Chan and Dr. Lee agreed.", "Done."]),
        ("3.2.1 Staff shall apply. They shall wait.", ["3.2.1 Staff shall apply.", "They shall wait."]),
        ('"Is it so?" he asked. Yes!', ['"Is it so?" he asked.', "Yes!"]),
        ("(a) 填表；或\n(b) 致電；", ["(a) 填表；或", "(b) 致電；"]),
        ("1. Apply for leave. Wait.", ["1. Apply for leave.", "Wait."]),
        ("年假\t14日。\t全職", ["年假\t14日。\t全職"]),
        ("第 3.2 段。見 www.swd.gov.hk/a.b。", ["第 3.2 段。", "見 www.swd.gov.hk/a.b。"]),
        ("文件（包括甲。乙。）須齊全。", ["文件（包括甲。乙。）須齊全。"]),
        ("下午 5 p.m. on Friday 截止。", ["下午 5 p.m. on Friday 截止。"]),
        ("  前後有空。  ", ["前後有空。"]),
        ("------\n", []),
        ("", []),
        ("未完（沒有關上。下一句。", ["未完（沒有關上。", "下一句。"]),
    ],
)
def test_sentences_are_quoted_letter_for_letter(text: str, expected: list[str]) -> None:
    assert [text[start:end] for start, end in sentences(text)] == expected


def test_no_letter_is_lost_and_spans_do_not_overlap() -> None:
    text = '• 第一點。第二點…… e.g. this; that\n甲\t乙\n\n"Quoted." 完！！（注）。a.m. OK?'
    spans = sentences(text)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))
    covered = {i for start, end in spans for i in range(start, end)}
    assert all(i in covered for i, char in enumerate(text) if char.isalnum())
