"""Every route × everybody: who may, who may not, and that other organisations' things do not exist.

What a route demands is read off its signature (:mod:`.routes`), who may what stands in :data:`MAY`. A route without a
demand must be on :data:`PUBLIC`: adding an unguarded one fails here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from fastapi import APIRouter, FastAPI
from fastapi.testclient import TestClient

from assistant.api.auth.dependencies import COOKIE, Reader
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, accounts, api_keys
from kb.people.access import Ability
from kb.store import tenants
from kb.store.tables.library_tables import ChunkRow, CollectionRow, DocumentRow, VersionRow
from tests.helpers.route_demands import OF_TENANT, RouteMethod, routes
from tests.helpers.service import ClientOf, email_of, signed_in

pytestmark = pytest.mark.slow

# What anybody on the network may open: the way in, and whether the service lives.
PUBLIC = {
    "GET /",
    "GET /sign-in",
    "GET /sign-in/oidc",
    "GET /sign-in/oidc/back",
    "POST /api/v1/session",
    "DELETE /api/v1/session",
    "GET /manifest.webmanifest",
    "GET /offline",
    "GET /offline-worker.js",
    "GET /set-up",
    "POST /api/v1/set-up",
    "GET /invitation/{token}",
    "POST /api/v1/invitations/accept",
    "POST /api/v1/invitations/opened",
    "GET /reset/{token}",
    "POST /api/v1/reset",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "* /api/v1/openapi.json",
    "* /static",
    "* /mcp",  # looks at the API key itself, see test_mcp_wants_a_key
}
# The table of kb.people.access, once more and by hand.
MAY = {
    "member": "ask read",
    "evaluator": "ask read evaluate",
    "editor": "ask read edit",
    "owner": "ask read edit evaluate manage",
    "key ask": "ask",
    "key read": "read",
    "key edit": "edit",
    "key evaluate": "evaluate",
}
OUTSIDERS = ("foreign", "foreign key")
# Nothing lies here, so that those who may do something find nothing to do it to.
NOWHERE: dict[str, object] = {
    "tenant": "harmony",
    "collection": "nowhere",
    "slug": "nowhere",
    "subject": "everyone",
    "form": "webp",
    "name": "nowhere",
    "other": "nothing",
    "page": 1,
    "token": "nothing",
    "model": "sinzi/nowhere",
}
NO_ID = 2**31 - 1
# Bodies that are in order, for routes that change a thing that is not there for the caller.
BODIES: dict[str, Any] = {
    "PATCH /documents/{document_id}": {"title": "x"},
    "PATCH /documents/{document_id}/versions/{version_id}": {"effective_from": None, "effective_to": None},
    "POST /documents/{document_id}/trial": {"question": "x?"},
    "POST /documents/{document_id}/versions/{version_id}/left-out": {"chunk_id": 1, "start": 0, "quotable": True},
    "POST /documents/{document_id}/versions/{version_id}/personal-data": {"decision": "publish"},
    "POST /uploads/{upload_id}/personal-data": {"decision": "publish"},
    "PUT /documents/{document_id}/twin": {"document_id": 1},
    "PUT /collections/{collection}/suggestions": {"questions": ["x?"]},
    "POST /collections/{slug}/uploads/batch": {"files": [{"name": "x.txt", "size": 1}]},
    "POST /collections/{slug}/uploads/url": {"url": "https://example.org/"},
}
QUERIES = {"GET /documents/{document_id}/versions/{version_id}/find": "?q=x"}


def address(values: dict[str, object], one: RouteMethod) -> str:
    return one.at({name: values.get(name, NO_ID) for name in one.names})


@pytest.fixture(scope="module")
def made_keys(service_settings: Settings) -> dict[str, str]:
    """Tokens of keys with one ability each, and of another organisation's key with all."""
    found: dict[str, str] = {}
    for ability in api_keys.ALLOWED:
        _, found[f"key {ability}"] = api_keys.create(service_settings, "harmony", ability, [ability], None, 1)
    other = accounts.by_email(service_settings, email_of("foreign"))
    assert other is not None
    _, found["foreign key"] = api_keys.create(service_settings, "sunrise", "all", api_keys.ALLOWED, None, other.id)
    return found


