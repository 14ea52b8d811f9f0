from __future__ import annotations

import pytest

from kb.language.detect import Language, detect


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("MPF 點樣 claim？", "yue"),
        ("返工整親手，邊個賠？", "yue"),
        ("大假幾多日", "yue"),
        ("case fall 咗點報", "yue"),
        ("点样申请年假", "yue"),
        ("批左未", "yue"),
        ("OT 有冇補水", "yue"),
        ("staff handbook 入面 compassionate leave 有幾多日", "yue"),
        ("年假有多少天？", "zh-Hant"),
        ("病假", "zh-Hant"),
        ("請問 annual leave 有多少天？", "zh-Hant"),
        ("關係人士不得參與採購", "zh-Hant"),
        ("優先處理個案，並通知同事", "zh-Hant"),
        ("員工須取得批准後方可返回工作崗位", "zh-Hant"),
        ("哪邊的野生動物較多？", "zh-Hant"),
        ("喇嘛決定何時起程？", "zh-Hant"),
        ("3.2.1", "zh-Hant"),
        ("", "zh-Hant"),
        ("员工请病假需要医生证明吗", "zh-Hans"),
        ("年假有多少天，怎么申请？", "zh-Hans"),
        ("How many days of annual leave?", "en"),
        ("AL", "en"),
        ("What is 生果金?", "en"),
        ("How to apply 綜援 for 長者", "en"),
        ("The Lotteries Fund (獎券基金) was established by resolution in 1965 to finance welfare services.", "en"),
    ],
)
def test_language_of_a_question(text: str, language: str) -> None:
    assert detect(text) == Language(language)


def test_minutes_that_quote_one_colloquial_sentence_stay_written_chinese() -> None:
    minutes = "委員會通過上次會議紀錄，並備悉財務報告。" * 20 + "主席表示：「唔該大家。」"
    assert detect(minutes) is Language.TRADITIONAL


def test_a_chat_log_is_cantonese() -> None:
    assert detect("佢話聽日唔返工，叫我哋搵人頂更。啲藥已經派咗喇。" * 5) is Language.CANTONESE
