"""The evaluators' part of the service, as an evaluator's browser uses it."""

from __future__ import annotations

import io
import time
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from eval.datasets import question_sets
from eval.datasets.question_sets import TestSet
from kb.core.errors import Conflict
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.store import tenants
from kb.store.tables.activity_tables import ConversationRow, FeedbackRow, MessageRow
from tests.helpers.kept_answers import kept_answer, kept_place
from tests.helpers.service import ClientOf

API = "/api/v1/tenants/harmony"
TYPHOON = "八號風球要唔要返工？"
PLACE = {"document": "颱風及暴雨工作安排.txt", "page": None, "clause": None, "evidence": None}


@pytest.fixture
def evaluator(client: ClientOf) -> TestClient:
    return client("evaluator")


def _json(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, response.text
    return response.json()


def test_hit_test_tells_why(evaluator: TestClient) -> None:
    found = _json(evaluator.post(f"{API}/hit-test", json={"question": TYPHOON}))
    first = found["hits"][0]
    assert first["document"] == PLACE["document"]
    assert first["ranks"]["final"] == 1
    assert min(first["ranks"]["dense"], first["ranks"]["lexical"]) == 1
    assert first["unit"]["text"] in first["text"]
    assert found["question"]["variants"][0] == TYPHOON
    assert len(found["question"]["variants"]) == 2  # and in written Chinese
    assert found["decision"]["refused"] is False
    ranks = [hit["ranks"]["final"] for hit in found["hits"] if hit["ranks"]["final"]]
    assert ranks == sorted(ranks)


def test_hit_test_stays_within_reach(evaluator: TestClient, client: ClientOf) -> None:
    question = {"question": "日間中心有甚麼活動？"}
    seen = {hit["collection"] for hit in _json(evaluator.post(f"{API}/hit-test", json=question))["hits"]}
    everything = {hit["collection"] for hit in _json(client("owner").post(f"{API}/hit-test", json=question))["hits"]}
    assert seen == {"main"}
    assert everything == {"main", "private"}
    refused = evaluator.post(f"{API}/hit-test", json=question | {"collections": ["private"]})
    assert _json(refused, 404)["error"]["code"] == "collection_not_found"


def test_one_click_makes_a_test_set_and_a_run_measures_it(evaluator: TestClient) -> None:
    path = f"{API}/test-sets/天氣"
    wanted = {"question": TYPHOON, "answerable": True, "documents": [PLACE], "facts": [["八號", "8號"]]}
    assert _json(evaluator.post(f"{path}/questions", json=wanted), 201)["id"] == "q1"
    twice = evaluator.post(f"{path}/questions", json=wanted)
    assert _json(twice, 409)["error"]["code"] == "question_in_testset"
    nothing = {"question": "火星上有冇水？", "answerable": False}
    assert _json(evaluator.post(f"{path}/questions", json=nothing), 201)["id"] == "q2"
    state = _json(evaluator.post(f"{API}/runs", json={"test_set": "天氣"}), 202)
    finished = _finished(evaluator)
    assert (finished["name"], finished["error"], finished["done"]) == (state["name"], "", 2)
    run = _json(evaluator.get(f"{API}/runs/{state['name']}"))
    assert run["measures"]["evidence@5"] == 1.0
    assert run["summary"]["groups"]["all"] == 2
    page = evaluator.get(f"/t/harmony/measure/runs/{state['name']}")
    assert page.status_code == 200
    assert "<svg" in page.text
    report = evaluator.get(f"{API}/runs/{state['name']}/report.html")
    assert report.headers["content-disposition"].startswith("attachment")
    assert "sandbox" in report.headers["content-security-policy"]
    again = _json(evaluator.post(f"{API}/runs", json={"test_set": "天氣"}), 202)
    _finished(evaluator)
    compared = _json(evaluator.get(f"{API}/runs/{state['name']}/compare/{again['name']}"))
    assert compared["questions"] == 2
    assert compared["gained"] == compared["lost"] == []


def _finished(evaluator: TestClient) -> dict[str, Any]:
    for _ in range(200):
        state = _json(evaluator.get(f"{API}/runs/current"))
        if state["finished"]:
            return dict(state)
        time.sleep(0.1)
    raise AssertionError("the run does not end")


def test_a_run_of_everything_is_not_shown_to_who_may_not_read_everything(
    evaluator: TestClient, client: ClientOf
) -> None:
    owner = client("owner")
    owner.post(f"{API}/test-sets/全部/questions", json={"question": "活動時間？", "answerable": True})
    name = _json(owner.post(f"{API}/runs", json={"test_set": "全部"}), 202)["name"]
    _finished(owner)
    assert _json(owner.get(f"{API}/runs/{name}"))["test_set"] == "全部"
    assert _json(evaluator.get(f"{API}/runs/{name}"), 404)["error"]["code"] == "run_not_found"
    assert name not in {one["name"] for one in _json(evaluator.get(f"{API}/runs"))}


def test_a_spreadsheet_becomes_a_test_set_or_tells_its_faulty_rows(evaluator: TestClient) -> None:
    template = evaluator.get(f"{API}/test-sets/template.xlsx")
    imported = evaluator.post(
        f"{API}/test-sets/import", data={"name": "由範本"}, files={"file": ("q.xlsx", template.content)}
    )
    assert _json(imported, 201)["questions"] == 3
    bad = io.BytesIO("問題,文件,頁\n幾時放假,,3\n".encode())
    refused = evaluator.post(f"{API}/test-sets/import", data={"name": "壞"}, files={"file": ("q.csv", bad)})
    assert _json(refused, 400)["error"]["code"] == "questions_invalid"
    assert "壞" not in {one["name"] for one in _json(evaluator.get(f"{API}/test-sets"))}
    exported = evaluator.get(f"{API}/test-sets/由範本/export")
    assert len(exported.text.splitlines()) == 3
    assert evaluator.delete(f"{API}/test-sets/由範本").status_code == 204
    assert evaluator.get(f"{API}/test-sets/由範本").status_code == 404


@pytest.mark.parametrize("name", ["..", "a/b", "../../records", " x", "a\nb", "<b>"])
def test_a_test_sets_name_never_leaves_its_folder(app: FastAPI, name: str) -> None:
    tenant = tenants.get(app.state.service.settings, "harmony")
    with pytest.raises(Exception, match="testset_name_invalid"):
        question_sets.path_of(tenant, name)


def test_two_sets_of_one_name_are_refused(service_settings: Settings) -> None:
    tenant = tenants.get(service_settings, "harmony")
    assert question_sets.create(tenant, "一", []) == TestSet("一", [])
    with pytest.raises(Conflict):
        question_sets.create(tenant, "一", [])


def test_refused_and_disliked_questions_are_grouped_without_names(
    evaluator: TestClient, service_settings: Settings
) -> None:
    library = Library(tenants.get(service_settings, "harmony"))
    _asked(library, "生日假有幾多日？", refused=True)
    _asked(library, "生日假有幾多日呀？", refused=True)
    _asked(library, "打風使唔使返工？", verdict=-1, reason="wrong", comment="應該睇新通告")
    _asked(library, "義工要幾多歲？", verdict=1)
    _asked(library, "機密嘢", verdict=-1, reason="other", collection="private")
    found = _json(evaluator.get(f"{API}/logged-questions"))
    assert [(group["refused"], group["disliked"], len(group["questions"])) for group in found] == [(2, 0, 2), (0, 1, 1)]
    assert found[1]["questions"][0]["comment"] == "應該睇新通告"
    assert "user" not in str(found)
    page = evaluator.get("/t/harmony/measure/questions")
    assert "生日假有幾多日呀？" in page.text
    assert "機密嘢" not in page.text


def test_an_answer_that_a_newer_program_kept_is_left_out_of_the_questions(
    evaluator: TestClient, service_settings: Settings
) -> None:
    library = Library(tenants.get(service_settings, "harmony"))
    for question in ("讀得到嘅答案", "新程式答嘅", "爛咗嘅答案"):
        _asked(library, question, refused=True)
    with library.transaction() as session:
        newer, broken = (
            session.scalars(sa.select(MessageRow).where(MessageRow.question == question)).one()
            for question in ("新程式答嘅", "爛咗嘅答案")
        )
        newer.answer = newer.answer | {"schema": 99}
        broken.answer = {"schema": 1}
    found = _json(evaluator.get(f"{API}/logged-questions"))
    shown = {one["question"] for group in found for one in group["questions"]}
    assert "讀得到嘅答案" in shown
    assert not shown & {"新程式答嘅", "爛咗嘅答案"}
    assert evaluator.get("/t/harmony/measure/questions").status_code == 200


def _asked(
    library: Library,
    question: str,
    *,
    refused: bool = False,
    verdict: int = 0,
    reason: str = "",
    comment: str = "",
    collection: str = "main",
) -> None:
    with library.transaction() as session:
        conversation = ConversationRow(user_id=1, title=question, collections=None)
        session.add(conversation)
        session.flush()
        citations = [] if refused else [kept_place(collection=collection)]
        message = MessageRow(
            conversation_id=conversation.id,
            question=question,
            answer=kept_answer(searched=question, citations=citations),
            refused=refused,
            reason="weak_evidence" if refused else "answered",
            language="yue",
            ms=20.0,
        )
        session.add(message)
        session.flush()
        if verdict:
            session.add(FeedbackRow(message_id=message.id, verdict=verdict, reason=reason, comment=comment))


@pytest.mark.parametrize("page", ["", "/sets", "/runs", "/questions"])
def test_pages_are_for_evaluators(client: ClientOf, page: str) -> None:
    assert client("evaluator").get(f"/t/harmony/measure{page}").status_code == 200
    assert client("member").get(f"/t/harmony/measure{page}").status_code == 403
    assert client("foreign").get(f"/t/harmony/measure{page}").status_code == 404
    assert client("none").get(f"/t/harmony/measure{page}").status_code == 303
