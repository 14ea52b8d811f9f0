"""Questions that are answered by their form: a clause by its number, a row by its name, and no question at all."""

from __future__ import annotations

import io
import shutil
from datetime import date
from pathlib import Path

import pytest
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from assistant import turn
from assistant.answers.answer import Answer
from assistant.no_question import asks_nothing
from ingest.parsers.mail.quoted_mail import QUOTED_MAIL
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
MAIL = """From: =?utf-8?B?5bel5L2c?= <a@example.org>
To: all@example.org
Subject: {subject}
Date: Fri, 08 May 2026 10:00:00 +0800
MIME-Version: 1.0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: 8bit

{body}
"""
REPLY = """各位：

更正：飯盒津貼的新數目是每日 61 元。

阿青

-----Original Message-----
From: 阿黃
Sent: Monday, 4 May 2026 9:00 AM
To: 阿青
Subject: lunch

飯盒津貼的舊數目是每日 47 元。"""
REPLY_BELOW = """On Mon, 4 May 2026 at 09:00, Wong <w@example.org> wrote:
> 茶點津貼的舊數目是每次 20 元。

茶點津貼的新數目是每次 33 元。"""
CHAT = """[3/6/2026 上午10:00:00] 東翼組: \u200e訊息和通話都經過端對端加密。
[3/6/2026 上午10:01:00] 阿梅: 後備鎖匙要問邊個攞？
[3/6/2026 上午10:02:10] 主任: 問管家阿群，內線 226
[3/6/2026 上午10:03:00] 阿梅: 收到
"""


