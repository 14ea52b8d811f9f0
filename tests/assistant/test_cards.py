"""Emergencies show their card in every language and register, other messages none; owners' examples count at once."""

from __future__ import annotations

import time

import pytest

from assistant import turn
from assistant.cards import subject_cards
from assistant.cards.card_choice import CardChooser, card_chooser
from eval.datasets.card_lines import FOLDER, HELD_OUT, read_card_lines
from eval.measures.card_measures import measure_cards
from kb.core.errors import InputError
from kb.core.settings import Settings
from kb.search.retriever import Retriever, embed_questions

SUBJECTS = {card.id for card in subject_cards.defaults()}
WORDS = {"zh-HK": "甲", "en": "A"}
OWN = {
    "id": "typhoon",
    "examples": ["打風喇，宿舍啲窗點算", "八號風球期間舍友出咗街未返", "颱風襲港，宿舍玻璃窗破裂",
                 "There is a typhoon and the hostel roof leaks"],
    "title": {"zh-HK": "宿舍打風", "en": "A typhoon at the hostel"},
    "text": {"zh-HK": "留喺室內。", "en": "Stay indoors."},
    "contacts": [{"name": {"zh-HK": "當值經理", "en": "Manager on duty"}, "number": "101"}],
}  # fmt: skip


@pytest.fixture(scope="module")
def chooser(model_settings: Settings) -> CardChooser:
    """What a new organisation's questions are compared with."""
    return CardChooser(model_settings, subject_cards.defaults())


@pytest.fixture
def own(harmony: Retriever) -> Retriever:
    """An organisation that may change its cards; afterwards they are the built-in ones."""
    yield harmony
    subject_cards.reset(harmony.library)


@pytest.mark.parametrize(
    ("message", "subject"),
    [
        ("懷疑有小朋友俾人打，點做？", "child_abuse"),
        ("發現兒童身上有瘀傷應如何處理？", "child_abuse"),
        ("怀疑儿童被虐待怎么办", "child_abuse"),
        ("a colleague hit a child", "child_abuse"),
        ("有院友話想死，點算？", "suicide_self_harm"),
        ("佢話唔想做人喇", "suicide_self_harm"),
        ("A client talked about ending her life", "suicide_self_harm"),
        ("舍友攞住把刀唔肯放低", "violence_weapon"),
        ("A visitor assaulted a worker", "violence_weapon"),
        ("有院友唔見咗點算？", "missing_person"),
        ("A resident is missing", "missing_person"),
        ("懷疑護理員打婆婆", "elder_or_disabled_abuse"),
        ("佢老公又打佢，佢唔敢返屋企", "domestic_violence"),
        ("有個女仔話俾人強姦", "sexual_assault"),
        ("伯伯心口痛，面色好差", "medical_emergency"),
        ("an old man collapsed and he not breathing", "medical_emergency"),
        ("廚房火燭呀", "fire_gas"),
        ("I can smell gas in the pantry", "fire_gas"),
        ("小朋友飲咗漂白水", "overdose_poisoning"),
        ("she swallowed all her sleeping pills", "overdose_poisoning"),
    ],
)
def test_an_emergency_shows_its_card(chooser: CardChooser, message: str, subject: str) -> None:
    match = chooser.find(message)
    assert match is not None
    assert (match.card.id, match.is_emergency) == (subject, True)


@pytest.mark.parametrize(
    "message",
    [
        "年假有幾多日？",
        "病假要唔要醫生紙？",
        "打風要唔要返工？",
        "小朋友幾點接放學？",
        "搵唔到份表格點算？",
        "死線係幾時？",
        "個電腦死咗機",
        "急救班幾時開？",
        "What is the deadline for the claim?",
        "Is there a form missing from the pack?",
        "child protection training dates",
        "how many sick leave days do I have",
        "可唔可以帶小朋友去打針？",
    ],
)
def test_an_everyday_question_shows_no_card(chooser: CardChooser, message: str) -> None:
    assert chooser.find(message) is None


@pytest.mark.parametrize("message", ["虐兒個案通報程序", "What is the procedure for reporting a missing resident?"])
def test_a_question_on_procedure_is_no_emergency(chooser: CardChooser, message: str) -> None:
    match = chooser.find(message)
    assert match is not None
    assert match.is_emergency is False


