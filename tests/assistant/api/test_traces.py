"""What somebody may not read leaves no trace in scores, weights, decisions and lists."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.conversations import conversation_store
from assistant.service.running_service import Service
from eval.evaluator import question_log
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import accounts, api_keys
from kb.people.access import Ability
from kb.store import tenants
from kb.store.tables.activity_tables import FeedbackRow, MessageRow
from tests.helpers.ingest_files import ingest_files
from tests.helpers.kept_answers import kept_answer, kept_place
from tests.helpers.service import ClientOf, email_of, signed_in

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
# Words of a text that only owners may read, words of texts that everybody may, and words of neither.
QUESTIONS = (
    "裁員補償方案幾時公布？",
    "義工津貼幾多錢？",
    "打風使唔使返工？",
    "How is a complaint handled?",
    "Will the Tsuen Wan centre be closed because of embezzlement?",
    "量子電腦",
)
SECRET = """機密：裁員及補償方案

1.1 荃灣中心將於七月結束，裁員補償方案於六月公布，義工津貼同時取消。

1.2 颱風期間返工的津貼將不再發放。打風當日須照常返工。
"""
SECRET_ENGLISH = """# Closure of the Tsuen Wan centre

1.1 The Tsuen Wan centre is closed because of embezzlement; the complaint is handled by the board.

1.2 Complaints about the redundancy are not answered.

1.3 Severance is paid in July.

1.4 The press is not told.