def _paper() -> bytes:
    """Return a PDF of four pages: two of preface with Roman numbers at the foot, then pages 1 and 2."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for text, number in (
        ("Staff Benefits", "i"),
        ("Preface. The committee has approved this booklet.", "ii"),
        ("3.1 The uniform allowance is 880 dollars a year, against receipts.", "1"),
        ("4.1 The study allowance is 2,000 dollars a year.", "2"),
    ):
        canvas.setFont("Helvetica", 11)
        canvas.drawString(70, 760, text)
        canvas.drawString(295, 30, number)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


LIBRARIES: dict[str, dict[str, str | bytes]] = {
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
    "conditions": {
        "活動手冊.md": (
            "# 活動手冊\n\n1.1 會員每堂收費三十八元。\n\n2.1 三年級學童下午三時半放學。\n\n3.1 沙田宿舍的訪客須於晚上八時前離開。"
            "\n\n4.1 早更津貼每更五十五元。\n\n5.1 借用禮堂，須於十四天前申請。\n"
        ),
        "leave.md": "# Leave\n\n1.1 Staff have 16 days of annual leave a year.\n",
    },
    "mail": {
        "飯盒.eml": MAIL.format(subject="Re: lunch", body=REPLY),
        "茶點.eml": MAIL.format(subject="Re: tea", body=REPLY_BELOW),
    },
    "chat": {"WhatsApp 東翼組.txt": CHAT},
    "parts": {
        "安全手冊.md": (
            "# 安全手冊\n\n## 1. 滅火筒\n\n1.1 滅火筒每年須檢查兩次。\n\n## 2. 急救\n\n2.1 急救箱每月檢查一次，紀錄須保留三年。\n\n"
            "## 3. 文件\n\n3.1 滅火筒檢查紀錄須保留九年。\n"
        ),
        **{
            f"{place}飯堂.txt": (
                f"{place}長者飯堂通告\n\n一、{place}長者飯堂於上午十一時開放。\n"
                f"二、{place}長者飯堂每餐收費 {price} 元，須即日繳付。\n三、如需外送，須於一天前登記，每程另收 {more} 元。\n"
            )
            for place, price, more in (
                ("觀月閣", 31, 12),
                ("聽風樓", 33, 14),
                ("望海居", 35, 16),
                ("竹林苑", 37, 18),
                ("松鶴軒", 39, 22),
            )
        },
    },
    "words": {
        "維修.txt": "維修安排\n\n升降機故障，須致電承辦商。\n",
        "借用.txt": "借用安排\n\n雨傘可於接待處借用兩天。\n",
        "雜物.txt": "雜物安排\n\n塑膠袋存放於一樓儲物室。\n",
        "清潔.txt": "清潔安排\n\n地毯每季清洗一次。\n",
    },
    "followup": {
        "外展守則.md": "# 外展守則\n\n1.1 職員外展可報銷午膳。\n\n1.2 義工外展不可報銷午膳。\n\n1.3 義工可報銷車費。\n"
    },
    "paper": {"benefits.pdf": _paper()},
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


# Near misses, mails, chats, parts, words: each with the question that must stay answered.


@pytest.mark.parametrize(
    ("question", "asked", "found"),
    [
        ("非會員每堂收幾錢？", "非會員", "會員"),
        ("五年級幾點放學？", "五年級", "三年級"),
        ("大埔宿舍訪客幾點前要離開？", "大埔宿舍", "沙田宿舍"),
        ("夜更津貼每更幾錢？", "夜更", "早更"),
        ("How many days of sick leave do staff have?", "sick leave", "annual leave"),
        ("借用投影機須於幾多日前申請？", "投影機", "禮堂"),
    ],
)
def test_a_rule_under_another_condition_is_not_given_as_the_answer(
    libraries: Settings, question: str, asked: str, found: str
) -> None:
    answer = ask(libraries, "conditions", question)
    assert answer.refused or answer.unsure
    if not answer.refused:
        first_line = answer.answer.split("\n")[0]
        assert answer.reason == "near_miss"
        assert asked in first_line
        assert found in first_line


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("會員每堂收幾錢？", "三十八元"),
        ("三年級幾點放學？", "三時半"),
        ("沙田宿舍訪客幾點前要離開？", "八時"),
        ("早更津貼每更幾錢？", "五十五元"),
        ("How many days of annual leave do staff have?", "16 days"),
    ],
)
def test_the_condition_that_is_asked_for_is_answered_as_sure(libraries: Settings, question: str, fact: str) -> None:
    answer = ask(libraries, "conditions", question)
    assert not answer.unsure
    assert fact in answer.citations[0].quote


@pytest.mark.parametrize("question", ["飯盒津貼每日幾多錢？", "茶點津貼每次幾多錢？"])
def test_a_reply_goes_before_the_mail_that_it_repeats(libraries: Settings, question: str) -> None:
    answer = ask(libraries, "mail", question)
    assert not answer.refused
    assert "新" in answer.citations[0].quote
    assert all(one.heading == QUOTED_MAIL for one in answer.citations if "舊" in one.quote)


def test_the_answer_in_a_chat_is_what_follows_the_question(libraries: Settings) -> None:
    answer = ask(libraries, "chat", "後備鎖匙問邊個攞？")
    assert "管家阿群" in answer.citations[0].quote
    assert "加密" not in "".join(one.text for one in answer.contexts)


def test_two_questions_in_one_are_both_answered(libraries: Settings) -> None:
    answer = ask(libraries, "parts", "滅火筒每年要檢查幾多次，紀錄要留幾多年？")
    quotes = "".join(one.quote for one in answer.citations)
    assert "兩次" in quotes
    assert "九年" in quotes


def test_the_quote_goes_on_to_the_clause_that_has_the_answer(libraries: Settings) -> None:
    answer = ask(libraries, "parts", "觀月閣長者飯堂外送每程收幾錢？")
    assert any("每程另收 12 元" in one.quote for one in answer.citations)


@pytest.mark.parametrize(
    ("question", "fact"),
    [("部𨋢壞咗搵邊個？", "承辦商"), ("遮可以借幾多日？", "雨傘"), ("膠袋放喺邊度？", "塑膠袋")],
)
def test_everyday_words_find_what_documents_call_otherwise(libraries: Settings, question: str, fact: str) -> None:
    answer = ask(libraries, "words", question)
    assert not answer.refused
    assert fact in answer.citations[0].quote


def test_a_short_question_about_other_persons_asks_the_same_for_them(libraries: Settings) -> None:
    retriever = Retriever(libraries, tenants.get(libraries, "followup"))
    answer = turn.answer(retriever, turn.Turn("義工得唔得？", ("外展可唔可以報銷午膳？",)))
    assert "義工外展不可報銷午膳" in "".join(one.quote for one in answer.citations)


def test_the_number_on_the_paper_and_that_of_the_file_are_both_shown(libraries: Settings) -> None:
    answer = ask(libraries, "paper", "How much is the uniform allowance?")
    assert "page 1 (page 3 of the PDF)" in answer.answer
