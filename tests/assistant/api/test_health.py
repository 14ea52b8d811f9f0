"""Health, metrics, the log, and what static files say of themselves."""

from __future__ import annotations

import io
import json
import logging
import re
import time
from pathlib import Path

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr
from starlette.datastructures import Headers

from assistant.api.app import create
from assistant.api.observability import logging_setup
from assistant.api.routes.operations.metrics import may_read
from assistant.service.lan_address import lan_addresses
from kb.core.settings import Settings
from tests.helpers.kb_serving import free_port, kb
from tests.helpers.running_server import new_api_key
from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

QUESTION = "Who looks into a complaint about the manager?"
LOCAL = ("127.0.0.1", 50_000)


@pytest.fixture(scope="module")
def local(app: FastAPI) -> TestClient:
    """A program on the service's own computer."""
    return TestClient(app, base_url="http://localhost:8300", client=LOCAL)


def ask(client: TestClient, settings: Settings) -> None:
    headers = {"Authorization": f"Bearer {new_api_key(settings)}"}
    body = {"model": "sinzi", "messages": [{"role": "user", "content": QUESTION}]}
    assert client.post("/v1/chat/completions", json=body, headers=headers).status_code == 200


def test_a_living_process_says_so(client: ClientOf) -> None:
    assert client("none").get("/healthz").json() == {"status": "ok"}


def test_it_is_ready_when_the_model_is_loaded(app: FastAPI) -> None:
    answer = TestClient(app).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["model"] == "loading"
    with TestClient(app) as running:
        ends = time.monotonic() + 60
        while (answer := running.get("/readyz")).status_code != 200 and time.monotonic() < ends:
            time.sleep(0.05)
    assert answer.json() == {"status": "ok", "checks": {"records": "ok", "model": "ok", "disk": "ok"}}


def test_a_model_that_cannot_be_loaded_is_told(service_settings: Settings, tmp_path: Path) -> None:
    nowhere = tmp_path / "a file, not a folder"
    nowhere.touch()
    broken = create(service_settings.model_copy(update={"cache": nowhere}), take_in=False)
    with TestClient(broken) as running:
        assert running.get("/healthz").status_code == 200
    answer = TestClient(broken).get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["checks"]["model"].startswith("failed")


def test_metrics_count_questions_by_organisation(local: TestClient, service_settings: Settings) -> None:
    ask(local, service_settings)
    text = local.get("/metrics").text
    assert re.search(r'sinzi_questions_total\{answerer="extractive",outcome="answered",tenant="harmony"\} [1-9]', text)
    assert 'route="/v1/chat/completions",status="200"' in text
    assert "sinzi_queue_files 0.0" in text
    assert "process_resident_memory_bytes" in text
    assert QUESTION.rsplit(maxsplit=1)[-1] not in text


def test_metrics_count_by_route_not_by_address(local: TestClient) -> None:
    local.get("/api/v1/tenants/no-such-place/collections")
    local.get("/wp-login.php")
    text = local.get("/metrics").text
    assert "no-such-place" not in text
    assert "wp-login" not in text
    assert 'route="(none)",status="404"' in text


@pytest.mark.parametrize(
    ("peer", "headers", "allowed"),
    [
        ("127.0.0.1", {"host": "localhost:8300"}, True),
        ("::1", {"host": "[::1]:8300"}, True),
        ("192.168.1.20", {"host": "192.168.1.5:8300"}, False),
        ("192.168.1.20", {"host": "localhost:8300"}, False),
        ("127.0.0.1", {"host": "sinzi.example"}, False),
        ("127.0.0.1", {"host": "localhost:8300", "x-forwarded-for": "1.2.3.4"}, False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, False),
        ("testclient", {"host": "localhost"}, False),
    ],
)
def test_metrics_are_for_this_computer(
    service_settings: Settings, peer: str, headers: dict[str, str], allowed: bool
) -> None:
    assert may_read(service_settings, peer, Headers(headers)) is allowed


def test_a_token_opens_the_metrics_to_others(service_settings: Settings) -> None:
    guarded = create(service_settings.model_copy(update={"metrics_token": SecretStr("watch-me")}), take_in=False)
    far = TestClient(guarded, base_url="http://192.168.1.5:8300", client=("192.168.1.20", 5))
    near = TestClient(guarded, base_url="http://localhost:8300", client=LOCAL)
    assert far.get("/metrics", headers={"Authorization": "Bearer watch-me"}).status_code == 200
    assert far.get("/metrics", headers={"Authorization": "Bearer watch-you"}).status_code == 403
    assert near.get("/metrics").status_code == 403, "where there is a token, it is asked for"


