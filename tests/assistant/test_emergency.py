"""In an emergency: the card first, then the organisation's own procedure, and nothing else. No model is asked."""

from __future__ import annotations

import json
import logging
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from assistant import turn
from assistant.answers.answer import Answer
from assistant.cards import subject_cards
from assistant.cards.card_choice import card_chooser
from assistant.conversations.stored_answer import StoredAnswer, redacted, stored_answer, view_of
from assistant.emergency.end_of_crisis import ends_crisis
from assistant.emergency.own_procedure import find_procedure
from assistant.events import CardEvent, DeltaEvent, SearchingEvent
from assistant.llm import model_choices
from ingest.workers.worker_pool import WorkerPool
from kb.core import data_files
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.language.detect import Language, detect
from kb.library import contacts
from kb.library.contacts import Contacts
from kb.search.retriever import Retriever
from kb.store import tenants
from kb.store.tables.library_tables import CollectionRow
from tests.helpers.command_line import run
from tests.helpers.ingest_files import ingest_files
from tests.helpers.language_model_server import LanguageModelServer

MISSING = "有院友唔見咗，搵極都搵唔到！"
HR = "人事部，內線 101"
PROCEDURES = """# 院舍安全手冊

由2025年1月1日起生效

## 1 跌倒

1.1 每名護理員每年須完成三小時防跌培訓，並交回證書。

1.2 院友跌倒後，即時通知護士，並於兩小時內通知家屬。

## 2 院友走失

2.1 當值主管即時帶隊搜索全院、天台及附近街道。

2.2 十五分鐘後仍未尋回，致電 999 報警，並通知家屬及院長。

2.3 全體職員每年接受走失應變培訓一次。

## 3 火警

3.1 火警鐘響起，停止工作，經最近的樓梯疏散到停車場集合點，不得使用升降機。

## 4 保險

4.1 火險保單每年六月續保，保費由總務部支付。
"""
NO_PROCEDURE = """# 培訓及福利

## 1 課程

1.1 防止虐待長者課程每年兩次，處理暴力行為工作坊每年一次，報名通知人事部。

1.2 急救課程費用由機構支付，證書須即時交人事部。

1.3 去年走失個案統計於四月會議報告。

## 2 保險

2.1 火險及勞工保險由總務部續保，索償須立即通知總務部。
"""
# Wording that the word lists were not written for.
OTHER_WORDS = """# 清泉中心工作守則 Brightwater House Manual

## 一、家暴個案

1. 社工應與受害人單獨面談，評估危險，如有需要安排入住庇護中心，並轉介家庭服務課。

## 二、性侵害

2. 保持現場及衣物原狀，勸喻當事人切勿清洗，並由同性職員陪同前往醫院；即日告知總主任。

## 三、情緒失控及動武

3. 職員與對方保持距離，先帶其他學員離開房間，按牆上的警鐘，不要單獨上前制止。

## 四、離院未歸

4. 學員逾時一小時未歸，當值職員先致電家人，再到附近找尋；入黑後仍未歸，報警。

## 5 Kitchen

5. When you smell gas, shut the main valve, open the windows and take everybody out by the back stairs.

## 6 Collapse

6. If somebody collapses, shout for help, fetch the AED from the reception and start compressions.

## 七、服錯藥

7. 學員服錯藥物，保留藥袋，立即聯絡駐院護士，有不適即送院。
"""