@pytest.mark.slow
def test_messages_that_the_model_was_not_fitted_on(chooser: CardChooser) -> None:
    lines = read_card_lines(HELD_OUT)
    fitted = {line.text for path in FOLDER.glob("*.jsonl") if path.name not in (HELD_OUT.name, "follow_ups.jsonl")
              for line in read_card_lines(path)}  # fmt: skip
    assert not fitted & {line.text for line in lines}
    matches = [chooser.find(line.text) for line in lines]
    score = measure_cards(lines, [match.card.id if match else None for match in matches])
    assert score.right["all"].rate >= 0.62
    assert score.any_card["all"].rate >= 0.97
    assert score.false_alarms["all"].rate <= 0.2  # look-alikes that were written to be hard


@pytest.mark.parametrize(
    ("before", "message"),
    [
        ("舍友話想死", "佢而家鎖咗門"),
        ("有院友暈低咗，冇呼吸", "叫咗救護車，跟住點做？"),
        ("My client says he will jump from the roof", "he is not answering me"),
    ],
)
def test_the_second_message_of_a_crisis_still_is_one(chooser: CardChooser, before: str, message: str) -> None:
    told, match = chooser.find(before), chooser.find(message, [before])
    assert told is not None
    assert match is not None
    assert (match.card.id, match.is_emergency) == (told.card.id, True)


@pytest.mark.parametrize("message", ["年假有幾多日？", "報銷交通費要交咩單？", "How do I book the meeting room?"])
def test_an_ordinary_question_after_a_crisis_is_ordinary(chooser: CardChooser, message: str) -> None:
    assert chooser.find(message, ["舍友話想死"]) is None
    assert chooser.find(message, ["舍友話想死", "佢而家鎖咗門"]) is None


def test_one_sentence_of_a_long_message_is_enough(chooser: CardChooser) -> None:
    ordinary = "想問下更表幾時出。另外上個月嘅交通費報銷仲未收到，可唔可以幫手查下。下星期三我放年假。"
    assert chooser.find(ordinary) is None
    match = chooser.find(f"{ordinary}頭先陳婆婆突然暈低咗，叫極都唔醒。仲有會議室點book？")
    assert match is not None
    assert match.card.id == "medical_emergency"


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


def test_an_owners_examples_count_at_once(own: Retriever) -> None:
    for message in ("打風，宿舍啲窗爆咗點算", "the typhoon broke a window of the hostel"):
        before = card_chooser(own).find(message)
        assert before is None or before.card.id != "typhoon"
    built_in = [card.model_dump() for card in subject_cards.defaults()]
    subject_cards.save(own.library, [*built_in, OWN])
    for message in (*OWN["examples"], "打風，宿舍啲窗爆咗點算", "the typhoon broke a window of the hostel"):
        match = card_chooser(own).find(str(message))
        assert match is not None, message
        assert match.card.id == "typhoon"
    assert match.card.localized("zh-HK")["contacts"] == [{"name": "當值經理", "number": "101"}]
    for message in ("年假有幾多日？", "宿舍幾點關門？", "How do I book the hostel van?", "院友走失咗"):
        match = card_chooser(own).find(message)
        assert match is None or match.card.id != "typhoon", message


def test_an_example_on_a_built_in_card_counts(own: Retriever) -> None:
    message = "紅色暗號"
    assert card_chooser(own).find(message) is None
    cards = [card.model_dump() for card in subject_cards.defaults()]
    subject_cards.save(
        own.library, [{**one, "examples": [message]} if one["id"] == "fire_gas" else one for one in cards]
    )
    for asked in (message, f"{message}，三樓"):
        match = card_chooser(own).find(asked)
        assert match is not None
        assert match.card.id == "fire_gas"


