"""Asking over the API: one question, conversations, what others may not see, what is kept and what is not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.answers.amended_rules import find_amended_rule
from assistant.answers.script_conversion import ScriptConverter
from assistant.evidence.gather import gather
from kb.core.settings import Settings
from kb.library import audit
from kb.library.documents import Library
from kb.people import access
from kb.people.access import Ability
from kb.search.retriever import Retriever
from tests.helpers.running_server import new_api_key
from tests.helpers.service import ClientOf

HARMONY = "/api/v1/tenants/harmony"
ANSWERED = "義工幾耐要做一次體檢？"
QUESTION = "How long does a complaint reply take?"
UNANSWERED = "公司有冇牙科保險？"
ACTIVITY = "星期三有乜嘢活動？"


def asked(client: TestClient, question: str, **more: Any) -> dict[str, Any]:
    response = client.post(f"{HARMONY}/ask", json={"question": question, **more})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def talk(client: TestClient, *questions: str) -> tuple[int, list[dict[str, Any]]]:
    """Open a conversation, ask, and return its id with the kept messages."""
    opened = client.post(f"{HARMONY}/conversations", json={}).json()["id"]
    path = f"{HARMONY}/conversations/{opened}/messages"
    kept = [
        client.post(path, json={"question": one}, headers={"Accept": "application/json"}).json() for one in questions
    ]
    return opened, kept


def events(text: str) -> list[tuple[str, dict[str, Any]]]:
    blocks = [block.split("\n") for block in text.strip().split("\n\n")]
    return [(name.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for name, data in blocks]


def test_an_answer_carries_all_that_opens_its_sources(client: ClientOf) -> None:
    found = asked(client("member"), QUESTION)
    assert not found["refused"]
    first = found["citations"][0]
    assert first["document"] == "Complaint Handling Policy.pdf"
    assert first["pages"]
    assert first["collection"] == "main"
    assert {"chunk_id", "start", "end", "document_id", "version_id", "effective_from", "effective_to"} <= set(first)
    assert first["quote"]
    assert found["egress"] == {
        "left": False, "host": None, "model": None, "collections": [], "sent": [], "masked": {}
    }  # fmt: skip


def test_a_refusal_is_an_answer_that_names_passages_and_whom_to_ask(client: ClientOf) -> None:
    found = asked(client("member"), UNANSWERED)
    assert found["refused"]
    assert found["citations"] == []
    assert 0 < len(found["nearest"]) <= 3
    assert found["nearest"][0]["chunk_id"]
    assert "人事部，內線 101" in found["message"]
    assert found["nearest"][0]["title"] not in found["message"], "the list of passages is not in the message as well"


def test_a_collection_out_of_reach_is_neither_searched_nor_named(client: ClientOf) -> None:
    assert all(one["collection"] == "main" for one in _seen(asked(client("member"), ACTIVITY)))
    assert any(one["collection"] == "private" for one in _seen(asked(client("owner"), ACTIVITY)))
    for wanted in ("private", "nowhere"):
        response = client("member").post(f"{HARMONY}/ask", json={"question": ACTIVITY, "collections": [wanted]})
        assert response.status_code == 404
        assert response.json()["error"]["code"] == "collection_not_found"


def _seen(answer: dict[str, Any]) -> list[dict[str, Any]]:
    return [*answer["citations"], *answer["nearest"]]


def test_a_circular_out_of_reach_does_not_amend_an_answer(harmony: Retriever) -> None:
    evidence = gather(harmony, "服務滿一年有幾多日年假？", ["main"], None)
    clause = next(one.span for one in evidence.spans if "第五章" in one.span.passage.text)
    assert find_amended_rule(harmony.library, evidence, clause) is not None
    narrower = replace(evidence, collections=["private"])
    assert find_amended_rule(harmony.library, narrower, clause) is None


def test_a_conversation_streams_its_answer_and_keeps_it(client: ClientOf) -> None:
    member = client("member")
    opened = member.post(f"{HARMONY}/conversations", json={}).json()["id"]
    path = f"{HARMONY}/conversations/{opened}/messages"
    response = member.post(path, json={"question": QUESTION}, headers={"Accept": "text/event-stream"})
    assert response.headers["content-type"].startswith("text/event-stream")
    told = events(response.text)
    kinds = [kind for kind, _ in told]
    assert kinds[:2] == ["searching", "evidence"]
    assert set(kinds[2:-1]) == {"delta"}
    assert kinds[-1] == "done"
    done = told[-1][1]
    assert "".join(data["text"] for kind, data in told if kind == "delta") == done["answer"]["answer"]
    kept = member.get(f"{HARMONY}/conversations/{opened}").json()
    assert kept["title"] == QUESTION
    assert kept["messages"] == [done]


def test_a_follow_up_is_understood_and_says_so(client: ClientOf) -> None:
    _, (first, second) = talk(client("member"), "義工服務時數點計？", "咁交通津貼呢？")
    assert first["answer"]["searched"] == "義工服務時數點計？"
    assert second["answer"]["searched"] != "咁交通津貼呢？"
    assert "交通津貼" in second["answer"]["searched"]


def test_scope_stays_until_a_question_changes_it(client: ClientOf) -> None:
    member = client("member")
    opened = member.post(f"{HARMONY}/conversations", json={"as_of": "2026-01-31"}).json()["id"]
    path = f"{HARMONY}/conversations/{opened}"

    def scope(**change: Any) -> tuple[Any, Any]:
        told = {"question": QUESTION, **change}
        answer = member.post(f"{path}/messages", json=told, headers={"Accept": "application/json"}).json()["answer"]
        kept = member.get(path).json()
        assert kept["as_of"] == answer["as_of"]
        return kept["collections"], kept["as_of"]

    assert scope() == (None, "2026-01-31")
    assert scope(collections=["main"]) == (["main"], "2026-01-31")
    assert scope(as_of=None) == (["main"], None)
    assert scope(collections=None) == (None, None)


def test_a_wrong_question_is_told_before_the_stream_begins(client: ClientOf) -> None:
    member = client("member")
    opened = member.post(f"{HARMONY}/conversations", json={}).json()["id"]
    path = f"{HARMONY}/conversations/{opened}/messages"
    response = member.post(path, json={"question": "   "}, headers={"Accept": "text/event-stream"})
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "question_empty"
    assert member.get(f"{HARMONY}/conversations/{opened}").json()["messages"] == []


def test_conversations_are_found_renamed_and_deleted(client: ClientOf) -> None:
    editor = client("editor")
    opened, _ = talk(editor, "八號風球要唔要返工？")
    talk(editor, QUESTION)

    def listed(search: str = "") -> list[str]:
        found = editor.get(f"{HARMONY}/conversations", params={"search": search}).json()
        return [one["title"] for one in found]

    assert listed() == [QUESTION, "八號風球要唔要返工？"]
    assert listed("風球") == ["八號風球要唔要返工？"]
    renamed = editor.patch(f"{HARMONY}/conversations/{opened}", json={"title": "惡劣天氣 100%"})
    assert renamed.json()["title"] == "惡劣天氣 100%"
    assert listed("0%") == ["惡劣天氣 100%"]
    assert listed("風球") == ["惡劣天氣 100%"], "the question is still found"
    assert editor.delete(f"{HARMONY}/conversations/{opened}").status_code == 204
    assert editor.get(f"{HARMONY}/conversations/{opened}").status_code == 404
    assert listed() == [QUESTION]


def test_nobody_sees_anothers_conversation_owners_neither(client: ClientOf) -> None:
    opened, (message,) = talk(client("member"), QUESTION)
    feedback = f"{HARMONY}/messages/{message['id']}/feedback"
    for role in ("owner", "editor", "evaluator", "foreign"):
        other = client(role)
        path = f"{HARMONY}/conversations/{opened}"
        assert other.get(path).status_code == 404
        assert other.patch(path, json={"title": "mine"}).status_code == 404
        assert other.delete(path).status_code == 404
        assert other.post(f"{path}/messages", json={"question": QUESTION}).status_code == 404
        assert other.put(feedback, json={"verdict": 1}).status_code == 404
        assert other.get(f"/t/harmony/ask/{opened}").status_code == 404
    assert client("member").get(f"{HARMONY}/conversations/{opened}").status_code == 200


def test_a_judgement_is_kept_changed_and_taken_back(client: ClientOf) -> None:
    member = client("member")
    opened, (message,) = talk(member, QUESTION)
    path = f"{HARMONY}/messages/{message['id']}/feedback"

    def kept() -> tuple[Any, ...]:
        found = member.get(f"{HARMONY}/conversations/{opened}").json()["messages"][0]
        return found["verdict"], found["reason"], found["comment"]

    assert kept() == (None, "", "")
    assert member.put(path, json={"verdict": 1}).status_code == 204
    assert member.put(path, json={"verdict": -1, "reason": "outdated", "comment": "舊版"}).status_code == 204
    assert kept() == (-1, "outdated", "舊版")
    assert member.put(path, json={"verdict": -1, "reason": "boring"}).status_code == 422
    assert member.put(path, json={"verdict": 2}).status_code == 422
    assert member.delete(path).status_code == 204
    assert kept() == (None, "", "")


def test_the_audit_trail_tells_that_and_not_what_was_asked(client: ClientOf, library: Library) -> None:
    asked(client("member"), QUESTION)
    newest = next(iter(audit.entries(library)))
    assert newest.action == "question.ask"
    assert newest.name == "Member"
    assert "complaint" not in json.dumps([newest.subject, newest.detail]).casefold()


def test_programs_ask_but_have_no_conversations(app: FastAPI, service_settings: Settings) -> None:
    with TestClient(app, headers={"Authorization": f"Bearer {new_api_key(service_settings)}"}) as program:
        assert not asked(program, QUESTION)["refused"]
        assert program.get(f"{HARMONY}/conversations").status_code == 403
    reader = new_api_key(service_settings, abilities=(Ability.READ,))
    with TestClient(app, headers={"Authorization": f"Bearer {reader}"}) as program:
        assert program.post(f"{HARMONY}/ask", json={"question": QUESTION}).status_code == 403


def test_suggestions_are_headings_until_an_editor_writes_them(client: ClientOf, library: Library) -> None:
    member, editor = client("member"), client("editor")
    titles = {
        document_version.version.title
        for document_version in library.documents()
        if document_version.collection.slug == "main"
    }
    offered = member.get(f"{HARMONY}/suggestions").json()
    assert offered
    for one in offered:
        assert any(title in one["question"] for title in titles)
    path = f"{HARMONY}/collections/main/suggestions"
    assert member.put(path, json={"questions": ["x"]}).status_code == 403
    assert editor.put(path, json={"questions": ["八號風球要唔要返工？"]}).status_code == 204
    assert member.get(path).json() == {"questions": ["八號風球要唔要返工？"]}
    assert member.get(f"{HARMONY}/suggestions").json()[0] == {"collection": "main", "question": "八號風球要唔要返工？"}
    for role, status in (("editor", 404), ("member", 403)):
        refused = client(role).put(f"{HARMONY}/collections/private/suggestions", json={"questions": []})
        assert refused.status_code == status
    assert editor.put(path, json={"questions": []}).status_code == 204


def test_simplified_characters_on_choice_quotes_as_they_are(client: ClientOf) -> None:
    member = client("member")
    assert member.put(f"{HARMONY}/ask/preferences", json={"script": "hans"}).status_code == 204
    opened, (message,) = talk(member, ANSWERED)
    answer = message["answer"]
    assert answer["citations"]
    assert all(one["quote"] in answer["answer"] for one in answer["citations"] if "\t" not in one["quote"])
    assert "係咁寫" not in answer["answer"]
    assert member.put(f"{HARMONY}/ask/preferences", json={"script": "hant"}).status_code == 204
    again = member.get(f"{HARMONY}/conversations/{opened}").json()["messages"][0]["answer"]
    assert again["answer"] != answer["answer"], "what is kept is the answer as it was written"


def test_a_converter_remembers_an_open_quotation() -> None:
    converter = ScriptConverter()
    assert [converter.feed(piece) for piece in ("請看《員工", "手冊》第「五", "條（『試用』）", "」規定")] == [
        "请看《員工",
        "手冊》第「五",
        "條（『試用』）",
        "」规定",
    ]


def test_an_answer_out_of_reach_today_keeps_its_words_to_itself(client: ClientOf, library: Library) -> None:
    owner, member = client("owner"), client("member")
    private = library.collection("private")
    me = member.get("/api/v1/me").json()["id"]
    access.grant(library, private, access.subject_of(me), "read")
    opened, (message,) = talk(member, ACTIVITY)
    assert any(one["collection"] == "private" for one in _seen(message["answer"]))
    access.revoke(library, private, access.subject_of(me))
    shown = member.get(f"{HARMONY}/conversations/{opened}").json()["messages"][0]["answer"]
    assert shown["withheld"]
    assert shown["question"] == ACTIVITY
    assert (shown["answer"], shown["message"], _seen(shown)) == ("", "", [])
    assert owner.get(f"{HARMONY}/conversations/{opened}").status_code == 404


def test_the_page_is_there_in_both_languages(client: ClientOf) -> None:
    member = client("member")
    page = member.get("/t/harmony/ask")
    assert page.status_code == 200
    assert "想知道甚麼？" in page.text
    assert '"slug": "private"' not in page.text
    assert '"slug": "private"' in client("owner").get("/t/harmony/ask").text
    member.patch("/api/v1/me", json={"locale": "en"})
    assert "What would you like to know?" in member.get("/t/harmony/ask").text
    member.patch("/api/v1/me", json={"locale": "zh-HK"})
    assert client("none").get("/t/harmony/ask").status_code == 303
    assert client("foreign").get("/t/harmony/ask").status_code == 404
