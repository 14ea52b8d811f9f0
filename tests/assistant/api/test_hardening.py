"""What an attacker tries: each test is a hole that was open once, or one that must never open."""

from __future__ import annotations

import asyncio
import logging
import socket
import stat
import sys
import threading
import time
import zipfile
from collections.abc import AsyncIterator, Callable, Iterator
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.conversations import conversation_store
from assistant.conversations.stored_answer import StoredAnswer
from assistant.llm import model_choices
from assistant.llm.model_choices import ModelChoices
from assistant.service.rate_limits import Limits
from assistant.uploads import multipart, web_fetch
from eval.datasets import question_sheet
from eval.evaluator import question_log
from kb.core.errors import InputError, TooMany
from kb.core.settings import Settings
from kb.library import collections
from kb.library.documents import Library
from kb.people import access, accounts, api_keys, invitations
from kb.people.access import Ability, Role
from kb.store import tenants
from kb.store.tables.activity_tables import MessageRow
from kb.store.tables.library_tables import VersionRow
from tests.helpers.kept_answers import kept_answer, kept_place
from tests.helpers.service import PASSWORD, ClientOf, email_of, signed_in

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
SECRET = "the secret of the board"


def program(app: FastAPI, token: str) -> TestClient:
    return TestClient(app, headers={"Authorization": f"Bearer {token}"}, follow_redirects=False)


def key(settings: Settings, collections: list[str] | None, by: int = 1) -> str:
    return api_keys.create(settings, "harmony", "k", [Ability.ASK, Ability.READ], collections, by)[1]


def owner_too(app: FastAPI, name: str) -> tuple[int, TestClient]:
    settings: Settings = app.state.service.settings
    user = accounts.create(settings, f"{name}@harmony.example", name, PASSWORD)
    accounts.add_member(settings, user.id, "harmony", Role.OWNER)
    return user.id, signed_in(app, user.email)


class TestKeys:
    """A key never outlives the reason for which it was given."""

    @pytest.mark.parametrize("ends", ["remove", "demote"])
    def test_of_who_is_no_owner_any_more(self, app: FastAPI, client: ClientOf, ends: str) -> None:
        gone, browser = owner_too(app, ends)
        made = browser.post(f"{HARMONY}/keys", json={"name": "mine", "abilities": ["read"], "collections": ["private"]})
        token = made.json()["token"]
        assert program(app, token).get(f"{HARMONY}/documents").json()["total"] == 1
        if ends == "remove":
            assert client("owner").delete(f"{HARMONY}/members/{gone}").status_code == 204
        else:
            assert client("owner").patch(f"{HARMONY}/members/{gone}", json={"role": "member"}).status_code == 200
        assert program(app, token).get(f"{HARMONY}/documents").status_code == 401
        assert program(app, token).post("/v1/chat/completions", json={}).status_code == 401
        told = client("owner").get(f"{HARMONY}/audit", params={"action": "key.revoke"}).json()
        assert told[0]["subject"] == "mine"

    def test_a_colleagues_stay(self, app: FastAPI, client: ClientOf, service_settings: Settings) -> None:
        gone, _ = owner_too(app, "leaver")
        colleague, _ = owner_too(app, "colleague")
        token = key(service_settings, None, by=colleague)
        assert client("owner").delete(f"{HARMONY}/members/{gone}").status_code == 204
        assert program(app, token).get(f"{HARMONY}/documents").status_code == 200


