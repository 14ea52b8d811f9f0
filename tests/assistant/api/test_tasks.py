"""Beyond asking, over the wire: summaries, changes, drafts and translations within the reader's own rights."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from lxml import html

from assistant.llm import model_choices
from assistant.tasks.word_diff import diff_words
from kb.core.settings import Settings
from kb.library import audit
from kb.library.documents import Library
from kb.people import api_keys
from kb.people.access import Ability
from kb.store.tables.library_tables import VersionRow
from tests.helpers.command_line import run
from tests.helpers.language_model_server import LanguageModelServer
from tests.helpers.service import SAMPLES, ClientOf, signed_in

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
GUIDE, PRIVATE = "義工服務指引.md", "日間中心活動時間表.csv"
ASKED = "義工交通津貼每次上限多少？"


@pytest.fixture(scope="module")
def service_settings(service_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The sample organisation, whose guide for volunteers has a second version."""
    text = (SAMPLES / "harmony" / "documents" / GUIDE).read_text(encoding="utf-8")
    for old, new in (("每次上限$40", "每次上限$55"), ("\n4.2 ", "\n4.2 義工可隨時以書面退出。\n4.3 ")):
        assert text.count(old) == 1
        text = text.replace(old, new)
    path = tmp_path_factory.mktemp("newer") / GUIDE
    path.write_text(text, encoding="utf-8")
    run(service_settings, "ingest", str(path), "--tenant", "harmony")
    return service_settings


def id_of(library: Library, name: str, collection: str = "main") -> int:
    return library.document(name, collection).id


def post(browser: TestClient, path: str, body: dict[str, Any], status: int = 200) -> dict[str, Any]:
    answer = browser.post(f"{HARMONY}{path}", json=body)
    assert answer.status_code == status, answer.text
    found: dict[str, Any] = answer.json()
    return found


def page(browser: TestClient, path: str) -> Any:
    answer = browser.get(f"/t/harmony{path}")
    assert answer.status_code == 200, answer.text
    return html.document_fromstring(answer.text)


def asked(browser: TestClient, question: str = ASKED) -> int:
    """Ask in a conversation; return the kept answer's id."""
    conversation = browser.post(f"{HARMONY}/conversations", json={}).json()["id"]
    path = f"{HARMONY}/conversations/{conversation}/messages"
    answer = browser.post(path, json={"question": question}, headers={"Accept": "application/json"})
    assert answer.status_code == 200, answer.text
    return int(answer.json()["id"])


def noted(library: Library, action: str) -> list[Any]:
    return list(audit.entries(library, action=action))


@contextmanager
def state(library: Library, number: int, new: str) -> Iterator[None]:
    """One version of the guide in another state, for a while."""
    row = next(one for one in library.versions(library.document(GUIDE, "main")) if one.number == number)
    with library.transaction() as session:
        session.get_one(VersionRow, row.id).state = new
    try:
        yield
    finally:
        with library.transaction() as session:
            session.get_one(VersionRow, row.id).state = row.state


class TestSummary:
    def test_its_points_stand_in_the_document(self, client: ClientOf, library: Library) -> None:
        made = post(client("member"), f"/documents/{id_of(library, GUIDE)}/summary", {})
        assert made["answerer"] == "extractive"
        assert made["egress"]["host"] is None
        assert len(made["points"]) > 3
        for point in made["points"]:
            one = point["citation"]
            assert library.chunks([one["chunk_id"]])[one["chunk_id"]].text[one["start"] : one["end"]] == one["quote"]
            assert one["version"] == 2
        older = post(client("member"), f"/documents/{id_of(library, GUIDE)}/summary", {"version": 1})
        assert {point["citation"]["version"] for point in older["points"]} == {1}
        assert "document.summarise" in {entry.action for entry in noted(library, "document.summarise")}

    def test_the_page_links_every_clause_to_its_place(self, client: ClientOf, library: Library) -> None:
        shown = page(client("member"), f"/library/{id_of(library, GUIDE)}/summary")
        links = [str(link) for link in shown.xpath("//*[@class='point']//a/@href")]
        assert len(links) == len(shown.xpath("//blockquote")) > 3
        for link in links:
            assert client("member").get(link).status_code == 200
        assert "語言模型" in shown.text_content()
        assert not shown.xpath("//@data-translate"), "nothing is offered that nobody can do"

    def test_what_may_not_be_read_is_not_summarised(self, client: ClientOf, library: Library) -> None:
        private = id_of(library, PRIVATE, "private")
        for task in ("summary", "changes"):
            assert post(client("member"), f"/documents/{private}/{task}", {}, 404)["error"]["code"]
            assert client("member").get(f"/t/harmony/library/{private}/{task}").status_code == 404
        post(client("owner"), f"/documents/{private}/summary", {})