def test_a_card_that_is_off_or_left_out_is_not_shown(own: Retriever) -> None:
    assert card_chooser(own).find("院友走失咗，搵唔到") is not None
    kept = subject_cards.save(own.library, [OWN])
    assert {card.id for card in kept} == {*SUBJECTS, "typhoon"}
    assert [card.id for card in kept if card.enabled] == ["typhoon"]
    assert card_chooser(own).find("院友走失咗，搵唔到") is None
    subject_cards.save(own.library, [{**OWN, "enabled": False}])
    assert card_chooser(own).find(str(OWN["examples"][0])) is None
    subject_cards.reset(own.library)
    assert subject_cards.listing(own.library) == subject_cards.defaults()


def test_only_what_was_changed_of_a_built_in_card_is_kept(own: Retriever) -> None:
    cards = [card.model_dump() for card in subject_cards.defaults()]
    cards[0]["title"] = WORDS
    subject_cards.save(own.library, cards)
    from kb.library import tenant_settings

    assert tenant_settings.get(own.library, subject_cards.KEY) == [{"id": cards[0]["id"], "title": WORDS}]
    assert subject_cards.listing(own.library)[0].title == WORDS


def test_a_trial_says_what_speaks_for_the_card(chooser: CardChooser) -> None:
    sure, ordinary = chooser.try_message("院友走失咗，周圍都搵唔到"), chooser.try_message("年假有幾多日？")
    assert sure.match is not None
    assert sure.certainty > 0.8
    assert sure.nearest is not None
    assert sure.nearest.card.id == "missing_person"
    assert sure.nearest.example in subject_cards.built_in_examples("missing_person")
    assert ordinary.match is None
    assert ordinary.certainty < 0.5


def test_another_embedding_model_leaves_the_characters(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The weights hold for the vectors of one model; with another one the groups of characters alone decide."""
    monkeypatch.setattr("assistant.cards.card_choice.card_model.reads_vectors_of", lambda identity: False)
    chooser = CardChooser(settings, subject_cards.defaults())
    match = chooser.find("院友暈低咗，冇呼吸")
    assert match is not None
    assert match.card.id == "medical_emergency"
    assert chooser.find("年假有幾多日？") is None


def test_what_asks_nothing_needs_no_embedding_model(chooser: CardChooser, monkeypatch: pytest.MonkeyPatch) -> None:
    def loaded(settings: Settings) -> None:
        raise AssertionError("the embedding model was loaded")

    monkeypatch.setattr("kb.search.models.embedding.load", loaded)
    for message in ("你好", "唔該晒", "hello", "ok thanks", "1+1=?"):
        assert not chooser.may_call_for_card(message), message
    for message in ("我想死", "唔想做人喇", "help she is dying"):
        assert chooser.may_call_for_card(message), message


def test_the_decision_is_quick(chooser: CardChooser, settings: Settings) -> None:
    """Beyond the vectors, which the search needs too; the median, because other tests run beside this one."""
    messages = [line.text for line in read_card_lines(HELD_OUT)][:60]
    taken = []
    for message in messages:
        chooser.find(message)  # fills the cache of vectors
        started = time.perf_counter()
        chooser.find(message)
        taken.append(time.perf_counter() - started)
    assert embed_questions(settings, messages[:1]).shape[0] == 1
    assert sorted(taken)[len(taken) // 2] < 0.005


@pytest.mark.parametrize(
    "fault",
    [
        {"examples": []},
        {"examples": ["x"]},
        {"examples": ["  "]},
        {"examples": ["打風" * 200]},
        {"patterns": ["打風"]},
        {"title": {"en": "Flood"}},
        {"id": "Flood!"},
        {"contacts": [{"name": {"zh-HK": "甲", "en": "A"}, "number": "ask the desk"}]},
        {"surprise": 1},
    ],
)
def test_a_faulty_card_is_refused(harmony: Retriever, fault: dict[str, object]) -> None:
    with pytest.raises(InputError, match="cards_invalid"):
        subject_cards.save(harmony.library, [{**OWN, **fault}])
    assert subject_cards.listing(harmony.library) == subject_cards.defaults()


def test_too_many_examples_are_refused(harmony: Retriever) -> None:
    many = [{**OWN, "id": f"own-{n}", "examples": [f"打風 {n} {m}" for m in range(100)]} for n in range(6)]
    with pytest.raises(InputError, match="cards_invalid"):
        subject_cards.save(harmony.library, many)
