"""What is sent to a language model: only allowed text, masked, and all of it is shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from assistant import turn
from assistant.commands.model import model
from assistant.llm import endpoint, model_choices
from assistant.llm.masking import Masker
from kb.core.errors import NotFound
from kb.core.settings import Settings
from kb.personal_data import hkid
from kb.search.retriever import Retriever
from tests.helpers.command_line import invoke
from tests.helpers.language_model_server import LanguageModelServer

pytestmark = pytest.mark.slow

Started = Callable[..., LanguageModelServer]
Made = Callable[..., Retriever]


@pytest.mark.parametrize(
    ("number", "valid"),
    [("A123456(3)", True), ("A123456(4)", False), ("AB987654(3)", True), ("Z683365(A)", True), ("Z683365(5)", False)],
)
def test_hkid_check_digit(number: str, valid: bool) -> None:
    match = hkid.HKID.search(number)
    assert match is not None
    assert hkid.is_valid(*match.groups()) is valid


@pytest.mark.parametrize(
    ("text", "kind", "piece"),
    [
        ("身份證號碼 A123456(3)。", "hkid", "A123456(3)"),
        ("請致電 9123 4567 查詢", "phone", "9123 4567"),
        ("Call +852 2765-4321 now", "phone", "+852 2765-4321"),
        ("電郵 tm.chan@example.org", "email", "tm.chan@example.org"),
        ("銀行戶口：012-345-678901-001", "bank", "012-345-678901-001"),
        ("住址：九龍彌敦道123號幸福大廈5樓B室", "address", "彌敦道123號"),
        ("lives at 123 Nathan Road", "address", "123 Nathan Road"),
        ("院友姓名：陳大文", "name", "陳大文"),
        ("王美玲女士來電", "name", "王美玲"),
        ("出席者：李小明、何志強", "name", "何志強"),
        ("Mr. Peter Chan called", "name", "Peter Chan"),
        ("姓名\t職位\n何志強\t社工", "name", "何志強"),
    ],
)
def test_personal_data_is_masked_and_restored(text: str, kind: str, piece: str) -> None:
    masker = Masker()
    masked = masker.mask(text)
    assert piece not in masked
    assert masker.counts[kind] >= 1
    assert masker.unmask(masked) == text


@pytest.mark.parametrize(
    "text",
    [
        "第5.3條由2026年4月1日起生效，編號20260401，金額港幣12,345元。",
        "社會福利署熱線 2343 2255；香港撒瑪利亞防止自殺會 2389 2222；1823",
        "高級社工須於任何時間通知關懷小組，程序見附件A123456(4)。",
        "Staff may claim up to HK$500 within 14 working days of 30 June 2026.",
        "院舍主任須於24小時內交報告，溫度攝氏2至8度。",
    ],
)
def test_text_that_is_not_personal_data_stays(text: str) -> None:
    assert Masker().mask(text) == text


def test_the_same_piece_has_the_same_mark_and_a_loose_mark_is_understood() -> None:
    masker = Masker()
    first, second = masker.mask("陳大文先生，9123 4567"), masker.mask("致電 91234567 找陳大文先生")
    assert "〔電話1〕" in first
    assert "〔電話1〕" in second
    assert masker.unmask("請致電[電話1]找〔姓名 1〕。") == "請致電9123 4567找陳大文。"


def test_internal_and_external_models(settings: Settings) -> None:
    def inside(url: str) -> bool:
        return endpoint.is_internal(settings.model_copy(update={"llm_base_url": url}))

    assert inside("http://127.0.0.1:11434/v1")
    assert inside("http://192.168.1.20:8000/v1")
    assert inside("http://[::1]:8000/v1")
    assert not inside("https://8.8.8.8/v1")
    assert not inside("https://no-such-host.invalid/v1")


def test_nothing_is_sent_until_the_owner_enables_the_model(speaking: Started, with_model: Made) -> None:
    server = speaking("未放取的年假最多可結轉5天到下一年度 [1]。")
    retriever = with_model(server.url)
    model_choices.save(retriever.library, model_choices.ModelChoices())
    answer = turn.answer(retriever, turn.Turn("年假可結轉多少天？"))
    assert (answer.answerer, answer.fallback, server.requests) == ("extractive", "", [])
    assert answer.egress.as_dict() == {
        "left": False, "host": None, "model": None, "collections": [], "sent": [], "masked": {},
    }  # fmt: skip


def test_a_collection_that_may_not_be_sent_externally(
    monkeypatch: pytest.MonkeyPatch, speaking: Started, with_model: Made
) -> None:
    """The server stands for an external one: in this test, this machine's address counts as external."""
    monkeypatch.setattr(endpoint, "is_internal", lambda settings: False)
    server = speaking("未放取的年假最多可結轉5天到下一年度 [1]。")
    closed = turn.answer(with_model(server.url), turn.Turn("年假可結轉多少天？"))
    assert (closed.fallback, server.requests, closed.egress.sent_externally) == ("may_not_leave", [], False)
    assert "不可傳出機構" in closed.answer
    opened = turn.answer(with_model(server.url, leave=("main",)), turn.Turn("年假可結轉多少天？"))
    assert (opened.answerer, opened.egress.sent_externally, opened.egress.collections) == ("llm", True, ["main"])


def test_the_messages_that_were_sent_are_shown_exactly(speaking: Started, with_model: Made) -> None:
    server = speaking("病假連續兩天或以上，須遞交醫生證明書 [1]。")
    question = "陳大文先生（A123456(3)，電話9123 4567）病假兩日要唔要醫生證明書？"
    answer = turn.answer(with_model(server.url), turn.Turn(question))
    assert answer.egress.sent == server.requests[-1]["messages"]
    for piece in ("陳大文", "A123456", "9123 4567"):
        assert piece not in server.heard
    assert answer.egress.masked == {"hkid": 1, "name": 1, "phone": 1}
    assert server.requests[-1]["max_tokens"] == 512


def test_personal_data_is_restored_in_the_answer(speaking: Started, with_model: Made) -> None:
    def reply(body: dict[str, object]) -> str:
        return "病假連續兩天或以上，〔姓名1〕須遞交註冊西醫簽發的醫生證明書 [1]。"

    answer = turn.answer(with_model(speaking(reply).url), turn.Turn("王美玲女士病假兩日要唔要醫生證明書？"))
    assert all("〔" not in one.text for one in answer.sentences)
    assert any("王美玲" in one.text for one in answer.sentences)


def test_a_redirect_is_not_followed(speaking: Started, with_model: Made) -> None:
    answer = turn.answer(with_model(speaking("x", status=307).url), turn.Turn("年假可結轉多少天？"))
    assert answer.answerer == "extractive"
    assert answer.fallback in ("down", "rubbish")


def test_choices_on_the_command_line(asked: Settings) -> None:
    on = json.loads(invoke(asked, model, "--tenant", "sunrise", "--on", "--allow", "main", "--json"))
    assert (on["enabled"], on["collections"]) == (True, ["main"])
    off = json.loads(invoke(asked, model, "--tenant", "sunrise", "--off", "--deny", "main", "--json"))
    assert (off["enabled"], off["collections"]) == (False, [])
    with pytest.raises(NotFound, match="collection_not_found"):
        invoke(asked, model, "--tenant", "sunrise", "--allow", "no-such")