@pytest.fixture(scope="module")
def safety(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a data folder: ``harmony`` has procedures, ``brightwater`` too, in other words;
    ``sunrise`` speaks of the subjects and has none."""
    folder = tmp_path_factory.mktemp("safety")
    settings = model_settings.model_copy(update={"data": folder / "data"})
    with WorkerPool(settings) as workers:
        texts = {"harmony": PROCEDURES, "sunrise": NO_PROCEDURE, "brightwater": OTHER_WORDS}
        for slug, text in texts.items():
            tenant = tenants.create(settings, slug, slug, HR)
            path = folder / f"{slug}.md"
            path.write_text(text, encoding="utf-8")
            ingest_files(settings, workers, tenant, [path], "main")
    return settings


@pytest.fixture
def own(safety: Settings) -> Iterator[Retriever]:
    """The organisation with procedures, and a contact of its own for every card."""
    retriever = Retriever(safety, tenants.get(safety, "harmony"))
    names = {card.id: "當值主管 6123 4567" for card in subject_cards.listing(retriever.library)}
    contacts.save(retriever.library, Contacts(cards=names))
    yield retriever
    contacts.save(retriever.library, Contacts())


def ask(retriever: Retriever, question: str, **more: Any) -> Answer:
    return turn.answer(retriever, turn.Turn(question, **more))


def test_the_card_is_followed_by_the_own_procedure_and_nothing_else(own: Retriever) -> None:
    answer = ask(own, MISSING)
    assert answer.reason == "emergency"
    assert not answer.refused
    assert not answer.unsure
    assert answer.card is not None
    assert answer.card["is_emergency"] is True
    assert answer.card["contacts"][0] == {"name": "當值主管", "number": "6123 4567"}
    assert answer.contact == "當值主管 6123 4567"
    (citation,) = answer.procedure
    assert "2.2 十五分鐘後仍未尋回，致電 999 報警" in citation.quote
    lines = answer.answer.split("\n")
    assert lines[:2] == [answer.card["title"], "☎ 6123 4567  當值主管"], "an OpenAI client sees the numbers too"
    assert answer.answer.index(answer.card["text"]) < answer.answer.index(citation.quote.split("\n")[-1])
    for beside in ("跌", "保險", HR, "文件", "找不到", "搵唔到"):
        assert beside not in str(answer.content), beside


def test_the_words_of_the_crisis_are_not_searched_for(own: Retriever) -> None:
    one = ask(own, MISSING)
    other = ask(own, "有院友唔見咗，佢上個月跌過一次，仲未買保險！")
    assert other.reason == "emergency"
    assert [quote.quote for quote in other.procedure] == [quote.quote for quote in one.procedure]


def test_a_figure_that_is_asked_for_stands_below_the_card(own: Retriever) -> None:
    answer = ask(own, "有院友跌倒流緊血！要幾耐內通知家屬？")
    assert answer.reason == "emergency"
    assert answer.card is not None
    assert "於兩小時內通知家屬" in answer.answer
    assert answer.answer.index(answer.card["text"]) < answer.answer.index("兩小時內")


def test_a_figure_that_is_not_written_brings_no_refusal_below_the_card(own: Retriever) -> None:
    answer = ask(own, "有院友唔見咗，搜索隊每人有幾多錢車費？")
    assert answer.reason == "emergency"
    assert not answer.refused
    for beside in ("文件未有", "找不到", "搵唔到", "保費", HR):
        assert beside not in str(answer.content), beside


def test_the_card_comes_before_anything_is_searched(own: Retriever) -> None:
    events = list(turn.stream(own, turn.Turn(MISSING)))
    assert isinstance(events[0], CardEvent)
    searched_at = next(at for at, event in enumerate(events) if isinstance(event, SearchingEvent))
    text = "".join(event.text for event in events[:searched_at] if isinstance(event, DeltaEvent))
    assert "☎ 6123 4567" in text
    assert events[0].card["text"] in text


def test_where_there_is_no_procedure_nothing_stands_under_the_card(safety: Settings) -> None:
    retriever = Retriever(safety, tenants.get(safety, "sunrise"))
    answer = ask(retriever, MISSING)
    assert answer.card is not None
    assert answer.procedure == []
    assert answer.citations == []
    assert answer.answer.endswith(answer.card["text"])
    assert HR not in answer.answer
    assert answer.contexts == []


def test_no_shipped_subject_takes_a_clause_on_training_insurance_or_statistics(safety: Settings) -> None:
    retriever = Retriever(safety, tenants.get(safety, "sunrise"))
    subjects = data_files.json_data("assistant.emergency", "procedures.json")
    for subject in subjects:
        card = subject_cards.defaults()[0].model_copy(update={"id": subject})
        for language in (Language.CANTONESE, Language.ENGLISH):
            assert find_procedure(retriever, card, language, None) == [], subject


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("domestic_violence", "單獨面談"),
        ("sexual_assault", "切勿清洗"),
        ("violence_weapon", "牆上的警鐘"),
        ("missing_person", "入黑後仍未歸"),
        ("fire_gas", "shut the main valve"),
        ("medical_emergency", "fetch the AED"),
        ("overdose_poisoning", "保留藥袋"),
        ("child_abuse", None),
        ("suicide_self_harm", None),
        ("elder_or_disabled_abuse", None),
    ],
)
@pytest.mark.parametrize("language", [Language.CANTONESE, Language.ENGLISH])
def test_each_subject_finds_its_own_clause(
    safety: Settings, subject: str, words: str | None, language: Language
) -> None:
    retriever = Retriever(safety, tenants.get(safety, "brightwater"))
    card = subject_cards.defaults()[0].model_copy(update={"id": subject})
    found = find_procedure(retriever, card, language, None)
    assert len(found) == (words is not None)
    assert all(words is not None and words in span.text for span in found)


def test_a_subject_of_the_organisations_own_finds_its_procedure_by_the_title(own: Retriever) -> None:
    card = subject_cards.defaults()[0].model_copy(
        update={"id": "alarm", "title": {"zh-HK": "火警", "en": "Fire alarm"}}
    )
    (span,) = find_procedure(own, card, Language.CANTONESE, None)
    assert "停車場集合點" in span.text
    flood = card.model_copy(update={"title": {"zh-HK": "水浸", "en": "Flood"}})
    assert find_procedure(own, flood, Language.CANTONESE, None) == []


def test_the_procedure_is_searched_only_where_the_asker_may_read(own: Retriever) -> None:
    assert ask(own, MISSING, collections=["main"]).procedure
    answer = ask(own, MISSING, collections=[])
    assert answer.procedure == []
    assert answer.card is not None


def test_the_procedure_is_that_of_today(own: Retriever) -> None:
    assert own.library.in_force(date(1990, 1, 1)) == []
    assert ask(own, MISSING, as_of=date(1990, 1, 1)).procedure == ask(own, MISSING).procedure != []


def test_the_card_is_shown_where_the_search_is_down(
    own: Retriever, safety: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    shutil.copytree(safety.data, tmp_path / "data")
    broken = safety.model_copy(update={"data": tmp_path / "data"})
    retriever = Retriever(broken, tenants.get(broken, "harmony"))
    with retriever.library.transaction() as session:
        session.execute(sa.update(CollectionRow).values(model="another model"))  # which search refuses
    with caplog.at_level(logging.ERROR):
        answer = ask(retriever, MISSING)
    assert answer.reason == "emergency"
    assert answer.card is not None
    assert {"999"} <= {one["number"] for one in answer.card["contacts"]}
    assert answer.procedure == []
    assert "no procedure could be searched" in caplog.text
    assert MISSING not in caplog.text


def test_no_model_is_asked_and_nothing_is_sent(own: Retriever) -> None:
    asked: list[Any] = []

    def reply(body: Any) -> str:
        asked.append(body)
        return "Do nothing. [1]"

    server = LanguageModelServer(reply)
    try:
        told = own.settings.model_copy(update={"llm_base_url": server.url, "llm_model": "m"})
        retriever = Retriever(told, own.tenant)
        model_choices.save(retriever.library, model_choices.ModelChoices(True, ("main",)))
        answer = ask(retriever, "佢而家仲未返嚟，驚佢出事", history=[MISSING])
        assert answer.reason == "emergency"
        assert asked == []
        assert answer.egress.host == ""
        assert answer.egress.sent == []
        assert answer.answerer == "fixed"
    finally:
        model_choices.save(own.library, model_choices.ModelChoices(False))
        server.server.shutdown()
        server.server.server_close()


def test_who_says_that_it_is_no_emergency_gets_the_usual_answer(own: Retriever) -> None:
    events = list(turn.stream(own, turn.Turn(MISSING, card=False)))
    assert isinstance(events[0], SearchingEvent)
    answer = ask(own, MISSING, card=False)
    assert answer.card is None
    assert answer.reason in ("answered", "weak_evidence", "near_miss")
    assert answer.procedure == []


def test_a_stored_emergency_shows_the_same_later(own: Retriever) -> None:
    answer = ask(own, MISSING)
    record = stored_answer(own.library, answer, ["main"], None)
    read = StoredAnswer.from_json(json.loads(json.dumps(record.to_json())))
    assert read == record
    view = view_of(read)
    assert view.answer == view.message == answer.answer
    assert [quote.quote for quote in view.procedure] == [quote.quote for quote in answer.procedure]
    assert view.card is not None
    assert view.card.is_emergency
    emptied = view_of(redacted(read))
    assert emptied.procedure == []
    assert emptied.answer.startswith(f"{view.card.title}\n☎ 6123 4567"), "the numbers are no document's"
    assert "2.2" not in emptied.answer


def test_a_card_of_an_earlier_version_is_still_read(own: Retriever) -> None:
    old = replace(
        stored_answer(own.library, ask(own, "年假有幾多日？"), ["main"], None),
        card={"id": "missing", "title": "有人失蹤", "text": "報警", "contacts": [{"name": "警方", "number": "999"}]},
    )
    view = view_of(StoredAnswer.from_json(old.to_json()))
    assert view.card is not None
    assert view.card.is_emergency is None
    assert view.procedure == []


def test_the_command_prints_the_card_first_then_the_procedure(own: Retriever) -> None:
    shown = run(own.settings, "ask", MISSING, "--tenant", "harmony")
    title, number, *rest = shown.splitlines()
    assert title.startswith("■ ")
    assert number == "  ☎ 6123 4567  當值主管"
    assert shown.index("999") < shown.index("致電 999 報警")
    assert shown.count(rest[-1]) == 1
    assert "文件" not in shown
    ordinary = run(own.settings, "ask", MISSING, "--tenant", "harmony", "--no-card")
    assert "■" not in ordinary
    assert "☎" not in ordinary


def test_a_batch_line_may_say_that_it_is_no_emergency(own: Retriever, tmp_path: Path) -> None:
    lines = [{"id": "1", "question": MISSING}, {"id": "2", "question": MISSING, "card": False}]
    path = tmp_path / "questions.jsonl"
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    out = run(own.settings, "ask", "--batch", str(path), "--tenant", "harmony")
    first, second = map(json.loads, out.splitlines())
    assert first["reason"] == "emergency"
    assert [one["quote"] for one in first["procedure"]] == [one["quote"] for one in first["citations"]]
    assert first["citations"]
    assert second["card"] is None
    assert second["procedure"] == []


def test_a_question_about_the_procedure_is_answered_as_usual_with_its_card(own: Retriever) -> None:
    events = list(turn.stream(own, turn.Turn("院友走失的通報程序是怎樣的？")))
    answer = events[-1].answer  # type: ignore[union-attr]
    assert isinstance(events[0], CardEvent)
    assert answer.card is not None
    assert answer.card["is_emergency"] is False
    assert answer.answerer == "extractive"
    assert "2.2 十五分鐘後仍未尋回" in answer.answer
    assert not answer.answer.startswith(answer.card["title"])


def test_every_built_in_card_has_a_search_for_its_procedure() -> None:
    searches = data_files.json_data("assistant.emergency", "procedures.json")
    assert set(searches) == {card.id for card in subject_cards.defaults()}


def test_the_second_message_of_a_crisis_has_the_card_again_until_the_person_says_no(own: Retriever) -> None:
    follow_up = "佢而家仲未返嚟，驚佢出事"
    assert ask(own, follow_up, history=[MISSING]).reason == "emergency"
    declined = ask(own, "咁表格交俾邊個？", history=[MISSING, MISSING], crisis_history=[])
    assert declined.card is None


def test_other_cards_that_may_be_right_are_named_and_can_be_chosen(own: Retriever) -> None:
    answer = ask(own, unclear_message(own))
    assert answer.card is not None
    others = answer.card["others"]
    assert 1 <= len(others) <= 2
    for one in others:
        assert one["id"] != answer.card["id"]
        assert one["text"]
        assert one["contacts"][0] == {"name": "當值主管", "number": "6123 4567"}
    line = "也可能是：" + "、".join(f"{one['title']}（當值主管 6123 4567）" for one in others)
    assert answer.card["others_line"] == line
    assert answer.answer.count(line) == 1
    assert answer.answer.index(line) < answer.answer.index(answer.card["text"]), "with the numbers"
    contacts.save(own.library, Contacts())
    chosen = ask(own, answer.question, card=others[0]["id"])
    assert chosen.card is not None
    assert (chosen.card["id"], chosen.card["is_emergency"], chosen.card["others"]) == (others[0]["id"], True, [])
    assert chosen.reason == "emergency"


def unclear_message(retriever: Retriever) -> str:
    """An emergency of which the model is not sure what subject it is."""
    chooser = card_chooser(retriever)
    for path in sorted(Path("eval/training/cards").glob("*.jsonl")):
        for line in path.read_text("utf-8").splitlines():
            text = json.loads(line).get("text", "")
            match = chooser.find(text) if detect(text) is not Language.ENGLISH else None
            if match is not None and match.is_emergency and match.others:
                return str(text)
    raise AssertionError("no message is unclear")


def test_a_card_that_is_not_there_cannot_be_chosen(own: Retriever) -> None:
    with pytest.raises(NotFound, match="card_not_found"):
        ask(own, MISSING, card="volcano")


def test_the_card_chosen_stays_for_what_follows(own: Retriever) -> None:
    answer = ask(own, "要唔要通知屋企人？", history=[MISSING, MISSING], chosen_card="child_abuse")
    assert answer.card is not None
    assert (answer.card["id"], answer.card["stage"]) == ("child_abuse", "later")


def test_a_second_message_has_the_numbers_and_the_nearest_clause_of_the_procedure(own: Retriever) -> None:
    first = ask(own, MISSING)
    assert first.card is not None
    assert first.card["stage"] == "first"
    for question, clause in (
        ("幾時要報警？", "2.2 十五分鐘後仍未尋回"),
        ("應該去邊度搵佢？", "2.1 當值主管即時帶隊搜索"),
    ):
        answer = ask(own, question, history=[MISSING])
        assert answer.card is not None
        assert (answer.reason, answer.card["id"], answer.card["stage"]) == ("emergency", "missing_person", "later")
        lines = answer.answer.split("\n")
        assert lines[:3] == [answer.card["title"], "☎ 6123 4567  當值主管", "☎ 999  警方緊急熱線"]
        assert answer.card["text"].split("\n")[0] not in answer.answer, "the steps are above in the conversation"
        (quote,) = answer.procedure
        assert clause in quote.quote
        assert "保險" not in answer.answer
    again = ask(own, MISSING, history=[MISSING])
    assert again.card is not None
    assert again.card["stage"] == "first", "who tells it again has not seen it"


@pytest.mark.parametrize(
    "message", ["多謝 佢而家冇事喇", "thanks, she is fine now", "搵返陳婆婆喇，唔該晒", "多謝", "Mr Chan is back"]
)
def test_what_ends_a_crisis_has_a_short_reply(own: Retriever, message: str) -> None:
    answer = ask(own, message, history=[MISSING, "佢而家仲未返嚟，驚佢出事"])
    assert answer.reason == "emergency_over"
    assert answer.card is not None
    assert (answer.card["id"], answer.card["is_emergency"], answer.card["stage"]) == ("missing_person", False, "over")
    assert "999" in answer.answer
    assert len(answer.answer) < 150
    assert answer.contexts == answer.citations == []
    for before in ([], ["年假有幾多日？"]):
        assert ask(own, message, history=before).reason != "emergency_over"


@pytest.mark.parametrize(
    "message",
    [
        "佢返咗嚟，周身血",
        "佢仲未返嚟",
        "is she safe?",
        "佢話佢冇事",
        "she is not safe",
        "佢醒返但係講嘢含糊",
        "搵到佢喺天台",
        "???",
    ],
)
def test_what_may_be_no_all_clear_is_none(own: Retriever, message: str) -> None:
    assert not ends_crisis(message)
    assert ask(own, message, history=[MISSING]).reason != "emergency_over"


def test_after_the_end_a_new_message_stands_alone(own: Retriever) -> None:
    over = [MISSING, "搵返佢喇，多謝"]
    assert ask(own, "多謝", history=over).reason == "no_question"
    assert ask(own, "要唔要通知屋企人？", history=over).reason != "emergency"
    still = ask(own, "佢而家仲未返嚟，驚佢出事", history=[MISSING, "ok"])
    assert still.reason == "emergency", "a courtesy between ends nothing"


def test_a_contact_that_does_not_dial_comes_after_the_numbers() -> None:
    card = subject_cards.defaults()[0]
    assert card.localized("zh-HK", "值班室，內線 200")["contacts"][-1] == {"name": "值班室，內線 200", "number": ""}
    assert card.localized("zh-HK", "值班室 2345 6789")["contacts"][0] == {"name": "值班室", "number": "2345 6789"}


def test_every_built_in_card_is_a_short_list_of_steps() -> None:
    for card in subject_cards.defaults():
        for text in card.text.values():
            assert 3 <= len(text.split("\n")) <= 6, card.id


def test_the_words_of_a_crisis_go_to_no_model_with_a_later_question(own: Retriever) -> None:
    asked: list[str] = []

    def reply(body: Any) -> str:
        asked.append(json.dumps(body, ensure_ascii=False))
        return "請看文件。 [1]"

    server = LanguageModelServer(reply)
    try:
        told = own.settings.model_copy(update={"llm_base_url": server.url, "llm_model": "m"})
        retriever = Retriever(told, own.tenant)
        model_choices.save(retriever.library, model_choices.ModelChoices(True, ("main",)))
        ask(retriever, "火險呢？", history=[MISSING, "保險幾時續保？"])
        assert any("保險" in one for one in asked)
        assert not any("搵極都搵唔到" in one for one in asked)
    finally:
        model_choices.save(own.library, model_choices.ModelChoices(False))
        server.server.shutdown()
        server.server.server_close()