class TestChanges:
    def test_both_wordings_stand_side_by_side(self, client: ClientOf, library: Library) -> None:
        found = post(client("member"), f"/documents/{id_of(library, GUIDE)}/changes", {})
        assert (found["earlier"], found["later"]) == (1, 2)
        kinds = {one["clause"]: one["kind"] for one in found["changes"]}
        assert kinds == {"2.3": "changed", "4.2": "added", "4.3": "renumbered"}
        [allowance] = [one for one in found["changes"] if one["clause"] == "2.3"]
        gone = [piece["text"] for piece in allowance["before_pieces"] if piece["changed"]]
        came = [piece["text"] for piece in allowance["after_pieces"] if piece["changed"]]
        assert (gone, came) == (["40"], ["55"])
        for side in ("before", "after"):
            whole = "\n".join(one["quote"] for one in allowance[side])
            assert "".join(piece["text"] for piece in allowance[f"{side}_pieces"]) == whole
        detail = noted(library, "document.compare")[0].detail
        assert (detail["earlier"], detail["later"]) == (1, 2)

    def test_the_page_marks_what_went_and_came_for_eyes_and_ears(self, client: ClientOf, library: Library) -> None:
        path = f"/library/{id_of(library, GUIDE)}/changes"
        shown = page(client("member"), path)
        texts = [one.text_content() for one in shown.xpath("//li//del | //li//ins")]
        assert texts[:2] == ["【刪去：40】", "【加入：55】"]
        for one in shown.xpath("//li//*[@class='sr']"):
            one.drop_tree()
        assert "義工交通津貼每次上限$40" in shown.xpath("//*[@class='side before']/p")[0].text_content()
        same = page(client("member"), f"{path}?from=2&to=1")
        assert same.xpath("//option[@selected]/@value") == ["1", "2"], "the older one first"

    def test_versions_that_may_not_be_read_are_not_there(self, client: ClientOf, library: Library) -> None:
        path = f"/documents/{id_of(library, GUIDE)}/changes"
        for hidden in ("draft", "withdrawn"):
            with state(library, 1, hidden):
                assert post(client("member"), path, {"earlier": 1, "later": 2}, 404)["error"]["code"]
                assert post(client("member"), path, {}, 400)["error"]["code"] == "versions_needed"
                only = page(client("member"), f"/library/{id_of(library, GUIDE)}/changes")
                assert only.xpath("//*[@class='notice']")
                assert not only.xpath("//main//form")

    def test_small_stretches_between_changes_do_not_break_the_reading(self) -> None:
        old, new = diff_words("每次上限港幣$40，須於三日內交", "每次上限港幣$55元，於十日內交")
        assert "".join(one.text for one in old) == "每次上限港幣$40，須於三日內交"
        assert [one.text for one in old if one.changed] == ["40，須於三"]
        assert [one.text for one in new if one.changed] == ["55元，於十"]
        assert diff_words("", "新") == ([], [type(new[0])("新", True)])


