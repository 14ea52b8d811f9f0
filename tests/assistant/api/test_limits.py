"""How much and how often: questions a minute, tries at a password, size of a body."""

from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import ClassVar

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.service.rate_limits import MAX_BODY_BYTES, Limits
from kb.core.errors import TooMany
from kb.core.settings import Settings
from kb.people import accounts, passwords, sessions
from tests.helpers.service import PASSWORD, email_of, signed_in

ASK = "/api/v1/tenants/harmony/ask"


@pytest.fixture
def few(service_settings: Settings) -> FastAPI:
    update = {"questions_per_minute": 2, "tenant_questions_per_minute": 3}
    return create(service_settings.model_copy(update=update), take_in=False)


def ask(browser: TestClient) -> int:
    return browser.post(ASK, json={"question": "義工津貼"}).status_code


def test_an_emergency_beyond_the_limit_gets_its_card(few: FastAPI) -> None:
    member = signed_in(few, email_of("member"))
    assert [ask(member) for _ in range(3)] == [200, 200, 429]
    told = member.post(ASK, json={"question": "阿婆冇呼吸，叫極都唔醒！"})
    assert told.status_code == 200
    assert told.json()["card"]["is_emergency"] is True
    assert member.post(ASK, json={"question": "急救課程幾錢？"}).status_code == 429


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


def test_strangers_do_not_slow_down_a_known_browser(limits: Limits) -> None:
    for number in range(60):
        refused(limits, f"10.0.{number}.1", "a@b.example")
    assert refused(limits, "10.9.9.9", "a@b.example", "found"), "an unknown browser waits"
    assert limits.check_attempt("10.9.9.9", "a@b.example", lambda: "found", "this browser") == "found"
    for number in range(31):
        refused(limits, "10.1.0.1", f"{number}@b.example")
    assert limits.check_attempt("10.1.0.1", "a@b.example", lambda: "found", "this browser") == "found"


def waiting(limits: Limits, address: str, account: str, device: str | None = None) -> int:
    """Fail once, and return how many seconds the next attempt has to wait."""
    for _ in range(2):
        try:
            limits.check_attempt(address, account, lambda: None, device)
        except TooMany as error:
            return int(error.detail["seconds"])
    return 0


def test_delays_grow_and_stay_short(settings: Settings) -> None:
    """Whoever goes on guessing waits longer, an account's owner never for an hour; the test moves the clock on."""
    at = 0.0
    limits = Limits(settings, lambda: at)
    accounts, browsers = [], []
    for number in range(200):
        accounts.append(waiting(limits, f"10.{number}.0.1", "a@b.example"))
        at += accounts[-1]
        browsers.append(waiting(limits, "10.0.0.1", "b@b.example", "a stolen browser"))
        at += browsers[-1]
    for delays in (accounts, browsers):
        assert delays[0] == 0
        assert sorted(delays) == delays
        assert delays[-1] == 60
    own = [waiting(limits, "10.7.7.7", "c@b.example") for _ in range(6)]
    assert own[-1] == 10
    at += 7200
    assert waiting(limits, "10.7.7.7", "c@b.example") == 0, "forgotten"


def test_attempts_at_the_same_moment_are_all_counted(limits: Limits) -> None:
    tried = []

    def slow() -> None:
        tried.append(1)
        time.sleep(0.2)

    def attempt(_: int) -> None:
        with suppress(TooMany):
            limits.check_attempt("10.0.0.1", "a@b.example", slow)

    with ThreadPoolExecutor(24) as threads:
        list(threads.map(attempt, range(24)))
    assert len(tried) == 6


def test_a_network_of_ipv6_is_one_client(limits: Limits) -> None:
    assert [refused(limits, f"2001:db8::{number:x}", "a@b.example") for number in range(7)] == [False] * 6 + [True]
    assert not refused(limits, "2001:db8:0:1::1", "a@b.example")


class TestKnownBrowsers:
    BODY: ClassVar = {"email": email_of("member"), "password": PASSWORD}

    def test_signs_in_while_strangers_guess(self, service_settings: Settings) -> None:
        app = create(service_settings, take_in=False)
        mine = TestClient(app, client=("10.0.0.1", 1))
        assert mine.post("/api/v1/session", json=self.BODY).status_code == 201
        csrf = mine.post("/api/v1/session", json=self.BODY).json()["csrf"]
        assert mine.delete("/api/v1/session", headers={"X-CSRF-Token": csrf}).status_code == 204
        wrong = self.BODY | {"password": "a guess of a stranger"}
        for number in range(45):
            stranger = TestClient(app, client=(f"10.1.{number}.1", 1))
            status = stranger.post("/api/v1/session", json=wrong).status_code
        assert status == 429
        new_phone = TestClient(app, client=("10.2.0.1", 1))
        refused = new_phone.post("/api/v1/session", json=self.BODY)
        assert (refused.status_code, int(refused.headers["retry-after"]) <= 60) == (429, True)
        moved = TestClient(app, client=("10.3.0.1", 1), cookies=dict(mine.cookies))
        assert moved.post("/api/v1/session", json=self.BODY).status_code == 201

    def test_a_browser_is_known_for_the_people_who_used_it(self, service_settings: Settings) -> None:
        app = create(service_settings, take_in=False)
        shared = TestClient(app)
        first = shared.post("/api/v1/session", json=self.BODY)
        planted = shared.cookies["sinzi_device"]
        assert "HttpOnly" in first.headers["set-cookie"]
        shared.headers["X-CSRF-Token"] = first.json()["csrf"]
        second = shared.post("/api/v1/session", json=self.BODY | {"email": email_of("editor")})
        assert second.status_code == 201
        token = shared.cookies["sinzi_device"]
        for role, known in (("member", True), ("editor", True), ("owner", False)):
            assert sessions.is_known_device(service_settings, token, email_of(role)) is known
            assert not sessions.is_known_device(service_settings, planted, email_of(role)), (
                "somebody else may have put it there"
            )
        user = accounts.by_email(service_settings, email_of("editor"))
        assert user is not None
        passwords.change(service_settings, user.id, PASSWORD)
        assert not sessions.is_known_device(service_settings, token, email_of("editor"))


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
