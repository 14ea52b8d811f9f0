"""Questions that are answered by their form: a clause by its number, a row by its name, and no question at all."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path

import pytest

from assistant import turn
from assistant.answers.answer import Answer
from assistant.no_question import asks_nothing
from kb.core.settings import Settings
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.made_once import made_once
from tests.helpers.small_libraries import ingest_texts

CONSTITUTION = "\n\n".join(
    ["# 白蘭會章程"]
    + [
        f"第{number}條　{text}"
        for number, text in (
            ("一", "本會定名為白蘭會。"),
            ("二", "會址設於觀塘。"),
            ("三", "會員每年繳交會費八十元。"),
            ("四", "執行委員會由七人組成，任期兩年。"),
            ("五", "會員大會每年舉行一次，法定人數為三十人。"),
            ("六", "帳目須由核數師審核。"),
        )
    ]
)
LIBRARIES: dict[str, dict[str, str]] = {
    "club": {
        "白蘭會章程.md": CONSTITUTION,
        "辦公室守則.md": "# 辦公室守則\n\n1.1 大門於晚上九時上鎖。\n\n1.2 影印機由文員保養。\n",
    },
    "rota": {
        "義診更表.csv": "日期,醫生,診室\n2027-3-02,白術,甲室\n2027-3-09,杜仲,乙室\n2027-3-16,黃芩,甲室\n",
        "津貼表.csv": "職系,交通津貼,膳食津貼\n廚師,310,120\n司機,450,90\n護理員,280,75\n",
    },
    "validity": {
        "場租通告.txt": "場租通告\n\n本通告由2025年1月1日至6月30日適用。\n\n一、禮堂每小時收費三百二十元。\n",
        "泳班安排.txt": "泳班安排\n\n生效日期：2033年5月1日\n\n一、泳班每堂收費六十五元。\n",
        "閱覽室規則.txt": "閱覽室規則\n\n一、閱覽室逢星期三休息。\n",
        "locker notice.txt": (
            "Locker Notice\n\nThis notice is valid until 31 March 2025.\n\n1. A locker costs 15 dollars a week.\n"
        ),
    },
}


@pytest.fixture(scope="session")
def libraries(model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    def make(folder: Path) -> None:
        ingest_texts(model_settings.model_copy(update={"data": folder / "data"}), folder, LIBRARIES)

    data = tmp_path_factory.mktemp("form") / "data"
    shutil.copytree(made_once(tmp_path_factory, "questions-of-form", make) / "data", data)
    return model_settings.model_copy(update={"data": data})


def ask(settings: Settings, slug: str, question: str, day: date | None = None) -> Answer:
    return turn.answer(Retriever(settings, tenants.get(settings, slug)), turn.Turn(question, as_of=day))


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("章程第四條講乜？", "任期兩年"),
        ("第5條寫咗啲咩？", "法定人數為三十人"),
        ("白蘭會章程第六條係咩？", "核數師"),
        ("守則1.2條講咩？", "影印機由文員保養"),
    ],
)
def test_a_clause_is_found_by_its_number(libraries: Settings, question: str, fact: str) -> None:
    answer = ask(libraries, "club", question)
    assert not answer.refused
    assert not answer.unsure
    assert [fact in one.quote for one in answer.citations] == [True]


@pytest.mark.parametrize("question", ["合約第四條講乜？", "第九條講乜？"])
def test_a_clause_of_another_document_is_not_given_for_it(libraries: Settings, question: str) -> None:
    answer = ask(libraries, "club", question)
    assert answer.refused or answer.unsure


@pytest.mark.parametrize(
    ("question", "cells"),
    [
        ("杜仲幾時應診？", ("2027-3-09", "杜仲")),
        ("司機交通津貼有幾多錢？", ("司機", "450")),
        ("護理員有幾多膳食津貼？", ("護理員", "75")),
    ],
)
def test_the_row_that_a_question_names_is_quoted_first(
    libraries: Settings, question: str, cells: tuple[str, str]
) -> None:
    answer = ask(libraries, "rota", question)
    assert not answer.unsure
    assert all(cell in answer.citations[0].quote for cell in cells)


@pytest.mark.parametrize(
    ("question", "named"),
    [
        ("禮堂每小時幾錢？", ("場租通告", "2025-06-30", "三百二十元")),
        ("泳班每堂收幾錢？", ("泳班安排", "2033-05-01", "六十五元")),
        ("How much is a locker a week?", ("Locker Notice", "2025-03-31", "15 dollars")),
    ],
)
def test_a_rule_that_ended_or_begins_later_is_not_given_as_the_current_one(
    libraries: Settings, question: str, named: tuple[str, ...]
) -> None:
    answer = ask(libraries, "validity", question, date(2026, 5, 4))
    assert answer.unsure
    first_line = answer.answer.split("\n")[0]
    assert named[0] in first_line
    assert named[1] in first_line
    assert named[2] in answer.answer


@pytest.mark.parametrize(
    ("question", "day", "fact"),
    [
        ("禮堂每小時幾錢？", date(2025, 6, 30), "三百二十元"),
        ("泳班每堂收幾錢？", date(2033, 5, 1), "六十五元"),
        ("閱覽室星期幾休息？", date(2026, 5, 4), "星期三"),
    ],
)
def test_a_rule_is_the_current_one_on_its_first_and_last_day(
    libraries: Settings, question: str, day: date, fact: str
) -> None:
    answer = ask(libraries, "validity", question, day)
    assert not answer.unsure
    assert fact in answer.citations[0].quote


@pytest.mark.parametrize(
    "text",
    [
        "7×8=",
        "三百加廿五等於幾多？",
        "$90 + 5%?",
        "早晨！",
        "唔該晒",
        "Hi there!",
        "Thank you so much.",
        "？？！",
        "👍",
        "點呀",
    ],
)
def test_what_asks_nothing_gets_a_friendly_reply_without_quotes(libraries: Settings, text: str) -> None:
    answer = ask(libraries, "club", text)
    assert answer.reason == "no_question"
    assert not answer.refused
    assert not answer.citations
    assert not answer.contexts


@pytest.mark.parametrize(
    "text", ["會費", "2026-05-08", "5.3", "2345 6789", "多謝，咁會費呢？", "AL", "12 + 34 = 會費", "the lease"]
)
def test_what_names_something_is_a_question(text: str) -> None:
    assert not asks_nothing(text, follows=False)


@pytest.mark.parametrize("text", ["可以嗎？", "點解", "得唔得？"])
def test_function_words_ask_about_the_question_before(text: str) -> None:
    assert not asks_nothing(text, follows=True)
