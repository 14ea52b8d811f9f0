"""How much and how often: questions a minute, tries at a password, size of a body."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.service.rate_limits import MAX_BODY_BYTES, Limits
from kb.core.errors import TooMany
from kb.core.settings import Settings
from tests.helpers.service import email_of, signed_in

ASK = "/api/v1/tenants/harmony/ask"


@pytest.fixture
def few(service_settings: Settings) -> FastAPI:
    update = {"questions_per_minute": 2, "tenant_questions_per_minute": 3}
    return create(service_settings.model_copy(update=update), take_in=False)


def ask(browser: TestClient) -> int:
    return browser.post(ASK, json={"question": "義工津貼"}).status_code


def test_questions_per_person_and_per_organisation(few: FastAPI) -> None:
    member, editor = signed_in(few, email_of("member")), signed_in(few, email_of("editor"))
    assert [ask(member) for _ in range(3)] == [200, 200, 429]
    refused = member.post(ASK, json={"question": "義工津貼"})
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert [ask(editor) for _ in range(2)] == [200, 429]


@pytest.fixture
def limits(settings: Settings) -> Limits:
    return Limits(settings)


def refused(limits: Limits, address: str, account: str, found: str | None = None) -> bool:
    try:
        assert limits.check_attempt(address, account, lambda: found) == found
    except TooMany:
        return True
    return False


def test_one_account_from_one_place(limits: Limits) -> None:
    assert [refused(limits, "10.0.0.1", "a@b.example") for _ in range(7)] == [False] * 6 + [True]
    assert refused(limits, "10.0.0.1", " A@B.example", "the right one now")
    assert not refused(limits, "10.0.0.1", "c@b.example")
    assert not refused(limits, "10.0.0.2", "a@b.example")


def test_an_office_signs_in_from_one_address(limits: Limits) -> None:
    assert not any(refused(limits, "10.0.0.1", f"{number}@b.example", "found") for number in range(200))
    assert not any(refused(limits, "10.0.0.1", "a@b.example", "found") for _ in range(100))


def test_many_accounts_from_one_place(limits: Limits) -> None:
    assert [refused(limits, "10.0.0.1", f"{number}@b.example") for number in range(31)] == [False] * 30 + [True]


def test_one_account_from_many_places(limits: Limits) -> None:
    assert [refused(limits, f"10.0.0.{number}", "a@b.example") for number in range(41)] == [False] * 40 + [True]


def test_what_is_refused_is_not_checked(limits: Limits) -> None:
    checked = []
    for number in range(50):
        try:
            limits.check_attempt("10.0.0.1", "a@b.example", lambda number=number: checked.append(number))  # type: ignore[misc]
        except TooMany:
            continue
    assert checked == list(range(6))


@pytest.mark.parametrize("in_pieces", [False, True])
def test_a_body_that_is_too_large(app: FastAPI, in_pieces: bool) -> None:
    body = b'{"email": "' + b"x" * MAX_BODY_BYTES + b'"}'

    def pieces() -> Iterator[bytes]:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    content = pieces() if in_pieces else body
    answer = TestClient(app).post("/api/v1/session", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "request_too_large")
    assert "content-security-policy" in answer.headers