1.5 The union is told last.
"""


@pytest.fixture
def evaluator(client: ClientOf) -> TestClient:
    return client("evaluator")


def seen(app: FastAPI, settings: Settings) -> list[Any]:
    """Return all that an evaluator without rights on ``private``, and a key, can get to know about the questions."""
    owner = accounts.by_email(settings, email_of("owner"))
    assert owner is not None
    evaluator = signed_in(app, email_of("evaluator"))
    _, token = api_keys.create(settings, "harmony", "k", [Ability.ASK, Ability.READ], None, owner.id)
    program = TestClient(app, headers={"Authorization": f"Bearer {token}"})
    found: list[Any] = []
    for question in QUESTIONS:
        for browser in (evaluator, program):
            answer = browser.post(f"{HARMONY}/ask", json={"question": question}).json()
            found.append({name: value for name, value in answer.items() if name != "ms"})
        found.append(evaluator.post(f"{HARMONY}/hit-test", json={"question": question, "limit": 100}).json())
    found.append(evaluator.get(f"{HARMONY}/suggestions").json())
    found.append(evaluator.get(f"{HARMONY}/documents").json())
    found.append(evaluator.get(f"{HARMONY}/collections").json())
    service: Service = app.state.service
    passages = service.retriever(service.tenant("harmony")).retrieve(QUESTIONS[0], collections=["main"])
    return [*found, [(one.chunk_id, one.score, one.why) for one in passages]]


def test_documents_out_of_reach_change_nothing_that_one_sees(
    app: FastAPI, service_settings: Settings, library: Library, tmp_path: Path
) -> None:
    before = seen(app, service_settings)
    (tmp_path / "裁員.txt").write_text(SECRET, encoding="utf-8")
    (tmp_path / "closure.md").write_text(SECRET_ENGLISH, encoding="utf-8")
    with WorkerPool(service_settings) as workers:
        paths = [tmp_path / "裁員.txt", tmp_path / "closure.md"]
        ingest_files(service_settings, workers, tenants.get(service_settings, "harmony"), paths, "private")
    assert library.document("裁員.txt").published_version_id is not None
    after = seen(app, service_settings)
    assert after == before


def test_a_word_that_occurs_only_out_of_reach_occurs_nowhere(client: ClientOf, evaluator: TestClient) -> None:
    def known(browser: TestClient, question: str) -> set[str]:
        """Return the words of a question of which the hit test says how rare they are."""
        told = browser.post(f"{HARMONY}/hit-test", json={"question": question}).json()
        return {one["word"] for one in told["question"]["words"]["own"] if one["idf"] is not None}

    only_in_the_timetable = "粵曲班"
    assert "粤曲" in known(client("owner"), only_in_the_timetable)
    assert "粤曲" not in known(evaluator, only_in_the_timetable)


class TestQuestionLog:
    def log(self, library: Library, question: str, comment: str, **answer: Any) -> int:
        talk = conversation_store.start(library, 1)
        record = kept_answer(searched=question, **answer)
        with library.transaction() as session:
            message = MessageRow(
                conversation_id=talk.id, question=question, answer=record, refused=False, reason="answered",
                language="yue", ms=1.0,
            )  # fmt: skip
            session.add(message)
            session.flush()
            session.add(FeedbackRow(message_id=message.id, verdict=-1, reason="wrong", comment=comment))
            return message.id

    def listed(self, browser: TestClient) -> str:
        return browser.get(f"{HARMONY}/logged-questions").text + browser.get("/t/harmony/measure/questions").text

    def test_questions_about_a_deleted_document_are_for_owners(
        self, client: ClientOf, evaluator: TestClient, service_settings: Settings, library: Library, tmp_path: Path
    ) -> None:
        (tmp_path / "secret.txt").write_text("第一條 主席的薪酬為每月十萬元。\n", encoding="utf-8")
        with WorkerPool(service_settings) as workers:
            paths = [tmp_path / "secret.txt"]
            ingest_files(service_settings, workers, tenants.get(service_settings, "harmony"), paths, "private")
        document = library.document("secret.txt")
        assert document.published_version_id is not None
        place = kept_place(version_id=document.published_version_id, document="secret.txt", collection="private")
        self.log(library, "丙丙丙丙？", "丁丁丁丁", citations=[place], collections=["main", "private"])
        assert "丙丙丙丙" not in self.listed(evaluator)
        assert client("owner").delete(f"{HARMONY}/documents/{document.id}").status_code == 204
        assert "丙丙丙丙" not in self.listed(evaluator)
        assert "丁丁丁丁" not in self.listed(evaluator)

    @pytest.mark.parametrize(
        ("answer", "shown"),
        [
            ({"collections": ["main"]}, True),
            ({"collections": ["main", "private"]}, False),
            ({"collections": []}, False),
            ({"collections": ["main"], "withheld": True}, False),
            ({"citations": [kept_place()]}, True),
            ({"citations": [kept_place()], "collections": ["main", "private"]}, True),
            ({"citations": [kept_place(version_id=9999)]}, False),
            ({"citations": [kept_place(), kept_place(collection="private")]}, False),
            ({"egress": kept_answer()["egress"] | {"collections": ["private"]}}, False),
        ],
    )
    def test_what_belongs_to_no_readable_collection_is_for_owners(
        self, service_settings: Settings, library: Library, answer: dict[str, Any], shown: bool
    ) -> None:
        number = self.log(library, "己己己己？", "庚庚庚庚", **answer)

        def found(collections: set[str] | None) -> bool:
            groups = question_log.groups(service_settings, library, collections)
            return number in {one.message_id for group in groups for one in group.questions}

        assert found({"main"}) is shown
        assert found(None)

    def test_a_document_moved_out_of_reach_takes_its_questions_along(
        self, service_settings: Settings, library: Library
    ) -> None:
        """The answer says "main", where the document was; it lies in ``private`` now."""
        timetable = library.document("日間中心活動時間表.csv").published_version_id
        number = self.log(library, "辛辛辛辛？", "壬壬壬壬", citations=[kept_place(version_id=timetable)])
        groups = question_log.groups(service_settings, library, {"main"})
        assert number not in {one.message_id for group in groups for one in group.questions}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/documents/{document}", None),
        ("/documents/{document}/versions/{version}/outline", None),
        ("/documents/{document}/twin", None),
        ("/versions/{version}/text", None),
        ("/versions/{version}/original", None),
        ("/versions/{version}/pages/1.webp", None),
        ("/chunks/{chunk}/source", None),
        ("/documents/{document}/trial", {"question": "x?"}),
        ("/documents/{document}/summary", {}),
        ("/documents/{document}/changes", {}),
        ("/chunks/{chunk}/translation", {}),
    ],
)
def test_out_of_reach_and_not_there_are_the_same_error(
    client: ClientOf, library: Library, path: str, body: dict[str, Any] | None
) -> None:
    hidden = library.document("日間中心活動時間表.csv")
    version = hidden.published_version_id
    assert version is not None
    chunk = library.chunks_of(version)[0].id
    answers = []
    for ids in (
        {"document": hidden.id, "version": version, "chunk": chunk},
        dict.fromkeys(("document", "version", "chunk"), 987_654),
    ):
        address = HARMONY + path.format(**ids)
        answer = client("member").get(address) if body is None else client("member").post(address, json=body)
        text = answer.text
        for number in sorted(map(str, ids.values()), key=len, reverse=True):
            text = text.replace(number, "#")
        answers.append((answer.status_code, text))
    assert answers[0] == answers[1]
    assert answers[0][0] == 404