def test_a_collection_made_again_is_another(
    app: FastAPI, client: ClientOf, library: Library, service_settings: Settings
) -> None:
    owner = client("owner")
    again = {"slug": "board-2", "name": "董事會", "open": False}
    assert owner.post(f"{HARMONY}/collections", json=again).status_code == 201
    token = key(service_settings, ["main", "board-2"])
    model_choices.save(library, ModelChoices(enabled=True, collections=("main", "board-2")))
    _, link = invitations.create(service_settings, library, "new@harmony.example", Role.MEMBER, {"board-2": "read"}, 1)
    user = accounts.by_email(service_settings, email_of("member"))
    assert user is not None
    access.grant(library, library.collection("board-2"), access.subject_of(user.id), "read")

    assert owner.delete(f"{HARMONY}/collections/board-2").status_code == 204
    assert owner.post(f"{HARMONY}/collections", json=again).status_code == 201
    reached = {one["slug"] for one in program(app, token).get(f"{HARMONY}/collections").json()}
    assert reached == {"main"}
    assert model_choices.read(library).collections == ("main",)
    assert invitations.find(service_settings, link).collections == {}
    assert "board-2" not in {one["slug"] for one in client("member").get(f"{HARMONY}/collections").json()}
    model_choices.save(library, ModelChoices())
    collections.remove(library, library.collection("board-2"))


def kept(library: Library, person: int, quoted: VersionRow, **changes: Any) -> tuple[int, int]:
    """Keep an answer that quotes a version, and return its conversation and message."""
    place = kept_place(quote=SECRET, document_id=quoted.document_id, version_id=quoted.id)
    answer = kept_answer(answer=SECRET, message=SECRET, citations=[place]) | changes
    talk = conversation_store.start(library, person)
    return talk.id, conversation_store.record(library, person, talk.id, StoredAnswer.from_json(answer)).id


class TestConversations:
    """A kept answer shows no more than its asker may read today."""

    @pytest.fixture
    def person(self, service_settings: Settings) -> int:
        user = accounts.by_email(service_settings, email_of("member"))
        assert user is not None
        return user.id

    @pytest.fixture
    def version(self, library: Library) -> VersionRow:
        return next(one for one in library.documents() if one.collection.slug == "main").version

    def shown(self, client: ClientOf, talk: int) -> dict[str, Any]:
        return dict(client("member").get(f"{HARMONY}/conversations/{talk}").json()["messages"][0]["answer"])

    def test_what_may_be_read_is_shown(
        self, client: ClientOf, library: Library, person: int, version: VersionRow
    ) -> None:
        assert self.shown(client, kept(library, person, version)[0])["answer"] == SECRET

    def test_what_a_model_read_counts_as_what_is_quoted(
        self, client: ClientOf, library: Library, person: int, version: VersionRow
    ) -> None:
        sent = {"left": True, "host": "h", "model": "m", "collections": ["main", "private"], "masked": {}}
        egress = sent | {"sent": [{"role": "user", "content": SECRET}]}
        found = self.shown(client, kept(library, person, version, egress=egress)[0])
        assert found["withheld"]
        assert SECRET not in str(found)

    def test_an_id_given_again_opens_nothing(
        self, client: ClientOf, library: Library, person: int, version: VersionRow
    ) -> None:
        """SQLite gives the highest id again: a later document has the id of the one that was deleted."""
        talk, message = kept(library, person, version)
        with library.transaction() as session:
            session.get_one(MessageRow, message).asked_at = version.created_at - timedelta(seconds=1)
        found = self.shown(client, talk)
        assert found["withheld"]
        assert SECRET not in str(found)


class TestLogs:
    """Nothing that people ask, and no token, stands in a log."""

    def test_an_error_of_the_records_tells_no_values(self, library: Library) -> None:
        with pytest.raises(sa.exc.OperationalError) as fault, library.session() as session:
            session.execute(sa.text("SELECT :text FROM nothing"), {"text": SECRET})
        assert SECRET not in str(fault.value)

    def test_an_unforeseen_error_tells_no_link(
        self, app: FastAPI, caplog: pytest.LogCaptureFixture, service_settings: Settings
    ) -> None:
        broken = create(service_settings, take_in=False)

        @broken.get("/broken/{token}")
        def break_down(token: str) -> None:
            raise RuntimeError

        with caplog.at_level(logging.DEBUG):
            answer = TestClient(broken, raise_server_exceptions=False).get("/broken/a-very-secret-token")
        assert answer.status_code == 500
        assert "/broken/{token}" in caplog.text
        ours = [one.getMessage() for one in caplog.records if one.name.startswith("sinzi")]
        assert ours
        assert not any("a-very-secret-token" in one for one in ours)