@pytest.fixture(scope="module")
def caller(app: FastAPI, client: ClientOf, made_keys: dict[str, str]) -> ClientOf:
    """``caller("member")``, ``caller("key ask")``, …: a browser or a program."""

    def of(name: str) -> TestClient:
        if name not in made_keys:
            return client(name)
        headers = {"Authorization": f"Bearer {made_keys[name]}"}
        return TestClient(app, headers=headers, follow_redirects=False)

    return of


def send(browser: TestClient, one: RouteMethod, at: str, body: Any = None) -> tuple[int, str]:
    """Send a request; return its status and, where it is an error for a program, its code."""
    answer = browser.request(one.method, at, json={} if body is None and one.has_body else body)
    is_error = answer.status_code >= 400 and answer.headers.get("content-type", "").startswith("application/json")
    return answer.status_code, str(answer.json()["error"]["code"]) if is_error else ""


def of_tenant(app: FastAPI) -> list[RouteMethod]:
    return [one for one in routes(app) if one.path.startswith(OF_TENANT)]


def unguarded(app: FastAPI) -> set[str]:
    """Return the routes that demand too little: an ability where a tenant is in the address, else a person or key."""
    every = list(routes(app))
    loose = {str(one) for one in every if one.path.startswith(OF_TENANT) and not isinstance(one.demand, Ability)}
    return loose | ({str(one) for one in every if one.demand is None} - PUBLIC)


def test_every_route_demands_something_or_is_public(app: FastAPI) -> None:
    assert unguarded(app) == set()
    assert {str(one) for one in routes(app)} >= PUBLIC, "PUBLIC names a route that is gone"
    assert len(of_tenant(app)) > 60


def test_an_unguarded_route_would_be_found() -> None:
    app, router = FastAPI(openapi_url=None, docs_url=None, redoc_url=None), APIRouter()

    @router.get("/api/v1/tenants/{tenant}/leak")
    def leak(tenant: str) -> str:
        return tenant

    @router.get("/api/v1/tenants/{tenant}/fine")
    def fine(caller: Reader) -> None: ...

    @router.get("/open")
    def opened() -> None: ...

    app.include_router(router)
    assert unguarded(app) == {"GET /api/v1/tenants/{tenant}/leak", "GET /open"}


def test_nobody_comes_in_without_signing_in(app: FastAPI, client: ClientOf) -> None:
    for one in routes(app):
        if one.demand is None:
            continue
        status, code = send(client("none"), one, address(NOWHERE, one))
        if one.is_page and one.method == "GET":
            assert status == 303, one
        else:
            assert status == 401, one
            assert code in ("signin_required", "invalid_api_key"), one


@pytest.mark.parametrize("outsider", OUTSIDERS)
def test_another_organisation_does_not_exist(app: FastAPI, caller: ClientOf, outsider: str) -> None:
    browser = caller(outsider)
    for one in of_tenant(app):
        found = send(browser, one, address(NOWHERE, one))
        missing = send(browser, one, address(NOWHERE | {"tenant": "no-such-place"}, one))
        assert found[0] == 404, one
        assert found == missing, one
        if not one.is_page:
            assert found[1] == "tenant_not_found", one


@pytest.mark.parametrize("who", MAY)
def test_who_lacks_the_ability_is_refused(app: FastAPI, caller: ClientOf, who: str) -> None:
    browser, tried = caller(who), 0
    for one in of_tenant(app):
        if one.demand not in MAY[who].split():
            status, code = send(browser, one, address(NOWHERE, one))
            assert status == 403, one
            assert one.is_page or code == "not_allowed", one
            tried += 1
    assert tried or who == "owner"


