"""Signing in at an OpenID Connect provider that really runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import SecretStr

from assistant.api.app import create
from kb.core.errors import Misconfigured
from kb.core.settings import Settings
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts, invitations, members, passwords
from kb.people.access import Role
from kb.store import tenants
from tests.assistant.api import oidc_provider
from tests.assistant.api.oidc_provider import CLIENT_ID, CLIENT_SECRET, OidcProvider
from tests.helpers.service import PASSWORD, email_of, signed_in

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def running() -> Iterator[OidcProvider]:
    with oidc_provider.running() as provider:
        yield provider


@pytest.fixture
def provider(running: OidcProvider) -> OidcProvider:
    running.person, running.wrong = {}, {}
    running.requests.clear()
    return running


@pytest.fixture(scope="module")
def oidc_settings(service_settings: Settings, running: OidcProvider) -> Settings:
    about = {"oidc_client_id": CLIENT_ID, "oidc_client_secret": SecretStr(CLIENT_SECRET)}
    return service_settings.model_copy(update={"oidc_issuer": running.issuer, **about})


@pytest.fixture
def oidc_app(oidc_settings: Settings) -> FastAPI:
    return create(oidc_settings, take_in=False)


@pytest.fixture
def visitor(oidc_app: FastAPI) -> TestClient:
    return TestClient(oidc_app, follow_redirects=False)


def there(visitor: TestClient, target: str = "/t/harmony/ask") -> str:
    """Go to the provider, let it approve, and return the address it sends the browser back to."""
    away = visitor.get("/sign-in/oidc", params={"next": target})
    assert away.status_code == 303
    back = httpx2.get(away.headers["location"], trust_env=False)
    assert back.status_code == 302
    return str(back.headers["location"])


def sign_in(visitor: TestClient, target: str = "/t/harmony/ask") -> Any:
    return visitor.get(there(visitor, target))


def refusal(answer: Any) -> tuple[int, str]:
    found = next((code for code in ("refused", "unverified", "unknown", "down") if f"oidc_{code}" in answer.text), "")
    return answer.status_code, found


def test_not_offered_and_nothing_fetched_without_settings(app: FastAPI) -> None:
    visitor = TestClient(app, follow_redirects=False)
    assert "/sign-in/oidc" not in visitor.get("/sign-in").text
    assert visitor.get("/sign-in/oidc").status_code == 404
    assert visitor.get("/sign-in/oidc/back").status_code == 404


def test_nothing_is_fetched_before_somebody_wants_it(visitor: TestClient, provider: OidcProvider) -> None:
    assert "/sign-in/oidc" in visitor.get("/sign-in").text
    assert provider.requests == []


def test_an_account_is_matched_by_verified_email_and_then_by_identity(
    visitor: TestClient, provider: OidcProvider, oidc_app: FastAPI, oidc_settings: Settings
) -> None:
    before = signed_in(oidc_app, email_of("member"))
    provider.person = {"sub": "m1", "email": "Member@harmony.example", "email_verified": True}
    home = sign_in(visitor)
    assert (home.status_code, home.headers["location"]) == (303, "/t/harmony/ask")
    flags = home.headers["set-cookie"].lower()
    assert "httponly" in flags
    assert visitor.get("/api/v1/me").json()["email"] == email_of("member")
    # who proves the address owns the account: the password and other browsers end
    assert before.get("/api/v1/me").status_code == 401
    assert passwords.owner_of(oidc_settings, email_of("member"), PASSWORD) is None
    provider.person = {"sub": "m1", "email": "married@harmony.example", "email_verified": False}
    assert sign_in(visitor).status_code == 303
    assert visitor.get("/api/v1/me").json()["email"] == email_of("member")


def test_an_address_given_on_to_a_new_colleague_does_not_open_the_old_account(
    visitor: TestClient, provider: OidcProvider
) -> None:
    provider.person = {"sub": "e1", "email": email_of("evaluator"), "email_verified": True}
    assert sign_in(visitor).status_code == 303
    provider.person = {"sub": "e2", "email": email_of("evaluator"), "email_verified": True}
    assert refusal(sign_in(visitor)) == (403, "unknown")


def test_an_invitation_is_accepted_on_the_way(
    visitor: TestClient, provider: OidcProvider, oidc_settings: Settings
) -> None:
    library = Library(tenants.get(oidc_settings, "harmony"))
    _, token = invitations.create(
        oidc_settings, library, "invited@harmony.example", Role.EDITOR, {"private": "read"}, 1
    )
    provider.person = {"sub": "i1", "email": "invited@harmony.example", "xms_edov": True, "name": "新同事"}
    home = sign_in(visitor, f"/invitation/{token}")
    assert home.headers["location"] == "/"
    me = visitor.get("/api/v1/me").json()
    assert (me["name"], [one["role"] for one in me["memberships"]]) == ("新同事", ["editor"])
    slugs = [one["collection"] for one in visitor.get("/api/v1/tenants/harmony/documents").json()["items"]]
    assert "private" in slugs


@pytest.mark.parametrize(
    ("person", "refused"),
    [
        ({"sub": "s1", "email": "stranger@harmony.example", "email_verified": True}, "unknown"),
        ({"sub": "s2", "email": email_of("owner"), "email_verified": False}, "unverified"),
        ({"sub": "s3", "email": email_of("owner")}, "unverified"),
        ({"sub": "s4"}, "unverified"),
    ],
)
def test_who_is_not_let_in(
    visitor: TestClient, provider: OidcProvider, oidc_settings: Settings, person: dict[str, Any], refused: str
) -> None:
    provider.person = person
    before = accounts.count(oidc_settings)
    assert refusal(sign_in(visitor)) == (403, refused)
    assert visitor.get("/api/v1/me").status_code == 401
    assert accounts.count(oidc_settings) == before


def test_a_disabled_account_stays_shut(visitor: TestClient, provider: OidcProvider, oidc_settings: Settings) -> None:
    user = accounts.create(oidc_settings, "shut@harmony.example", "Shut", None)
    provider.person = {"sub": "d1", "email": user.email, "email_verified": True}
    assert sign_in(visitor).status_code == 303
    members.disable(oidc_settings, user.id, Actor("cli", "test"))
    assert refusal(sign_in(visitor)) == (403, "unknown")


@pytest.mark.parametrize(
    "wrong",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"aud": "somebody-else"}},
        {"claims": {"aud": "somebody-else", "azp": CLIENT_ID}},
        {"claims": {"iss": "https://evil.example"}},
        {"claims": {"exp": 1_600_000_000}},
        {"claims": {"sub": None}},
        {"signed_by": "stranger"},
        {"signed_by": "secret"},
    ],
)
def test_a_token_that_does_not_stand_up(visitor: TestClient, provider: OidcProvider, wrong: dict[str, Any]) -> None:
    provider.person = {"sub": "o1", "email": email_of("owner"), "email_verified": True}
    provider.wrong = wrong
    assert refusal(sign_in(visitor)) == (403, "refused")
    assert visitor.get("/api/v1/me").status_code == 401


def test_a_sign_in_ends_where_it_began(visitor: TestClient, provider: OidcProvider, oidc_app: FastAPI) -> None:
    provider.person = {"sub": "o2", "email": email_of("owner"), "email_verified": True}
    back = there(visitor)
    victim = TestClient(oidc_app, follow_redirects=False)
    assert refusal(victim.get(back)) == (403, "refused")
    there(victim)
    assert refusal(victim.get(back)) == (403, "refused")
    assert refusal(visitor.get(back.replace("state=", "state=x"))) == (403, "refused")
    assert refusal(visitor.get("/sign-in/oidc/back", params={"error": "access_denied"})) == (403, "refused")
    assert visitor.get(back).status_code == 303
    assert refusal(TestClient(oidc_app, cookies={"sinzi_oidc": "rubbish"}).get(back)) == (403, "refused")


def test_a_code_works_once(visitor: TestClient, provider: OidcProvider) -> None:
    provider.person = {"sub": "x1", "email": email_of("editor"), "email_verified": True}
    back = there(visitor)
    cookie = visitor.cookies["sinzi_oidc"]
    assert visitor.get(back).status_code == 303
    assert refusal(visitor.get(back, headers={"Cookie": f"sinzi_oidc={cookie}"})) == (403, "refused")


def test_the_provider_changes_its_key(visitor: TestClient, provider: OidcProvider) -> None:
    provider.person = {"sub": "x1", "email": email_of("editor"), "email_verified": True}
    assert sign_in(visitor).status_code == 303
    provider.change_key()
    assert sign_in(visitor).status_code == 303


def test_the_way_back_stays_on_this_site(visitor: TestClient, provider: OidcProvider) -> None:
    provider.person = {"sub": "x1", "email": email_of("editor"), "email_verified": True}
    assert sign_in(visitor, "//evil.example/").headers["location"] == "/"


def test_a_provider_that_is_away_or_another(
    service_settings: Settings, provider: OidcProvider, oidc_settings: Settings
) -> None:
    away = service_settings.model_copy(update={"oidc_issuer": "http://127.0.0.1:9"})
    answer = TestClient(create(away, take_in=False)).get("/sign-in/oidc")
    assert refusal(answer) == (503, "down")
    provider.wrong = {"issuer": "https://evil.example"}
    other = TestClient(create(oidc_settings, take_in=False)).get("/sign-in/oidc")
    assert other.status_code == 500
    assert "setting_invalid" in other.text
    with pytest.raises(Misconfigured, match="setting_invalid"):
        create(service_settings.model_copy(update={"oidc_issuer": "http://login.example"}), take_in=False)