class TestVisitors:
    """Who has not signed in."""

    def test_cannot_fill_the_memory_with_methods(self, app: FastAPI, client: ClientOf) -> None:
        for number in range(30):
            client("none").request(f"MADEUP{number}", "/healthz")
        figures = app.state.service.metrics.text().decode()
        assert "MADEUP" not in figures
        assert 'method="other"' in figures

    def test_cannot_make_an_answer_larger_than_the_question(self, client: ClientOf) -> None:
        body = {"email": "x@y.example", "password": "x"} | {f"field{number}": 1 for number in range(30_000)}
        answer = client("none").post("/api/v1/session", json=body)
        assert answer.status_code == 422
        assert len(answer.content) < 10_000

    @pytest.mark.parametrize(
        "body", [b"[" * 200_000, b'{"email": "\\ud800@x.example", "password": "\\udfff"}', b"\xff"]
    )
    def test_cannot_break_the_reading_of_a_body(self, client: ClientOf, body: bytes) -> None:
        answer = client("none").post("/api/v1/session", content=body, headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500

    @pytest.mark.parametrize(
        ("changes", "headers"),
        [({"public_url": "https://kb.example"}, {}), ({}, {"X-Real-IP": "10.0.0.9"}), ({}, {"Via": "1.1 proxy"})],
    )
    def test_behind_a_proxy_nobody_is_here(
        self, tmp_path: Path, service_settings: Settings, changes: dict[str, str], headers: dict[str, str]
    ) -> None:
        """A proxy on this computer passes everybody's requests on from 127.0.0.1, some without saying so."""
        settings = service_settings.model_copy(update={"data": tmp_path / "new", **changes})
        app = create(settings, take_in=False)
        app.state.setup_token = "as printed"
        browser = TestClient(app, base_url="http://127.0.0.1:8300", client=("127.0.0.1", 9), headers=headers)
        account = {"email": "a@b.example", "name": "A", "password": PASSWORD}
        new = account | {"tenant": {"slug": "mine", "name": "Mine"}}
        assert browser.post("/api/v1/set-up", json=new).json()["error"]["code"] == "setup_token_wrong"
        assert browser.post("/api/v1/set-up", json=new | {"token": "as printed"}).status_code == 201

    def test_cannot_lock_a_colleague_out(self, settings: Settings) -> None:
        limits = Limits(settings)
        assert limits.check_attempt("10.0.0.1", "may@b.example", lambda: "may") == "may"
        for number in range(60):
            try:
                limits.check_attempt(f"10.0.1.{number}", "may@b.example", lambda: None)
            except TooMany:
                break
        else:
            pytest.fail("a stranger may try for ever")
        assert limits.check_attempt("10.0.0.1", "may@b.example", lambda: "may") == "may"
        with pytest.raises(TooMany):
            limits.check_attempt("10.0.0.2", "may@b.example", lambda: "may")

    @pytest.mark.parametrize(
        "target", ["//evil.example", "/\\evil.example", "https://evil.example", "/\t/evil.example", "javascript:x", ""]
    )
    def test_are_sent_nowhere_else(self, client: ClientOf, target: str) -> None:
        answer = client("member").get("/sign-in", params={"next": target})
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        page = client("none").get("/sign-in", params={"next": target})
        assert "evil.example" not in page.text
        assert "javascript:" not in page.text


def test_figures_are_not_for_who_comes_through_a_proxy(service_settings: Settings) -> None:
    for url, status in (("", 200), ("https://kb.example", 403)):
        app = create(service_settings.model_copy(update={"public_url": url}), take_in=False)
        browser = TestClient(app, base_url="http://127.0.0.1:8300", client=("127.0.0.1", 9))
        assert browser.get("/metrics").status_code == status


def test_a_request_of_a_thousand_fields_is_refused(tmp_path: Path, settings: Settings) -> None:
    part = '--x\r\nContent-Disposition: form-data; name="f{0}"\r\n\r\n{0}\r\n'
    body = "".join(part.format(number) for number in range(1000)) + "--x--\r\n"

    async def pieces() -> AsyncIterator[bytes]:
        yield body.encode()

    with pytest.raises(InputError, match="upload_invalid"):
        asyncio.run(multipart.receive(pieces(), "multipart/form-data; boundary=x", tmp_path, settings))
    assert not list((tmp_path / "incoming").iterdir())


def test_a_refused_question_about_what_one_may_not_read_is_not_told(
    library: Library, service_settings: Settings
) -> None:
    """What lies near a question that was refused tells what it is about."""
    for question, collection in (("甲甲甲甲？", "main"), ("乙乙乙乙？", "private")):
        answer = kept_answer(searched=question, nearest=[kept_place(collection=collection)])
        talk = conversation_store.start(library, 1)
        with library.transaction() as session:
            session.add(
                MessageRow(
                    conversation_id=talk.id, question=question, answer=answer, refused=True, reason="weak_evidence",
                    language="yue", ms=1.0,
                )
            )  # fmt: skip
    told = str(question_log.groups(service_settings, library, {"main"}))
    assert "甲甲甲甲" in told
    assert "乙乙乙乙" not in told


def test_a_page_is_asked_for_again_by_whoever_sits_down_next(client: ClientOf, library: Library) -> None:
    version = library.document("Complaint Handling Policy.pdf").published_version_id
    path = f"{HARMONY}/versions/{version}/pages/1.webp"
    first = client("member").get(path)
    assert first.status_code == 200
    assert "no-cache" in first.headers["cache-control"]
    again = {"If-None-Match": first.headers["etag"]}
    assert client("member").get(path, headers=again).status_code == 304
    assert client("none").get(path, headers=again).status_code == 401
    assert client("foreign").get(path, headers=again).status_code == 404


def test_a_new_name_does_not_open_another_search(client: ClientOf, app: FastAPI) -> None:
    before = client("owner").get(f"{HARMONY}/settings").json()["name"]
    for number in range(5):
        client("owner").patch(f"{HARMONY}/settings", json={"name": f"Harmony {number}"})
        client("member").get(f"{HARMONY}/collections")
    client("owner").patch(f"{HARMONY}/settings", json={"name": before})
    client("member").get(f"{HARMONY}/collections")
    assert len(app.state.service._retrievers) <= 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps a person's own folder by other means")
def test_other_accounts_of_the_computer_see_nothing(tmp_path: Path, settings: Settings) -> None:
    data = tmp_path / "there" / "data"
    tenants.create(settings.model_copy(update={"data": data}), "mine", "Mine")
    assert stat.S_IMODE(data.stat().st_mode) == 0o700


class TestFetching:
    """An address that an editor gives."""

    @pytest.mark.parametrize(
        "address",
        [
            "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
            "255.255.255.255", "224.0.0.1", "::1", "::", "::127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1",
            "2002:7f00:1::", "2001:0:7f00:1::", "fe80::1", "fc00::1", "fec0::1", "ff02::1",
        ],
    )  # fmt: skip
    def test_inside(self, address: str) -> None:
        assert not web_fetch.is_public(ip_address(address))

    @pytest.mark.parametrize(
        "url",
        [
            "http://2130706433/", "http://0x7f.1/", "http://127.1/", "http://localhost:1/", "http://[::1]:1/",
            "http://[::ffff:127.0.0.1]/", "file:///etc/passwd", "gopher://x.example/", "http://user@127.0.0.1/",
            "http://[", "http://x:99999/", f"http://{'a' * 70}.example/", "http://a..b/", "http://127.0.0.1\t/",
        ],
    )  # fmt: skip
    def test_tricks(self, settings: Settings, tmp_path: Path, url: str) -> None:
        with pytest.raises(InputError, match="url_"):
            web_fetch.fetch(settings, url, tmp_path)

    @pytest.fixture
    def serving(self) -> Iterator[Callable[[Callable[[socket.socket], None]], str]]:
        """``serving(answer)``: the address of a server on this computer that treats each connection so."""
        listener = socket.create_server(("127.0.0.1", 0))

        def start(answer: Callable[[socket.socket], None]) -> str:
            def serve() -> None:
                try:
                    connection, _ = listener.accept()
                    with connection:
                        connection.recv(4096)
                        answer(connection)
                except OSError:
                    return

            threading.Thread(target=serve, daemon=True).start()
            return f"http://127.0.0.1:{listener.getsockname()[1]}/"

        with listener:
            yield start

    @pytest.mark.parametrize("location", ["http://[", "http://127.0.0.1:1/", "file:///etc/passwd", "//["])
    def test_a_redirect_is_looked_at_as_well(
        self, serving: Callable[..., str], settings: Settings, tmp_path: Path, location: str
    ) -> None:
        lines = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        url = serving(lambda connection: connection.sendall(lines.encode()))
        asked = []

        def first_only(address: Any) -> bool:
            asked.append(address)
            return len(asked) == 1

        with pytest.raises(InputError, match="url_"):
            web_fetch.fetch(settings, url, tmp_path, first_only)

    def test_a_server_that_takes_its_time(
        self, serving: Callable[..., str], settings: Settings, tmp_path: Path
    ) -> None:
        def drip(connection: socket.socket) -> None:
            connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
            for _ in range(60):
                connection.sendall(b"a")
                time.sleep(0.1)

        quick, started = settings.model_copy(update={"max_url_seconds": 1}), time.monotonic()
        with pytest.raises(InputError, match="url_unreachable"):
            web_fetch.fetch(quick, serving(drip), tmp_path, lambda _address: True)
        assert time.monotonic() - started < 3


class TestSheets:
    """A table of questions from somebody."""

    def test_one_cell_far_out(self, tmp_path: Path) -> None:
        import openpyxl

        book = openpyxl.Workbook()
        page = book.worksheets[0]
        page.append(["question", "document"])
        page.append(["病假要唔要醫生紙？", "x.md"])
        page.cell(1_048_576, 16_384).value = "x"
        book.save(tmp_path / "q.xlsx")
        started = time.monotonic()
        assert [one.question for one in question_sheet.read(tmp_path / "q.xlsx")] == ["病假要唔要醫生紙？"]
        assert time.monotonic() - started < 30

    def test_a_bomb(self, tmp_path: Path) -> None:
        path = tmp_path / "q.xlsx"
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
            packed.writestr("xl/worksheets/sheet1.xml", b" " * (70 * 2**20))
        assert path.stat().st_size < 100_000
        with pytest.raises(InputError, match="file_broken"):
            question_sheet.read(path)


def test_a_name_cannot_leave_its_header(client: ClientOf, library: Library) -> None:
    """The original goes out as a file of its own, whatever its name and its content are."""
    version = library.document("義工服務指引.md").published_version_id
    answer = client("member").get(f"{HARMONY}/versions/{version}/original")
    assert answer.headers["content-disposition"].startswith("attachment;")
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_many_at_once_do_not_lock_each_other_out(app: FastAPI, service_settings: Settings) -> None:
    """Sessions, keys and the audit trail are written while others read."""
    user = accounts.by_email(service_settings, email_of("member"))
    assert user is not None
    token = key(service_settings, None)
    faults: list[object] = []

    def work(number: int) -> None:
        try:
            browser = signed_in(app, email_of("member")) if number % 2 else program(app, token)
            for _ in range(5):
                faults.extend(
                    [one.status_code for one in [browser.get(f"{HARMONY}/documents")] if one.status_code != 200]
                )
        except Exception as error:
            faults.append(error)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(12)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert faults == []


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/ask", {"question": "x?", "as_of": 1_767_225_600}),
        ("POST", "/ask", {"question": "x?", "as_of": "1767225600"}),
        ("POST", "/ask", {"question": "x?", "as_of": "2026-01-01T00:00:00"}),
        ("POST", "/ask", {"question": "x?", "generate": 1}),
        ("POST", "/ask", {"question": "x?", "generate": "no"}),
        ("POST", "/ask", {"question": 5}),
        ("POST", "/conversations", {"as_of": 0}),
        ("POST", "/hit-test", {"question": "x?", "limit": "5"}),
        ("POST", "/hit-test", {"question": "x?", "as_of": 20_260_101}),
        ("POST", "/drafts", {"kind": "email", "question": "x?", "generate": "true"}),
        ("POST", "/collections", {"slug": "new-one", "name": "New", "open": 0}),
        ("POST", "/keys", {"name": "k", "abilities": ["ask"], "expires_in_days": "30"}),
        ("POST", "/keys", {"name": "k", "abilities": ["ask"], "expires_in_days": True}),
        ("POST", "/test-sets/x/questions", {"question": "x?", "answerable": "yes"}),
        ("PUT", "/settings/model", {"enabled": "on"}),
        ("PATCH", "/documents/1", {"review_on": 1}),
        ("PUT", "/messages/1/feedback", {"verdict": True}),
        ("GET", "/audit?before=", None),
        ("GET", "/audit?before=x", None),
        ("GET", "/audit?before=0", None),
        ("GET", "/audit?since=0", None),
        ("GET", "/audit?until=1767225600", None),
        ("GET", "/audit?until=", None),
        ("GET", "/egress?before=", None),
        ("GET", "/egress?since=0", None),
        ("GET", "/egress?left=1", None),
        ("GET", "/documents?review_due=yes", None),
        ("GET", "/invitations?used=1", None),
        ("POST", "/invitations", {"email": "a@b.example", "role": 1}),
        ("POST", "/invitations/batch", {"people": "a@b.example", "collections": {"main": 1}}),
    ],
)
def test_values_of_another_type_are_refused(
    client: ClientOf, method: str, path: str, body: dict[str, object] | None
) -> None:
    answer = client("owner").request(method, f"{HARMONY}{path}", json=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "request_invalid")