@pytest.mark.parametrize("who", MAY)
def test_who_has_the_ability_is_let_in(app: FastAPI, caller: ClientOf, who: str) -> None:
    browser = caller(who)
    for one in of_tenant(app):
        if one.demand in MAY[who].split() and not (one.people_only and who.startswith("key")):
            status, code = send(browser, one, address(NOWHERE, one))
            assert status < 500 or code == "intake_closed", one
            assert status not in (401, 403, 405), (one, code)
            assert code != "tenant_not_found", one


def test_what_is_a_persons_own_is_not_a_programs(app: FastAPI, caller: ClientOf) -> None:
    own = [one for one in of_tenant(app) if one.people_only]
    assert own
    for one in own:
        assert send(caller("key ask"), one, address(NOWHERE, one))[0] == 403, one


@pytest.fixture(scope="module")
def private(service_settings: Settings) -> dict[str, object]:
    """Parts of addresses that name the collection nobody but owners sees, and what is in it."""
    library = Library(tenants.get(service_settings, "harmony"))
    query = (
        sa.select(DocumentRow.id, VersionRow.id, ChunkRow.id)
        .join(CollectionRow, CollectionRow.id == DocumentRow.collection_id)
        .join(VersionRow, VersionRow.document_id == DocumentRow.id)
        .join(ChunkRow, ChunkRow.version_id == VersionRow.id)
        .where(CollectionRow.slug == "private")
    )
    with library.session() as session:
        document, version, chunk = session.execute(query).first() or (0, 0, 0)
    assert document
    ids = {"document_id": document, "version_id": version, "version": version, "chunk": chunk}
    return NOWHERE | {"collection": "private", "slug": "private"} | ids


def shows_a_document(one: RouteMethod) -> bool:
    return bool({"document_id", "version_id", "version", "chunk", "collection", "slug"} & set(one.names))


@pytest.mark.parametrize("who", [who for who in MAY if who != "owner"])
def test_a_collection_not_granted_does_not_exist(
    app: FastAPI, caller: ClientOf, private: dict[str, object], who: str
) -> None:
    browser, tried = caller(who), 0
    for one in of_tenant(app):
        if one.demand not in MAY[who].split() or not shows_a_document(one):
            continue
        route = str(one).replace(OF_TENANT[0], "")
        at = one.at({name: private.get(name, 1) for name in one.names}) + QUERIES.get(route, "")
        status, code = send(browser, one, at, BODIES.get(route))
        assert status != 422, f"give {one} a body in BODIES"
        assert status == 404 or code == "intake_closed", one
        tried += 1
    assert tried or who in ("key evaluate",)


def test_the_owner_does_see_it(app: FastAPI, caller: ClientOf, private: dict[str, object]) -> None:
    seen = [
        one
        for one in of_tenant(app)
        if one.method == "GET" and shows_a_document(one) and send(caller("owner"), one, one.at(private))[0] == 200
    ]
    assert len(seen) > 5


def test_a_key_reaches_only_its_collections(app: FastAPI, service_settings: Settings) -> None:
    _, token = api_keys.create(service_settings, "harmony", "one", [Ability.ASK, Ability.READ], ["private"], 1)
    program = TestClient(app, headers={"Authorization": f"Bearer {token}"})
    assert [one["slug"] for one in program.get("/api/v1/tenants/harmony/collections").json()] == ["private"]


