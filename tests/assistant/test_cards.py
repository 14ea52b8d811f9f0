"""High-stakes subjects are found in every language register, and the owner's cards are used."""

from __future__ import annotations

import pytest

from assistant import turn
from assistant.cards import subject_cards
from kb.core.errors import InputError
from kb.search.retriever import Retriever


@pytest.mark.parametrize(
    ("question", "subject"),
    [
        ("懷疑有小朋友俾人打，點做？", "child-abuse"),
        ("發現兒童身上有瘀傷應如何處理？", "child-abuse"),
        ("虐兒個案通報程序", "child-abuse"),
        ("怀疑儿童被虐待怎么办", "child-abuse"),
        ("What do I do if a child is being abused?", "child-abuse"),
        ("child abuse training", "child-abuse"),
        ("有院友話想死，點算？", "suicide"),
        ("會員有自殺念頭", "suicide"),
        ("佢話唔想做人喇", "suicide"),
        ("A client talked about ending her life", "suicide"),
        ("家屬攞刀恐嚇同事", "violence"),
        ("長者懷疑遭家人虐待", "violence"),
        ("A visitor assaulted a worker", "violence"),
        ("有院友唔見咗點算？", "missing"),
        ("院友走失的處理程序", "missing"),
        ("A resident is missing", "missing"),
    ],
)
def test_a_subject_is_found(question: str, subject: str) -> None:
    assert next(card.id for card in subject_cards.defaults() if card.matches(question)) == subject


@pytest.mark.parametrize(
    "question",
    [
        "年假有幾多日？",
        "病假要唔要醫生紙？",
        "打風要唔要返工？",
        "打電話去邊度問？",
        "小朋友幾點接放學？",
        "搵唔到份表格點算？",
        "死線係幾時？",
        "What is the deadline for the claim?",
        "Is there a form missing from the pack?",
        "When do we beat the drum at the fair?",
        "可唔可以帶小朋友去打針？",
    ],
)
def test_an_everyday_question_shows_no_card(question: str) -> None:
    assert [card.id for card in subject_cards.defaults() if card.matches(question)] == []


def test_the_card_comes_first(harmony: Retriever) -> None:
    events = list(turn.stream(harmony, turn.Turn("有院友話想死，點算？")))
    assert events[0].card is not None
    assert events[0].card["title"] == "自殺或自我傷害"
    assert {"999", "2389 2222"} <= {one["number"] for one in events[0].card["contacts"]}
    assert events[-1].answer is not None
    assert events[-1].answer.card == events[0].card
    english = turn.answer(harmony, turn.Turn("A client wants to die"))
    assert english.card is not None
    assert english.card["title"] == "Suicide or self-harm"


def test_the_owner_sets_the_cards(harmony: Retriever) -> None:
    own = {
        "id": "flood",
        "patterns": ["水浸", r"\bflood"],
        "title": {"zh-HK": "水浸", "en": "Flood"},
        "text": {"zh-HK": "關電掣。", "en": "Switch off the power."},
        "contacts": [{"name": {"zh-HK": "當值經理", "en": "Manager on duty"}, "number": "101"}],
    }
    try:
        subject_cards.save(harmony.library, [own])
        found = subject_cards.find(harmony.library, "中心水浸點算？")
        assert found is not None
        assert found.card.localized("zh-HK")["contacts"] == [{"name": "當值經理", "number": "101"}]
        assert subject_cards.find(harmony.library, "院友走失") is None
        subject_cards.save(harmony.library, [{**own, "enabled": False}])
        assert subject_cards.find(harmony.library, "中心水浸點算？") is None
    finally:
        subject_cards.reset(harmony.library)
    assert subject_cards.listing(harmony.library) == list(subject_cards.defaults())


@pytest.mark.parametrize(
    "fault",
    [
        {"patterns": ["(水浸"]},
        {"patterns": [".*"]},
        {"patterns": []},
        {"title": {"en": "Flood"}},
        {"id": "Flood!"},
        {"contacts": [{"name": {"zh-HK": "甲", "en": "A"}, "number": "ask the desk"}]},
        {"surprise": 1},
    ],
)
def test_a_faulty_card_is_refused(harmony: Retriever, fault: dict[str, object]) -> None:
    words = {"zh-HK": "甲", "en": "A"}
    card = {"id": "flood", "patterns": ["水浸"], "title": words, "text": words, "contacts": [], **fault}
    with pytest.raises(InputError, match="cards_invalid"):
        subject_cards.save(harmony.library, [card])
    assert subject_cards.listing(harmony.library) == list(subject_cards.defaults())