def test_a_whole_number_may_be_written_with_a_point(client: ClientOf) -> None:
    """JSON has no integers, and some programs write 5.0."""
    body = b'{"question": "x?", "limit": 5.0}'
    answer = client("owner").post(f"{HARMONY}/hit-test", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    half = client("owner").post(f"{HARMONY}/hit-test", json={"question": "x?", "limit": 5.5})
    assert half.status_code == 422


def test_a_chat_request_is_not_converted_either(app: FastAPI, service_settings: Settings) -> None:
    ask = program(app, key(service_settings, None))
    body = {"model": "sinzi", "messages": [{"role": "user", "content": "義工津貼"}]}
    for more in ({"stream": 1}, {"n": "1"}, {"sinzi": {"as_of": 0}}, {"sinzi": {"generate": 0}}):
        assert ask.post("/v1/chat/completions", json=body | more).status_code == 400
    assert ask.post("/v1/chat/completions", json=body | {"temperature": 0.5, "user": "x"}).status_code == 200


@pytest.mark.parametrize("query", ["before=", "since=&until=&before=&actor=", "before=5", "since=2026-01-01"])
@pytest.mark.parametrize("page", ["audit", "egress"])
def test_pages_take_what_their_forms_send(client: ClientOf, page: str, query: str) -> None:
    assert client("owner").get(f"/t/harmony/manage/{page}?{query}").status_code == 200


def test_what_is_not_published_is_not_there_for_readers(client: ClientOf, library: Library) -> None:
    """No route tells a reader the name of a document of which everything is a draft or withdrawn."""
    document = library.document("颱風及暴雨工作安排.txt")
    version = document.published_version_id
    path = f"{HARMONY}/documents/{document.id}"
    assert client("editor").post(f"{path}/versions/{version}/withdraw").status_code == 200
    calls = [("GET", ""), ("GET", "/twin"), ("POST", "/summary"), ("POST", "/changes"), ("POST", "/trial")]
    for method, more in calls:
        body = {"question": "x?"} if more == "/trial" else {}
        answer = client("member").request(method, path + more, json=body if method == "POST" else None)
        assert (answer.status_code, answer.json()["error"]["code"]) == (404, "document_not_found"), more
        assert "颱風" not in answer.text
    assert client("editor").get(path).status_code == 200
    assert client("editor").post(f"{path}/versions/{version}/publish").status_code == 200
    assert client("member").get(path).status_code == 200
