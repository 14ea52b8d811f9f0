"""Signing in and out, and the first start."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.api.auth.dependencies import COOKIE
from kb.core.settings import Settings
from kb.store import tenants
from tests.helpers.service import PASSWORD, ClientOf, email_of, signed_in

pytestmark = pytest.mark.slow

FIRST = {"email": "first@ngo.example", "name": "First", "password": PASSWORD}
NEW = {"tenant": {"slug": "our-ngo", "name": "本會"}}
SIGN_IN = {"email": email_of("member"), "password": PASSWORD}


def fresh(app: FastAPI, address: str = "10.0.0.9", **more: object) -> TestClient:
    return TestClient(app, follow_redirects=False, client=(address, 50_000), **more)  # type: ignore[arg-type]


def test_front_door(client: ClientOf) -> None:
    assert client("none").get("/").headers["location"] == "/sign-in"
    assert client("member").get("/").headers["location"] == "/t/harmony/ask"


def test_sign_in_sets_a_cookie_that_scripts_and_other_sites_do_not_get(app: FastAPI) -> None:
    answer = fresh(app).post("/api/v1/session", json=SIGN_IN)
    assert answer.status_code == 201
    assert answer.json()["me"]["memberships"] == [{"tenant": "harmony", "name": "Harmony", "role": "member"}]
    flags = answer.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert "samesite=lax" in flags
    assert "secure" not in flags


def test_over_https_the_cookie_is_for_https_alone(service_settings: Settings) -> None:
    public = create(service_settings.model_copy(update={"public_url": "https://kb.example"}), take_in=False)
    browser = fresh(public, base_url="https://kb.example")
    answer = browser.post("/api/v1/session", json=SIGN_IN)
    assert "secure" in answer.headers["set-cookie"].lower()
    assert "max-age" in answer.headers["strict-transport-security"]


@pytest.mark.parametrize("wrong", [{"password": "no"}, {"email": "nobody@harmony.example"}, {"email": "%@%.%%"}])
def test_wrong_sign_in_tells_nothing(app: FastAPI, wrong: dict[str, str]) -> None:
    answer = fresh(app).post("/api/v1/session", json=SIGN_IN | wrong)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "signin_failed")
    assert "set-cookie" not in answer.headers


def test_a_planted_session_is_not_taken_over(app: FastAPI) -> None:
    browser = signed_in(app, email_of("editor"))
    before = browser.cookies[COOKIE]
    planted = fresh(app, cookies={COOKIE: before})
    answer = planted.post("/api/v1/session", json=SIGN_IN)
    after = answer.cookies[COOKIE]
    assert after != before
    assert browser.get("/api/v1/me").status_code == 401


def test_sign_out_ends_the_session_itself(app: FastAPI) -> None:
    browser = signed_in(app, email_of("member"))
    token = browser.cookies[COOKIE]
    assert browser.get("/api/v1/me").json()["email"] == email_of("member")
    assert browser.delete("/api/v1/session").status_code == 204
    assert fresh(app, cookies={COOKIE: token}).get("/api/v1/me").status_code == 401


def test_guessing_is_stopped_and_knowing_is_not(app: FastAPI) -> None:
    guesser = fresh(app, "10.0.0.66")
    wrong = SIGN_IN | {"password": "guess", "email": email_of("evaluator")}
    statuses = [guesser.post("/api/v1/session", json=wrong).status_code for _ in range(7)]
    assert statuses == [401] * 6 + [429]
    refused = guesser.post("/api/v1/session", json=wrong | {"password": PASSWORD})
    assert refused.json()["error"]["code"] == "too_many_requests"
    assert 0 < int(refused.headers["retry-after"]) <= 300
    assert fresh(app, "10.0.0.67").post("/api/v1/session", json=wrong | {"password": PASSWORD}).status_code == 201


def test_changing_oneself(app: FastAPI) -> None:
    browser = signed_in(app, email_of("evaluator"))
    changed = browser.patch("/api/v1/me", json={"locale": "en", "name": " Eva "}).json()
    assert (changed["locale"], changed["name"]) == ("en", "Eva")
    refused = browser.patch("/api/v1/me", json={"locale": "fr"})
    assert refused.status_code == 422
    assert refused.json()["error"]["message"].startswith("Something is not valid")
    assert browser.patch("/api/v1/me", json={"email": "a@b.cc"}).status_code == 422


@pytest.mark.parametrize(
    ("target", "shown"),
    [("/t/harmony/ask?q=1", "/t/harmony/ask?q=1"), ("//evil.example", "/"), ("/\\evil.example", "/"), ("http:x", "/")],
)
def test_after_signing_in_one_stays_here(app: FastAPI, target: str, shown: str) -> None:
    page = fresh(app).get("/sign-in", params={"next": target}).text
    assert f'data-next="{shown}"' in page
    assert "evil" not in page


class TestSetUp:
    @pytest.fixture
    def new(self, settings: Settings) -> FastAPI:
        tenants.create(settings, "harmony", "和諧")
        app = create(settings, take_in=False)
        app.state.setup_token = "printed-at-start"
        return app

    @staticmethod
    def here(app: FastAPI) -> TestClient:
        return fresh(app, "127.0.0.1", base_url="http://localhost:8300")

    def test_first_owner_on_this_computer(self, new: FastAPI) -> None:
        browser = self.here(new)
        assert browser.get("/").headers["location"] == "/set-up"
        assert "和諧" in browser.get("/set-up").text
        made = browser.post("/api/v1/set-up", json=FIRST | NEW | {"take_over": ["harmony"]})
        assert made.status_code == 201
        assert [(one["tenant"], one["role"]) for one in made.json()["me"]["memberships"]] == [
            ("harmony", "owner"),
            ("our-ngo", "owner"),
        ]
        assert browser.get("/api/v1/me").status_code == 200
        again = self.here(new).post("/api/v1/set-up", json=FIRST | {"email": "b@ngo.example"} | NEW)
        assert (again.status_code, again.json()["error"]["code"]) == (409, "setup_done")
        assert self.here(new).get("/set-up").status_code == 303

    @pytest.mark.parametrize(
        ("address", "host", "headers"),
        [
            ("10.0.0.9", "kb.local", {}),
            ("10.0.0.9", "localhost", {}),
            ("127.0.0.1", "evil.example", {}),
            ("127.0.0.1", "localhost", {"X-Forwarded-For": "127.0.0.1"}),
        ],
    )
    def test_nobody_else_grabs_it(self, new: FastAPI, address: str, host: str, headers: dict[str, str]) -> None:
        browser = fresh(new, address, base_url=f"http://{host}", headers=headers)
        assert "和諧" not in browser.get("/set-up").text
        for token in ("", "guess", "碼"):
            refused = browser.post("/api/v1/set-up", json=FIRST | NEW | {"token": token})
            assert (refused.status_code, refused.json()["error"]["code"]) == (403, "setup_token_wrong")
        assert "和諧" in browser.get("/set-up", params={"token": "printed-at-start"}).text
        made = browser.post("/api/v1/set-up", json=FIRST | NEW | {"token": "printed-at-start"})
        assert made.status_code == 201

    def test_what_is_wrong_leaves_nothing_behind(self, new: FastAPI, settings: Settings) -> None:
        browser = self.here(new)
        for wrong, code in (
            ({}, "setup_no_tenant"),
            (NEW | {"password": "short"}, "password_too_short"),
            (NEW | {"email": "nobody"}, "email_invalid"),
            ({"tenant": {"slug": "../x", "name": "x"}}, "tenant_slug_invalid"),
            ({"tenant": {"slug": "harmony", "name": "x"}}, "tenant_exists"),
            (NEW | {"take_over": ["nowhere"]}, "tenant_not_found"),
        ):
            answer = browser.post("/api/v1/set-up", json=FIRST | wrong)
            assert answer.json()["error"]["code"] == code
        assert [one.slug for one in tenants.listing(settings)] == ["harmony"]
        assert browser.get("/").headers["location"] == "/set-up"