class TestChanges:
    """A change needs the session's own token, and comes from this site."""

    def changes(self, app: FastAPI) -> list[RouteMethod]:
        return [
            one for one in routes(app) if one.demand not in (None, "program") and one.method not in ("GET", "*", "HEAD")
        ]

    @pytest.mark.parametrize("token", [None, "", "wrong", "é"])
    def test_without_the_token(self, app: FastAPI, client: ClientOf, token: str | None) -> None:
        browser = signed_in(app, email_of("owner"))
        del browser.headers["x-csrf-token"]
        headers = {} if token is None else {"X-CSRF-Token": token.encode()}
        for one in self.changes(app):
            answer = browser.request(one.method, address(NOWHERE, one), headers=headers)
            assert answer.status_code == 403, one
            assert answer.json()["error"]["code"] == "csrf_invalid", one

    def test_with_somebody_elses_token(self, app: FastAPI) -> None:
        browser = signed_in(app, email_of("owner"))
        browser.headers["X-CSRF-Token"] = str(signed_in(app, email_of("member")).headers["x-csrf-token"])
        assert browser.patch("/api/v1/me", json={"name": "x"}).status_code == 403

    @pytest.mark.parametrize(
        "headers",
        [
            {"Origin": "https://evil.example"},
            {"Origin": "null"},
            {"Origin": "http://testserver.evil.example"},
            {"Sec-Fetch-Site": "cross-site"},
            {"Sec-Fetch-Site": "same-site"},
        ],
    )
    def test_from_another_site(self, app: FastAPI, client: ClientOf, headers: dict[str, str]) -> None:
        for one in self.changes(app):
            answer = client("owner").request(one.method, address(NOWHERE, one), headers=headers)
            assert (answer.status_code, answer.json()["error"]["code"]) == (403, "csrf_invalid"), one
        sign_in = {"email": email_of("member"), "password": "x"}
        assert client("none").post("/api/v1/session", json=sign_in, headers=headers).status_code == 403

    def test_from_this_site(self, client: ClientOf) -> None:
        headers = {"Origin": "http://testserver", "Sec-Fetch-Site": "same-origin"}
        assert client("owner").patch("/api/v1/me", json={"locale": "en"}, headers=headers).status_code == 200


def test_a_key_is_not_a_cookie_and_a_cookie_not_a_key(app: FastAPI, made_keys: dict[str, str]) -> None:
    path = "/api/v1/tenants/harmony/collections"
    assert TestClient(app, cookies={COOKIE: made_keys["key read"]}).get(path).status_code == 401
    cookie = signed_in(app, email_of("owner")).cookies[COOKIE]
    assert TestClient(app, headers={"Authorization": f"Bearer {cookie}"}).get(path).status_code == 401
    both = TestClient(app, cookies={COOKIE: cookie}, headers={"Authorization": "Bearer sinzi_wrong"})
    assert both.get(path).status_code == 401


def test_programs_need_a_key(app: FastAPI, client: ClientOf) -> None:
    programs = [one for one in routes(app) if one.demand == "program"]
    assert programs
    for one in programs:
        assert send(client("owner"), one, address(NOWHERE, one))[0] == 401, one


def test_mcp_wants_a_key(client: ClientOf) -> None:
    for who in ("none", "owner"):
        assert client(who).post("/mcp", json={}).status_code in (401, 403), who


def test_a_person_without_an_organisation(app: FastAPI, service_settings: Settings) -> None:
    accounts.create(service_settings, "nobody@harmony.example", "Nobody", "a long password")
    browser = signed_in(app, "nobody@harmony.example")
    assert browser.get("/").headers["location"] == "/account"
    assert browser.get("/account").status_code == 200
    for one in of_tenant(app):
        assert send(browser, one, address(NOWHERE, one))[0] == 404, one


def test_rights_hold_from_the_next_request(
    app: FastAPI, caller: Callable[[str], TestClient], private: dict[str, object], service_settings: Settings
) -> None:
    library = Library(tenants.get(service_settings, "harmony"))
    member = accounts.by_email(service_settings, email_of("member"))
    assert member is not None
    path = f"/api/v1/tenants/harmony/documents/{private['document_id']}"
    subject, collection = access.subject_of(member.id), library.collection("private")
    for level, statuses in (("read", (200, 403)), ("edit", (200, 403))):
        access.grant(library, collection, subject, level)  # type: ignore[arg-type]
        browser = caller("member")
        assert (browser.get(path).status_code, browser.delete(path).status_code) == statuses
    access.revoke(library, collection, subject)
    assert caller("member").get(path).status_code == 404
