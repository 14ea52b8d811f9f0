"""An emergency over the API: plain fields, the same later, in no list of bad answers and in no log."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from assistant.api.app import create
from kb.core.settings import Settings
from kb.library import contacts
from kb.library.contacts import Contacts
from kb.library.documents import Library
from kb.store.tables.activity_tables import ConversationRow
from tests.assistant.api.test_ask import HARMONY, asked, events
from tests.helpers.running_server import new_api_key
from tests.helpers.service import ClientOf

MISSING = "有院友唔見咗，搵極都搵唔到！"


@pytest.fixture
def conversation(client: ClientOf) -> str:
    """Path of the messages of a new conversation of the member's."""
    opened = client("member").post(f"{HARMONY}/conversations", json={}).json()["id"]
    return f"{HARMONY}/conversations/{opened}/messages"


def test_card_and_procedure_are_plain_fields(client: ClientOf, library: Library) -> None:
    found = asked(client("member"), MISSING)
    assert found["reason"] == "emergency"
    assert found["refused"] is False
    assert found["unsure"] is False
    assert found["card"]["is_emergency"] is True
    assert {"999"} <= {one["number"] for one in found["card"]["contacts"]}
    assert found["procedure"] == found["citations"] == found["nearest"] == []
    assert found["message"] == found["answer"]
    assert found["answer"].startswith(found["card"]["title"] + "\n☎ 999")
    ordinary = asked(client("member"), MISSING, card=False)
    assert ordinary["card"] is None
    assert ordinary["reason"] != "emergency"


def test_the_own_contact_comes_first(client: ClientOf, library: Library) -> None:
    card = asked(client("member"), MISSING)["card"]["id"]
    contacts.save(library, Contacts(cards={card: "當值主管 6123 4567"}))
    try:
        found = asked(client("member"), MISSING)
        assert found["card"]["contacts"][0] == {"name": "當值主管", "number": "6123 4567"}
        assert found["contact"] == "當值主管 6123 4567"
    finally:
        contacts.save(library, Contacts())


def test_the_card_is_the_first_event_and_the_message_is_kept(client: ClientOf, conversation: str) -> None:
    member = client("member")
    response = member.post(conversation, json={"question": MISSING}, headers={"Accept": "text/event-stream"})
    told = events(response.text)
    assert told[0][0] == "card"
    assert told[0][1]["card"]["is_emergency"] is True
    assert [name for name, _ in told if name != "delta"] == ["card", "searching", "evidence", "done"]
    done = told[-1][1]["answer"]
    assert "".join(data["text"] for name, data in told if name == "delta") == done["answer"]
    kept = member.get(conversation.removesuffix("/messages")).json()["messages"][0]["answer"]
    assert kept == done


def test_a_reader_of_simplified_characters_gets_the_card_in_them(client: ClientOf, conversation: str) -> None:
    member = client("member")
    member.put(f"{HARMONY}/ask/preferences", json={"script": "hans"})
    try:
        told = events(
            member.post(conversation, json={"question": MISSING}, headers={"Accept": "text/event-stream"}).text
        )
    finally:
        member.put(f"{HARMONY}/ask/preferences", json={"script": "hant"})
    answer = told[-1][1]["answer"]
    assert told[0][1]["card"] == answer["card"]
    assert "当值" in answer["card"]["text"]
    assert answer["card"]["text"] in answer["answer"]


def test_an_openai_client_sees_the_numbers_first(client: ClientOf, service_settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    body: dict[str, Any] = {"model": "sinzi", "messages": [{"role": "user", "content": MISSING}]}
    browser = client("none")
    answer = browser.post("/v1/chat/completions", json=body, headers=headers).json()
    content = answer["choices"][0]["message"]["content"]
    assert "☎ 999" in content.split("\n")[1]
    assert answer["sinzi"]["reason"] == "emergency"
    chunks = browser.post("/v1/chat/completions", json={**body, "stream": True}, headers=headers).text
    sent = [json.loads(line.removeprefix("data: ")) for line in chunks.split("\n\n") if line.startswith("data: {")]
    assert "".join(one["choices"][0]["delta"].get("content", "") for one in sent if one["choices"]) == content
    ordinary = browser.post("/v1/chat/completions", json={**body, "sinzi": {"card": False}}, headers=headers).json()
    assert ordinary["sinzi"]["card"] is None


def test_an_emergency_is_in_no_list_of_bad_answers(client: ClientOf, conversation: str) -> None:
    member = client("member")
    message = member.post(conversation, json={"question": MISSING}, headers={"Accept": "application/json"}).json()
    assert member.put(f"{HARMONY}/messages/{message['id']}/feedback", json={"verdict": -1}).status_code == 204
    bad = "舍監食乜嘢早餐？"
    refused = member.post(conversation, json={"question": bad}, headers={"Accept": "application/json"}).json()
    assert refused["answer"]["refused"]
    shown = client("evaluator").get(f"{HARMONY}/logged-questions").text
    assert bad in shown
    assert MISSING not in shown


def test_a_chosen_card_is_kept_for_what_follows(client: ClientOf, conversation: str) -> None:
    member, headers = client("member"), {"Accept": "application/json"}

    def say(question: str, **more: Any) -> dict[str, Any]:
        response = member.post(conversation, json={"question": question, **more}, headers=headers)
        assert response.status_code == 200, response.text
        found: dict[str, Any] = response.json()["answer"]
        return found

    assert say(MISSING)["card"]["id"] == "missing_person"
    chosen = say(MISSING, card="child_abuse")["card"]
    assert (chosen["id"], chosen["stage"], chosen["language"]) == ("child_abuse", "first", "zh-HK")
    later = say("要唔要通知屋企人？")["card"]
    assert (later["id"], later["stage"]) == ("child_abuse", "later")
    over = say("多謝，佢而家冇事喇")
    assert (over["reason"], over["card"]["stage"]) == ("emergency_over", "over")
    assert member.post(conversation, json={"question": MISSING, "card": "volcano"}, headers=headers).status_code == 404


def test_the_words_of_an_emergency_are_in_no_log(service_settings: Settings, log: io.StringIO) -> None:
    talkative = TestClient(create(service_settings.model_copy(update={"log_questions": True}), take_in=False))
    headers = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    for question in (MISSING, "義工幾耐要做一次體檢？"):
        body = {"model": "sinzi", "messages": [{"role": "user", "content": question}]}
        assert talkative.post("/v1/chat/completions", json=body, headers=headers).status_code == 200
    told = [{"role": "user", "content": text} for text in (MISSING, "搵返王婆婆喇，多謝")]
    over = talkative.post("/v1/chat/completions", json={"model": "sinzi", "messages": told}, headers=headers).json()
    assert over["sinzi"]["reason"] == "emergency_over"
    assert "王婆婆" not in log.getvalue()
    assert "義工幾耐要做一次體檢？" in log.getvalue()
    assert "搵極" not in log.getvalue()


def test_it_goes_with_its_conversation(client: ClientOf, conversation: str, library: Library) -> None:
    member = client("member")
    member.post(conversation, json={"question": MISSING}, headers={"Accept": "application/json"})
    path = conversation.removesuffix("/messages")
    assert member.delete(path).status_code == 204
    with library.session() as session:
        assert session.get(ConversationRow, int(path.rsplit("/", 1)[1])) is None
