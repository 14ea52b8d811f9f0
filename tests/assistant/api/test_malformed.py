"""Requests that no client of ours sends: whatever comes, the answer is an error of the usual shape, never a crash."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
JSON = {"Content-Type": "application/json"}
BODIES: dict[str, bytes] = {
    "lists in lists": b"[" * 200_000,
    "objects in objects": b'{"a":' * 100_000,
    "a number of 6,000 digits": b'{"question":' + b"9" * 6000 + b"}",
    "infinity": b'{"question":1e999}',
    "not a number": b'{"question":NaN}',
    "byte order mark": b'\xef\xbb\xbf{"question":"x?"}',
    "UTF-16": '{"question":"x?"}'.encode("utf-16"),
    "not UTF-8": b'{"question":"\xe9\xff"}',
    "a name twice": b'{"question":"a?","question":"b?"}',
    "nothing": b"",
    "null": b"null",
    "a list": b"[]",
    "a text": b'"x"',
    "half a character": b'{"question":"\\ud800 x?"}',
    "a null character": b'{"question":"a\\u0000b?"}',
}
# Texts of all kinds that are stored, looked up or sent on; {} is where the odd character stands.
TEXTS = [
    ("POST", "/conversations", '{"title":"x{}"}'),
    ("POST", "/keys", '{"name":"x{}","abilities":["ask"]}'),
    ("POST", "/glossary", '{"written":"x{}","english":"y"}'),
    ("POST", "/glossary/import", '{"csv":"written,english\\na{},b\\n"}'),
    ("POST", "/invitations", '{"email":"a{}@b.example"}'),
    ("PATCH", "/settings", '{"contact":"x{}"}'),
    ("PATCH", "/documents/1", '{"title":"x{}"}'),
    ("PATCH", "/documents/1", '{"owner":"x{}"}'),
    ("POST", "/test-sets", '{"name":"x{}"}'),
    ("POST", "/test-sets/x/questions", '{"question":"x{}","answerable":true}'),
    ("POST", "/test-sets/x/questions", '{"question":"x","answerable":true,"facts":[["x{}"]]}'),
    ("POST", "/test-sets/x/questions", '{"question":"x","answerable":true,"kind":"x{}"}'),
    ("PUT", "/collections/main/suggestions", '{"questions":["x{}"]}'),
    ("POST", "/ask", '{"question":"x?","history":["a{}"]}'),
    ("POST", "/ask", '{"question":"x?","collections":["a{}"]}'),
    ("POST", "/collections", '{"slug":"abc","name":"x{}"}'),
    ("POST", "/drafts", '{"kind":"email","question":"x{}"}'),
    ("POST", "/documents/1/trial", '{"question":"a{}"}'),
    ("POST", "/runs", '{"test_set":"x{}"}'),
    ("PUT", "/settings/model", '{"enabled":false,"collections":["a{}"]}'),
    ("POST", "/collections/main/uploads/url", '{"url":"https://example.org/{}"}'),
]
PATHS = [
    "/documents?q=%00", "/documents?q=%ff%fe", "/documents?q=%ED%A0%80", "/documents?language=%00",
    "/documents/99999999999999999999", "/conversations?search=%00%25", "/audit?action=%00%ff",
    "/audit?since=9999-12-31&until=0001-01-01", "/audit?until=9999-12-31", "/audit/export?since=0001-01-01",
    "/audit?before=" + "9" * 5000, "/collections/%00/suggestions", "/suggestions?collections=%00", "/test-sets/%00",
    "/test-sets/%ED%A0%80", "/runs/%00", "/runs/..%2f..", "/versions/1/pages/1.png?width=100", "/usage?days=366",
    "/logged-questions?days=3650",
]  # fmt: skip
PAGES = [
    "/sign-in?next=%00", "/sign-in?next=/%0d%0aSet-Cookie:x", "/invitation/%00", "/reset/%ff", "/set-up?token=%ff",
    "/t/harmony/ask/0", "/t/%00/ask", "/t/harmony/measure/sets/%00", "/t/harmony/measure/runs/%00",
    "/t/harmony/draft?question=%00&message=1", "/t/harmony/sources/1?chunk=2147483647",
    "/static/..%2f..%2fpyproject.toml", "/static/%00", "/t/harmony/library/1/changes?from=2&to=1",
]  # fmt: skip


def check(answer: httpx.Response) -> None:
    """Check that an answer is no crash; this service takes no files in, which is 503."""
    assert answer.status_code < 500 or answer.json()["error"]["code"] == "intake_closed", answer.text
    if answer.status_code >= 400 and answer.headers["content-type"].startswith("application/json"):
        assert set(answer.json()["error"]) >= {"code", "message"}
    json.dumps(answer.text).encode()


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", ["/ask", "/hit-test", "/conversations", "/test-sets/x/questions", "/drafts"])
def test_bodies_that_are_no_requests(client: ClientOf, body: str, path: str) -> None:
    check(client("owner").post(HARMONY + path, content=BODIES[body], headers=JSON))


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize("path", ["/api/v1/session", "/api/v1/reset", "/api/v1/invitations/accept", "/api/v1/set-up"])
def test_bodies_of_strangers(client: ClientOf, body: str, path: str) -> None:
    check(client("none").post(path, content=BODIES[body], headers=JSON))


@pytest.mark.parametrize("body", BODIES)
def test_bodies_of_programs(client: ClientOf, body: str) -> None:
    check(client("none").post("/v1/chat/completions", content=BODIES[body], headers=JSON))


@pytest.mark.parametrize("character", ["\\ud800", "\\u0000", "\\uffff", "\\u202e"])
@pytest.mark.parametrize(("method", "path", "body"), TEXTS)
def test_odd_characters(client: ClientOf, method: str, path: str, body: str, character: str) -> None:
    content = body.replace("{}", character).encode()
    check(client("owner").request(method, HARMONY + path, content=content, headers=JSON))


@pytest.mark.parametrize("character", ["\\ud800", "\\u0000"])
def test_odd_characters_of_strangers(client: ClientOf, character: str) -> None:
    for path, body in (
        ("/api/v1/session", '{"email":"a{}@b.example","password":"x{}"}'),
        ("/api/v1/session", '{"email":"owner@harmony.example","password":"x{}"}'),
        ("/api/v1/reset", '{"token":"x{}","password":"long enough {}"}'),
        ("/api/v1/invitations/accept", '{"token":"x{}","name":"y","password":"long enough {}"}'),
        ("/api/v1/set-up", '{"email":"a{}@b.example","name":"y","password":"long enough {}","token":"{}"}'),
    ):
        check(client("none").post(path, content=body.replace("{}", character).encode(), headers=JSON))
    body = '{"current":"x{}","password":"long enough {}"}'.replace("{}", character)
    check(client("owner").put("/api/v1/me/password", content=body.encode(), headers=JSON))
    check(client("owner").patch("/api/v1/me", content=f'{{"name":"x{character}"}}'.encode(), headers=JSON))


@pytest.mark.parametrize("path", PATHS)
def test_addresses(client: ClientOf, path: str) -> None:
    check(client("owner").get(HARMONY + path))


@pytest.mark.parametrize("path", PAGES)
@pytest.mark.parametrize("who", ["none", "owner"])
def test_pages(client: ClientOf, who: str, path: str) -> None:
    answer = client(who).get(path)
    assert answer.status_code < 500
    assert "evil" not in answer.headers.get("location", "")
    assert "set-cookie" not in answer.headers