def test_the_log_has_one_json_line_a_request(local: TestClient, service_settings: Settings, log: io.StringIO) -> None:
    ask(local, service_settings)
    answer = local.get("/v1/models?secret=1", headers={"X-Request-ID": "from-a-proxy-17"})
    lines = [json.loads(line) for line in log.getvalue().splitlines()]
    assert [line["route"] for line in lines] == ["/v1/chat/completions", "/v1/models"]
    first, second = lines
    assert first["status"] == 200
    assert first["actor"].startswith("key:")
    assert first["tenant"] == "harmony"
    assert first["ms"] > 0
    assert second["request_id"] == answer.headers["x-request-id"] == "from-a-proxy-17"
    assert "secret" not in log.getvalue()
    assert QUESTION not in log.getvalue()


def test_questions_are_logged_only_where_that_is_wanted(service_settings: Settings, log: io.StringIO) -> None:
    talkative = create(service_settings.model_copy(update={"log_questions": True}), take_in=False)
    ask(TestClient(talkative), service_settings)
    asked, answered = [json.loads(line) for line in log.getvalue().splitlines()]
    assert asked["text"] == QUESTION
    assert asked["request_id"] == answered["request_id"]


def test_a_request_id_that_could_forge_a_log_line_is_replaced(client: ClientOf) -> None:
    answer = client("none").get("/healthz", headers={"X-Request-ID": 'x"\u0020evil'})
    assert re.fullmatch(r"[0-9a-f]{32}", answer.headers["x-request-id"])


def test_an_unforeseen_error_is_logged_with_its_id_and_tells_nothing(
    service_settings: Settings, log: io.StringIO
) -> None:
    broken = create(service_settings, take_in=False)
    broken.state.service.warming = None  # what no request can bring about
    answer = TestClient(broken, raise_server_exceptions=False).get("/readyz")
    assert answer.status_code == 500
    assert "Content-Security-Policy" in answer.headers
    assert "has no attribute" not in answer.text
    assert answer.headers["x-request-id"] in log.getvalue()
    assert "has no attribute" in log.getvalue()


def test_static_files_are_kept_for_good_under_their_digest(client: ClientOf) -> None:
    browser = client("none")
    versioned = browser.get("/static/base.css?v=0123456789")
    assert versioned.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert browser.get("/static/base.css").headers["cache-control"] == "no-cache"
    assert "immutable" not in browser.get("/static/no-such-file.css?v=1").headers.get("cache-control", "")


def test_texts_are_compressed_but_pages_and_streams_are_not(client: ClientOf, service_settings: Settings) -> None:
    browser = client("none")
    assert browser.get("/static/base.css").headers["content-encoding"] == "gzip"
    assert browser.get("/api/v1/openapi.json").headers["content-encoding"] == "gzip"
    assert "content-encoding" not in browser.get("/static/base.css", headers={"Accept-Encoding": "identity"}).headers
    assert "content-encoding" not in browser.get("/sign-in").headers
    body = {"model": "sinzi", "stream": True, "messages": [{"role": "user", "content": QUESTION}]}
    key = {"Authorization": f"Bearer {new_api_key(service_settings)}"}
    stream = browser.post("/v1/chat/completions", json=body, headers=key)
    assert len(stream.content) > 1024
    assert "content-encoding" not in stream.headers


def test_a_terminal_gets_no_line_for_each_request(app: FastAPI) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    root, requests = logging.getLogger(), logging.getLogger("sinzi.request")
    before, level = (list(root.handlers), root.level), requests.level
    stream = Terminal()
    try:
        logging_setup.configure(stream)
        TestClient(app).get("/login")
        assert stream.getvalue() == ""
        logging.getLogger("sinzi.store").warning("the disk is full")
        assert "the disk is full" in stream.getvalue()
    finally:
        root.handlers[:], root.level = before
        requests.setLevel(level)


def test_who_listens_on_the_network_is_told_the_addresses_for_others(settings: Settings) -> None:
    port = free_port()
    process = kb(settings, "serve", "--host", "0.0.0.0", "--port", str(port))
    try:
        assert process.stdout is not None
        said = [process.stdout.readline() for _ in range(2)]
        said += [process.stdout.readline()] if lan_addresses() else []
        assert f"http://localhost:{port}" in said[0]
        assert [f"http://{one}:{port}" in said[2] for one in lan_addresses()] == [True] * len(lan_addresses())
    finally:
        process.terminate()
        process.communicate(timeout=60)