class TestDraft:
    @pytest.mark.parametrize(("kind", "frame"), [("email", "主旨"), ("notice", "通告"), ("minutes", "會議紀錄")])
    def test_from_a_question(self, client: ClientOf, library: Library, kind: str, frame: str) -> None:
        made = post(client("member"), "/drafts", {"kind": kind, "question": ASKED})
        assert frame in made["text"]
        assert "$55" in made["text"], "the version in force"
        assert {int(n) for n in re.findall(r"\[(\d+)\]", made["text"])} == {one["n"] for one in made["citations"]}
        entry = noted(library, "draft.write")[0]
        assert ASKED not in f"{entry.subject}{entry.detail}", "no question's text in the audit trail"

    def test_from_an_answer_with_what_it_quoted(self, client: ClientOf) -> None:
        browser = client("member")
        message = asked(browser)
        made = post(browser, "/drafts", {"kind": "notice", "message": message})
        assert "$55" in made["text"]
        assert {one["document"] for one in made["citations"]} == {GUIDE}
        assert not made["unsure"]
        assert page(browser, f"/draft?message={message}").xpath("//form//strong/text()") == [ASKED]

    def test_nobody_drafts_from_anothers_answer(
        self, client: ClientOf, service_settings: Settings, app: FastAPI
    ) -> None:
        message = asked(client("member"))
        body = {"kind": "email", "message": message}
        for role in ("owner", "editor"):
            assert post(client(role), "/drafts", body, 404)["error"]["code"] == "message_not_found"
            assert client(role).get(f"/t/harmony/draft?message={message}").status_code == 404
        _, token = api_keys.create(service_settings, "harmony", "asks", [Ability.ASK], None, 1)
        program = TestClient(app, headers={"Authorization": f"Bearer {token}"})
        post(program, "/drafts", body, 403)
        post(program, "/drafts", {"kind": "email", "question": ASKED})

    def test_an_answer_quoting_what_is_gone_gives_nothing(self, client: ClientOf, library: Library) -> None:
        message = asked(client("member"))
        with state(library, 2, "withdrawn"):
            post(client("member"), "/drafts", {"kind": "email", "message": message}, 404)

    def test_what_the_documents_do_not_say_is_not_drafted(self, client: ClientOf) -> None:
        body = {"kind": "email", "question": "火星基地的宿舍房租多少？"}
        assert post(client("member"), "/drafts", body, 400)["error"]["code"] == "draft_no_evidence"
        for wrong in ({"kind": "email"}, {"kind": "email", "question": "x", "message": 1}, {"kind": "poem"}):
            post(client("member"), "/drafts", wrong, 422)
        secret = {"kind": "email", "question": ASKED, "collections": ["private"]}
        assert post(client("member"), "/drafts", secret, 404)["error"]["code"] == "collection_not_found"

    def test_drafts_count_as_questions(self, app: FastAPI) -> None:
        browser = signed_in(app, "evaluator@harmony.example")
        most = app.state.service.settings.questions_per_minute
        missing = {"kind": "email", "question": " "}
        answers = [browser.post(f"{HARMONY}/drafts", json=missing) for _ in range(most + 1)]
        assert answers[-1].status_code == 429
        assert int(answers[-1].headers["retry-after"]) > 0
        assert answers[0].status_code == 400


class TestTranslation:
    def test_it_needs_a_language_model_and_says_so(self, client: ClientOf, library: Library) -> None:
        chunk = library.chunks_of(library.document(GUIDE, "main").published_version_id or 0)[0]
        error = post(client("member"), f"/chunks/{chunk.id}/translation", {}, 409)["error"]
        assert error["code"] == "llm_needed"
        post(client("foreign"), f"/chunks/{chunk.id}/translation", {}, 404)

    def test_with_one_the_clause_and_the_figures_stay(
        self, client: ClientOf, library: Library, app: FastAPI, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        version = library.document(GUIDE, "main").published_version_id or 0
        chunk = next(one for one in library.chunks_of(version) if "$55" in one.text)
        start = chunk.text.index("2.3")
        end = chunk.text.index("\n", start) if "\n" in chunk.text[start:] else len(chunk.text)
        says = (
            "2.3 Volunteers' travel allowance is capped at $55 each time, meal allowance at $35 each time, "
            "where four hours are served."
        )
        model = LanguageModelServer(lambda _body: says)
        service = app.state.service
        settings = service.settings.model_copy(update={"llm_base_url": model.url, "llm_model": "tiny"})
        monkeypatch.setattr(service, "settings", settings)
        monkeypatch.setattr(service, "_retrievers", {})
        model_choices.save(library, model_choices.ModelChoices(True, ("main",)))
        try:
            body = {"start": start, "end": end, "language": "en"}
            made = post(client("member"), f"/chunks/{chunk.id}/translation", body)
            buttons = page(client("member"), f"/library/{id_of(library, GUIDE)}/summary").xpath("//@data-translate")
        finally:
            model_choices.save(library, model_choices.ModelChoices(False, ()))
            model.server.shutdown()
            model.server.server_close()
        assert made["text"].startswith("2.3")
        assert "$55" in made["text"]
        assert made["original"]["clause"] == "2.3"
        assert made["egress"]["host"].startswith("127.0.0.1")
        assert not made["egress"]["left"]
        assert buttons


def test_the_pages_lead_to_each_other(client: ClientOf, library: Library) -> None:
    document = id_of(library, GUIDE)
    links = set(page(client("member"), f"/library/{document}").xpath("//main//a/@href"))
    assert {f"/t/harmony/library/{document}/{task}" for task in ("summary", "changes")} <= links
    static = Path(__file__).parents[3] / "assistant" / "web" / "static"
    assert "/draft?message=" in (static / "ask-tools.js").read_text(encoding="utf-8")
