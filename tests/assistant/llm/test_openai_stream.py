"""A chat completion's stream when the language model fails in the middle: what was sent cannot be taken back."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openai import OpenAI

from assistant.answers.citations import Citation
from assistant.answers.cited_text import CitedText
from assistant.api.app import create
from assistant.api.openai.streamed_text import StreamedText
from assistant.llm import model_choices
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts, api_keys
from kb.people.access import Ability, Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from tests.helpers.language_model_server import LanguageModelServer, completion_events
from tests.helpers.running_server import running_server

pytestmark = pytest.mark.slow

Started = Callable[..., LanguageModelServer]
SICK_LEAVE = "病假連續兩天或以上，須遞交註冊西醫簽發的醫生證明書"
# The first sentence is complete when the second begins.
TOLD = completion_events(f"{SICK_LEAVE} [1]。未放取的年假最多").removesuffix(b"data: [DONE]\n\n")
BROKEN_OFF = {
    "not JSON": TOLD + b"data: {broken\n\n",
    "an error": TOLD + b'data: {"error": {"message": "out of memory"}}\n\n',
}


@pytest.fixture
def own(asked: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the data, with somebody to whom an API key can belong."""
    shutil.copytree(asked.data, tmp_path / "data")
    settings = asked.model_copy(update={"data": tmp_path / "data"})
    owner = accounts.create(settings, "owner@harmony.example", "Owner", "correct horse battery")
    accounts.add_member(settings, owner.id, "harmony", Role.OWNER)
    library = Library(tenants.get(settings, "harmony"))
    access.grant(library, library.collection("main"), EVERYONE, "read")
    model_choices.save(library, model_choices.ModelChoices(True))
    return settings


def streamed(
    settings: Settings, server: LanguageModelServer, question: str
) -> tuple[str, list[dict[str, Any]], dict[str, Any]]:
    """Ask with OpenAI's client; return the received text, its annotations, and the answer in ``sinzi``."""
    told = settings.model_copy(update={"llm_base_url": server.url, "llm_model": "m", "llm_timeout_seconds": 60.0})
    owner = accounts.by_email(told, "owner@harmony.example")
    assert owner is not None
    token = api_keys.create(told, "harmony", "test", [Ability.ASK], None, owner.id)[1]
    with (
        running_server(create(told, take_in=False)) as address,
        OpenAI(base_url=f"{address}/v1", api_key=token, max_retries=0) as client,
    ):
        asked_for = [{"role": "user", "content": question}]
        chunks = list(client.chat.completions.create(model="sinzi", messages=asked_for, stream=True))  # type: ignore[call-overload]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    notes = [note["url_citation"] for note in chunks[-1].choices[0].delta.annotations]
    return text, notes, chunks[-1].sinzi


@pytest.mark.parametrize("fault", sorted(BROKEN_OFF))
def test_a_text_broken_off_keeps_its_citation(own: Settings, speaking: Started, fault: str) -> None:
    text, notes, whole = streamed(own, speaking(raw=BROKEN_OFF[fault]), "年假可結轉多少天？")
    assert whole["answerer"] == "extractive"
    assert text.startswith(f"{SICK_LEAVE}。 [1]\n\n語言模型"), "the model's sentence has been sent, then the quotes"
    quotes = {text[note["start_index"] : note["end_index"]]: note["quote"] for note in notes}
    assert len({(text[note["start_index"] : note["end_index"]], note["quote"]) for note in notes}) == len(quotes)
    assert SICK_LEAVE in quotes["[1]"]
    assert "最多可結轉5天" in quotes["[2]"]
    assert "\n[2] 《第五章 假期》" in text
    assert text.endswith("\n\n[1] 《第五章 假期》第 5.8 條"), "the place of what only the model cited"
    assert [one["n"] for one in whole["citations"]][:1] == [1], "the answer itself counts from 1"
    assert SICK_LEAVE not in whole["answer"].split("\n")[0]


def test_an_unbroken_text_has_its_sources_below(own: Settings, speaking: Started) -> None:
    text, notes, whole = streamed(own, speaking(f"{SICK_LEAVE} [1]。"), "病假要唔要醫生紙？")
    assert whole["answerer"] == "llm"
    assert text == f"{SICK_LEAVE}。 [1]\n\n[1] 《第五章 假期》第 5.8 條"
    assert [text[note["start_index"] : note["end_index"]] for note in notes] == ["[1]", "[1]"]
    assert {note["quote"] for note in notes} == {whole["citations"][0]["quote"]}


def quote(n: int, chunk: int) -> Citation:
    return Citation(n, "d.txt", "手冊", 1, 1, [], None, "見附註[1]。", chunk, 0, 8, "zh-Hant")


def test_one_number_is_one_source() -> None:
    shown = StreamedText()
    assert shown.add(CitedText(("甲 ", quote(1, 7), " 乙 ", quote(2, 8)))) == "甲 [1] 乙 [2]"
    assert shown.add(CitedText(("丙 ", quote(1, 9), " 丁 ", quote(2, 7)))) == "丙 [3] 丁 [1]"
    assert [(one.n, one.chunk_id) for one in shown.citations] == [(1, 7), (2, 8), (3, 9)]


def test_a_bracket_of_the_documents_is_no_marker() -> None:
    shown = StreamedText()
    shown.add(CitedText((quote(1, 7), " 《手冊》\n「見附註[1]。」")))
    assert [(one.start, one.end) for one in shown.markers] == [(0, 3)]


def test_a_text_comes_line_by_line_as_it_is() -> None:
    text = CitedText(("一：", quote(1, 7), " 二\n三\r\n\n", quote(2, 8), "四\u2028五\n"))
    lines = [str(one) for one in text.lines()]
    assert lines == str(text).splitlines(keepends=True)
    assert next(one.citations for one in text.lines()) == [quote(1, 7)]
