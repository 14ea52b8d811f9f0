from __future__ import annotations

import pytest

from kb.language.followup import is_follow_up, standalone

FULL = ["全職員工年假有幾多日？"]


@pytest.mark.parametrize(
    ("question", "history", "parts"),
    [
        ("咁兼職呢？", FULL, ["兼職員工年假"]),
        ("咁病假呢？", FULL, ["全職員工病假"]),
        (
            "What about part-time staff?",
            ["How many days of annual leave do full-time staff get?"],
            ["annual leave", "part-time"],
        ),
        ("and sick leave?", ["How many days of annual leave do full-time staff get?"], ["sick leave", "full-time"]),
        ("幾時之前要申請？", ["恩恤假點樣申請？"], ["恩恤假", "幾時之前"]),
        ("要唔要交證明？", ["病假有幾多日？"], ["病假", "證明"]),
        ("邊個批？", ["電腦採購要幾多個報價？"], ["電腦採購", "邊個批"]),
        ("How long does it take?", ["How do I apply for the Old Age Allowance?"], ["Old Age Allowance", "How long"]),
        ("如果遲交呢？", ["的士收據幾時要交？"], ["的士收據", "遲交"]),
        ("那產假呢？", ["員工有多少天年假？", "侍產假呢？"], ["員工有多少天產假"]),
        ("點計？", ["長期服務金邊個有得攞？"], ["長期服務金", "點計"]),
        ("輪更主任的津貼又如何？", ["夜更護理員的津貼是多少？"], ["輪更主任", "津貼"]),
        ("嗰part要唔要收據？", ["外勤車費點樣報銷？"], ["車費", "收據"]),
        ("嗰份表格喺邊度攞？", ["申請進修津貼要填咩表？"], ["進修津貼", "表格"]),
    ],
)
def test_a_follow_up_carries_the_topic(question: str, history: list[str], parts: list[str]) -> None:
    assert is_follow_up(question, history)
    result = standalone(question, history)
    assert [part for part in parts if part not in result] == [], result


@pytest.mark.parametrize(
    "question",
    [
        "員工病假要醫生紙嗎？",
        "What is the petty cash limit?",
        "院友跌親要唔要通知家屬？",
        "Is there a rule that volunteers must wear uniforms?",
        "保護兒童政策適用於誰？",
        "伯伯叫我幫佢去銀行攞錢得唔得？",
        "電梯維修嗰日使唔使改行程？",
        "What does a lost locker key cost, and may it be paid in cash?",
    ],
)
def test_a_question_with_its_own_topic_stands_alone(question: str) -> None:
    assert not is_follow_up(question, FULL)
    assert standalone(question, FULL) == question


def test_the_first_question_is_no_follow_up() -> None:
    assert not is_follow_up("咁兼職呢？", [])
    assert standalone("咁兼職呢？", []) == "咁兼職呢？"
