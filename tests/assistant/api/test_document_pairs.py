"""A document's copy in the other language: shown, set, rejected, beside an answer's quotes; within one's rights."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from kb.core.settings import Settings
from kb.library.audit import entries
from kb.library.documents import Library
from kb.people import access
from kb.publishing import version_states
from kb.search.dense.vector_store import VectorStore
from kb.store.tables.library_tables import DocumentRow
from tests.helpers.bilingual_pair import CHINESE_NAME, ENGLISH_NAME, copy_with_pair, document
from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"
QUESTION = "借用車輛要幾多日前申請？"


@pytest.fixture(scope="module")
def service_settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """Settings of a copy of the data that holds the pair as well."""
    return copy_with_pair(ready, tmp_path_factory.mktemp("copy"))


@pytest.fixture(scope="module")
def ours(service_settings: Settings) -> int:
    return document(service_settings, CHINESE_NAME).id


@pytest.fixture(scope="module")
def theirs(service_settings: Settings) -> int:
    return document(service_settings, ENGLISH_NAME).id


@contextmanager
def hidden(library: Library, document_id: int) -> Iterator[None]:
    """Put a document where owners alone may read it, for the length of a ``with`` block."""

    def move(slug: str) -> None:
        with library.transaction() as session:
            row = session.get_one(DocumentRow, document_id)
            row.collection_id = library.collection(slug).id

    move("private")
    try:
        yield
    finally:
        move("main")


def told(client: ClientOf, who: str, document_id: int, status: int = 200, path: str = "") -> Any:
    answer = client(who).get(f"{API}/documents/{document_id}/twin{path}")
    assert answer.status_code == status, answer.text
    return answer.json()


class TestPair:
    def test_each_tells_of_the_other(self, client: ClientOf, ours: int, theirs: int) -> None:
        found, back = told(client, "member", ours), told(client, "member", theirs)
        assert (found["twin"]["name"], found["twin"]["language"], found["state"]) == (ENGLISH_NAME, "en", "found")
        assert (back["twin"]["id"], back["rows"]) == (ours, found["rows"])
        assert (found["matched"], found["differing"]) == (True, 1)

    def test_a_document_without_a_counterpart(self, client: ClientOf, service_settings: Settings) -> None:
        alone = document(service_settings, "義工服務指引.md")
        assert told(client, "member", alone.id)["twin"] is None
        fault = told(client, "member", alone.id, 404, "/rows")
        assert (fault["error"]["code"], fault["error"]["detail"]) == ("twin_not_found", {"document": alone.name})

    def test_a_counterpart_out_of_reach_is_hidden(
        self, client: ClientOf, library: Library, ours: int, theirs: int
    ) -> None:
        with hidden(library, theirs):
            assert told(client, "member", ours)["twin"] is None
            assert told(client, "member", ours, 404, "/rows")["error"]["code"] == "twin_not_found"
            assert client("member").get(f"/t/harmony/library/{ours}/twin").status_code == 404
            assert told(client, "owner", ours)["twin"]["id"] == theirs

    def test_a_withdrawn_counterpart_is_hidden(
        self, client: ClientOf, library: Library, service_settings: Settings, ours: int, theirs: int
    ) -> None:
        [version] = library.versions(document(service_settings, ENGLISH_NAME))
        store = VectorStore(service_settings, library.tenant, "main")
        version_states.withdraw(library, store, version)
        assert told(client, "owner", ours)["twin"] is None
        [version] = library.versions(document(service_settings, ENGLISH_NAME))
        version_states.publish_existing(library, store, version)
        assert told(client, "owner", ours)["twin"]["id"] == theirs


class TestRows:
    def test_a_figure_that_differs_is_marked_on_both_sides(self, client: ClientOf, ours: int) -> None:
        found = told(client, "member", ours, path="/rows?only=differing")
        [row] = found["items"]
        marked = [
            passage["text"][figure["start"] : figure["end"]]
            for side in ("chinese", "english")
            for passage in row[side]
            for figure in passage["figures"]
        ]
        assert (found["total"], row["differs"], marked) == (1, True, ["12天", "14 days"])

    def test_all_passages_in_order_and_page_by_page(self, client: ClientOf, library: Library, ours: int) -> None:
        every = told(client, "member", ours, path="/rows")
        rows = every["items"]
        assert [row["number"] for row in rows] == list(range(1, every["total"] + 1))
        for side in ("chinese", "english"):
            ids = [passage["chunk_id"] for row in rows for passage in row[side]]
            assert ids == [one.id for one in library.chunks_of(every[side]["version_id"])]
        beside = [(row["chinese"][0]["clause"], row["english"][0]["clause"]) for row in rows[1:]]
        assert all(chinese == english for chinese, english in beside)
        part = told(client, "member", ours, path="/rows?offset=2&limit=1")
        assert (part["total"], part["items"]) == (every["total"], [rows[2]])
        assert told(client, "member", ours, path="/rows?only=alone")["items"] == []

    def test_reading_it_is_noted(self, client: ClientOf, library: Library, ours: int) -> None:
        told(client, "evaluator", ours, path="/rows")
        opened = {one.subject for one in entries(library, action="document.open") if one.name == "Evaluator"}
        assert opened == {CHINESE_NAME, ENGLISH_NAME}


class TestChanges:
    def test_set_and_rejected(self, client: ClientOf, library: Library, ours: int, theirs: int) -> None:
        path = f"{API}/documents/{ours}/twin"
        assert client("editor").delete(path).status_code == 204
        assert told(client, "member", ours)["twin"] is None
        assert told(client, "member", theirs)["twin"] is None
        assert client("editor").delete(path).json()["error"]["code"] == "twin_not_found"
        answer = client("editor").put(path, json={"document_id": theirs})
        assert (answer.json()["twin"]["id"], answer.json()["state"], answer.json()["differing"]) == (theirs, "set", 1)
        done = [(one.action, one.subject, one.detail["other"]) for one in entries(library, action="document", limit=2)]
        assert done == [
            ("document.twin", CHINESE_NAME, ENGLISH_NAME),
            ("document.untwin", CHINESE_NAME, ENGLISH_NAME),
        ]

    def test_readers_change_nothing(self, client: ClientOf, ours: int, theirs: int) -> None:
        path = f"{API}/documents/{ours}/twin"
        for who in ("member", "evaluator"):
            assert client(who).put(path, json={"document_id": theirs}).status_code == 403
            assert client(who).delete(path).status_code == 403

    def test_what_may_be_read_but_not_edited(self, client: ClientOf, library: Library, ours: int, theirs: int) -> None:
        with hidden(library, ours):
            private = library.collection("private")
            access.grant(library, private, access.EVERYONE, "read")
            answer = client("editor").put(f"{API}/documents/{ours}/twin", json={"document_id": theirs})
            access.revoke(library, private, access.EVERYONE)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")

    @pytest.mark.parametrize(
        ("other", "status", "code"),
        [
            (CHINESE_NAME, 400, "twin_itself"),
            ("義工服務指引.md", 400, "twin_same_language"),
            ("日間中心活動時間表.csv", 404, "document_not_found"),  # the editor does not see it
        ],
    )
    def test_what_cannot_be(
        self, client: ClientOf, service_settings: Settings, ours: int, other: str, status: int, code: str
    ) -> None:
        body = {"document_id": document(service_settings, other).id}
        answer = client("editor").put(f"{API}/documents/{ours}/twin", json=body)
        assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)

    def test_what_is_not_in_use_cannot_be_matched(
        self, client: ClientOf, library: Library, service_settings: Settings, ours: int
    ) -> None:
        other = document(service_settings, "Complaint Handling Policy.pdf")
        store = VectorStore(service_settings, library.tenant, "main")
        version_states.withdraw(library, store, library.versions(other)[0])
        answer = client("editor").put(f"{API}/documents/{ours}/twin", json={"document_id": other.id})
        version_states.publish_existing(library, store, library.versions(other)[0])
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "twin_unpublished")

    def test_a_pair_set_by_somebody_is_not_taken_apart_by_the_way(
        self, client: ClientOf, service_settings: Settings, ours: int, theirs: int
    ) -> None:
        assert client("editor").put(f"{API}/documents/{ours}/twin", json={"document_id": theirs}).status_code == 200
        third = document(service_settings, "義工服務指引.md").id
        answer = client("editor").put(f"{API}/documents/{third}/twin", json={"document_id": theirs})
        assert (answer.status_code, answer.json()["error"]["code"]) == (409, "twin_taken")


class TestAnswers:
    def ask(self, client: ClientOf, who: str = "member") -> dict[str, Any]:
        answer = client(who).post(f"{API}/ask", json={"question": QUESTION})
        citations: list[dict[str, Any]] = answer.json()["citations"]
        return next(one for one in citations if "12天" in one["quote"])

    def test_a_quote_leads_to_the_other_language(self, client: ClientOf) -> None:
        counterpart = self.ask(client)["twin"]
        assert (counterpart["document"], counterpart["language"], counterpart["clause"]) == (ENGLISH_NAME, "en", "2.1")
        address = f"{API}/chunks/{counterpart['chunk_id']}/source?start={counterpart['start']}&end={counterpart['end']}"
        assert "14 days" in client("member").get(address).json()["quote"]
        assert client("member").get(f"/t/harmony/sources/{counterpart['version_id']}").status_code == 200

    def test_a_quote_without_a_counterpart(self, client: ClientOf) -> None:
        answer = client("member").post(f"{API}/ask", json={"question": "義工服務時數證明點申請？"}).json()
        assert answer["citations"]
        assert all(one["twin"] is None for one in answer["citations"])

    def test_not_to_a_copy_out_of_reach(self, client: ClientOf, library: Library, theirs: int) -> None:
        with hidden(library, theirs):
            assert self.ask(client)["twin"] is None
            assert self.ask(client, "owner")["twin"] is not None

    def test_a_kept_answer_forgets_what_is_out_of_reach(
        self, client: ClientOf, library: Library, ours: int, theirs: int
    ) -> None:
        kept = client("member").post(f"{API}/conversations", json={}).json()["id"]
        path = f"{API}/conversations/{kept}"
        with client("member").stream("POST", f"{path}/messages", json={"question": QUESTION}) as stream:
            assert "done" in "".join(stream.iter_text())

        def shown() -> dict[str, Any]:
            [message] = client("member").get(path).json()["messages"]
            answer: dict[str, Any] = message["answer"]
            return answer

        def counterparts() -> list[Any]:
            return [one["twin"] for one in shown()["citations"] if "12天" in one["quote"]]

        assert counterparts()[0]["document"] == ENGLISH_NAME
        with hidden(library, theirs):
            assert (counterparts(), shown()["withheld"]) == ([None], False)
        assert counterparts()[0] is not None
        client("editor").delete(f"{API}/documents/{ours}/twin")
        assert counterparts() == [None]
        client("editor").put(f"{API}/documents/{ours}/twin", json={"document_id": theirs})
        assert counterparts()[0] is not None


class TestPage:
    def test_both_sides_with_marks_and_places(self, client: ClientOf, ours: int) -> None:
        page = client("member").get(f"/t/harmony/library/{ours}/twin").text
        assert 'data-differing="1"' in page
        assert page.count("<mark>") == 2
        assert page.count('id="row-') == told(client, "member", ours)["rows"]
        assert f'href="/t/harmony/library/{ours}/twin?only=differing"' in page
        assert "/t/harmony/sources/" in page

    def test_only_what_differs(self, client: ClientOf, ours: int) -> None:
        page = client("member").get(f"/t/harmony/library/{ours}/twin?only=differing").text
        assert page.count('id="row-') == 1
        assert 'id="row-' not in client("member").get(f"/t/harmony/library/{ours}/twin?only=alone").text
        assert client("member").get(f"/t/harmony/library/{ours}/twin?only=nonsense").status_code == 422

    def test_the_document_page_has_a_place_for_it(self, client: ClientOf, ours: int) -> None:
        assert "data-counterpart" in client("member").get(f"/t/harmony/library/{ours}").text
