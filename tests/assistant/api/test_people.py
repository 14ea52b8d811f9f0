"""People of an organisation: invitations, roles, links for a new password, rights on collections, keys, the trail."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.api.auth.dependencies import COOKIE
from assistant.service.lan_address import lan_addresses
from assistant.web.pages import text_keys
from kb.core.settings import Settings
from kb.library import audit
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts, members, sessions
from kb.people.access import Role
from kb.people.initial_collections import make_first_collection, open_to_all
from kb.store import tenants
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import InvitationRow
from tests.helpers.service import PASSWORD, ClientOf, email_of, signed_in

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
SUNRISE = "/api/v1/tenants/sunrise"
NEW = {"name": "陳大文", "password": "一句自己記得的長句子"}


@pytest.fixture
def owner(client: ClientOf) -> TestClient:
    return client("owner")


@pytest.fixture
def visitor(app: FastAPI) -> Iterator[TestClient]:
    with TestClient(app, follow_redirects=False, client=("10.0.0.1", 1)) as browser:
        yield browser


def invite(owner: TestClient, email: str, **more: object) -> str:
    made = owner.post(f"{HARMONY}/invitations", json={"email": email, **more})
    assert made.status_code == 201
    found = re.fullmatch(r"http://testserver/invitation/([\w-]{43})", made.json()["link"])
    assert found
    return found[1]


def post(browser: TestClient, path: str, body: dict[str, str]) -> int:
    """Post as a page does, which knows its session's CSRF token."""
    answer = browser.post(path, json=body)
    if answer.status_code == 201:
        browser.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer.status_code


def accept(browser: TestClient, token: str, **more: str) -> int:
    return post(browser, "/api/v1/invitations/accept", {"token": token, **more})


def code_of(answer: object) -> str:
    return str(answer.json()["error"]["code"])  # type: ignore[attr-defined]


def library_of(settings: Settings, slug: str = "harmony") -> Library:
    return Library(tenants.get(settings, slug))


def user_id(settings: Settings, email: str) -> int:
    found = accounts.by_email(settings, email)
    assert found is not None
    return found.id


class TestInvitations:
    def test_a_new_colleague_comes_in_with_role_and_collections(self, owner: TestClient, visitor: TestClient) -> None:
        token = invite(owner, "New@harmony.example", role="editor", collections={"private": "edit"})
        page = visitor.get(f"/invitation/{token}")
        assert page.status_code == 200
        assert "new@harmony.example" in page.text
        assert accept(visitor, token, **NEW) == 201
        me = visitor.get("/api/v1/me").json()
        assert me["memberships"] == [{"tenant": "harmony", "name": "Harmony", "role": "editor"}]
        rights = {one["collection"]: one for one in owner.get(f"{HARMONY}/rights").json()}
        assert {"user": me["id"], "name": NEW["name"], "email": "new@harmony.example", "level": "edit"} in rights[
            "private"
        ]["people"]
        assert accept(visitor, token, **NEW) == 404

    def test_an_account_of_ones_own_needs_its_password(
        self, owner: TestClient, visitor: TestClient, app: FastAPI
    ) -> None:
        token = invite(owner, email_of("foreign"))
        assert accept(visitor, token, name="Thief", password="another password") == 401
        other = signed_in(app, email_of("member"))
        assert accept(other, token, name="Thief", password="another password") == 401
        assert accept(visitor, token, password=PASSWORD) == 201
        assert {one["tenant"] for one in visitor.get("/api/v1/me").json()["memberships"]} == {"harmony", "sunrise"}
        assert owner.delete(f"{HARMONY}/members/{visitor.get('/api/v1/me').json()['id']}").status_code == 204

    def test_withdrawn_renewed_and_expired_links_do_not_work(
        self, owner: TestClient, visitor: TestClient, service_settings: Settings
    ) -> None:
        first = invite(owner, "late@harmony.example")
        (row,) = [one for one in owner.get(f"{HARMONY}/invitations").json() if one["email"] == "late@harmony.example"]
        second = owner.post(f"{HARMONY}/invitations/{row['id']}/link").json()["link"].rpartition("/")[2]
        assert accept(visitor, first, **NEW) == 404
        with tenants.platform(service_settings) as session:
            session.execute(sa.update(InvitationRow).values(expires_at=now() - timedelta(seconds=1)))
        assert accept(visitor, second, **NEW) == 404
        assert visitor.get(f"/invitation/{second}").status_code == 404
        third = owner.post(f"{HARMONY}/invitations/{row['id']}/link").json()["link"].rpartition("/")[2]
        assert owner.delete(f"{HARMONY}/invitations/{row['id']}").status_code == 204
        assert accept(visitor, third, **NEW) == 404
        assert accounts.by_email(service_settings, "late@harmony.example") is None

    @pytest.mark.parametrize(
        ("body", "status", "code"),
        [
            ({"email": email_of("member")}, 409, "member_exists"),
            ({"email": "nobody"}, 400, "email_invalid"),
            ({"email": "a@b.example", "collections": {"nowhere": "read"}}, 404, "collection_not_found"),
            ({"email": "a@b.example", "collections": {"main": "edit"}}, 400, "edit_needs_editor"),
            ({"email": "a@b.example", "role": "platform"}, 422, "request_invalid"),
        ],
    )
    def test_what_cannot_be_invited(self, owner: TestClient, body: dict[str, object], status: int, code: str) -> None:
        answer = owner.post(f"{HARMONY}/invitations", json=body)
        assert (answer.status_code, code_of(answer)) == (status, code)

    def test_another_organisations_invitation_cannot_be_touched(self, client: ClientOf, owner: TestClient) -> None:
        invite(owner, "mine@harmony.example")
        (row,) = [one for one in owner.get(f"{HARMONY}/invitations").json() if one["email"] == "mine@harmony.example"]
        foreign = client("foreign")
        assert foreign.delete(f"{SUNRISE}/invitations/{row['id']}").status_code == 404
        assert foreign.post(f"{SUNRISE}/invitations/{row['id']}/link").status_code == 404


class TestMembers:
    def test_roles_change_and_hold_at_once(self, owner: TestClient, app: FastAPI, service_settings: Settings) -> None:
        person = user_id(service_settings, email_of("evaluator"))
        browser = signed_in(app, email_of("evaluator"))
        assert owner.patch(f"{HARMONY}/members/{person}", json={"role": "owner"}).json()["role"] == "owner"
        assert browser.get(f"{HARMONY}/members").status_code == 200
        assert owner.patch(f"{HARMONY}/members/{person}", json={"role": "evaluator"}).status_code == 200
        assert browser.get(f"{HARMONY}/members").status_code == 403

    def test_the_last_owner_stays(self, owner: TestClient, service_settings: Settings) -> None:
        me = user_id(service_settings, email_of("owner"))
        demoted = owner.patch(f"{HARMONY}/members/{me}", json={"role": "member"})
        assert (demoted.status_code, code_of(demoted)) == (409, "last_owner")
        removed = owner.delete(f"{HARMONY}/members/{me}")
        assert (removed.status_code, code_of(removed)) == (409, "last_owner")
        assert accounts.role_in(service_settings, me, "harmony") is Role.OWNER

    def test_a_disabled_owner_does_not_count(self, owner: TestClient, service_settings: Settings) -> None:
        second = accounts.create(service_settings, "second@harmony.example", "Second", PASSWORD)
        accounts.add_member(service_settings, second.id, "harmony", Role.OWNER)
        members.disable(service_settings, second.id, Actor("cli", "test"))
        me = user_id(service_settings, email_of("owner"))
        assert owner.delete(f"{HARMONY}/members/{me}").status_code == 409

    def test_who_comes_back_has_no_old_rights(self, owner: TestClient, service_settings: Settings) -> None:
        person = accounts.create(service_settings, "back@harmony.example", "Back", PASSWORD)
        accounts.add_member(service_settings, person.id, "harmony", Role.MEMBER)
        owner.put(f"{HARMONY}/rights/private/user:{person.id}", json={"level": "read"})
        assert owner.delete(f"{HARMONY}/members/{person.id}").status_code == 204
        accounts.add_member(service_settings, person.id, "harmony", Role.MEMBER)
        rights = {one["collection"]: one["people"] for one in owner.get(f"{HARMONY}/rights").json()}
        assert person.id not in {one["user"] for one in rights["private"]}

    def test_a_disabled_account_is_out_at_once(self, app: FastAPI, service_settings: Settings) -> None:
        person = accounts.create(service_settings, "gone@harmony.example", "Gone", PASSWORD)
        accounts.add_member(service_settings, person.id, "harmony", Role.MEMBER)
        browser = signed_in(app, person.email)
        members.disable(service_settings, person.id, Actor("cli", "test"))
        assert browser.get("/api/v1/me").status_code == 401
        late = TestClient(app, cookies={COOKIE: sessions.start(service_settings, person.id)})
        assert late.get("/api/v1/me").status_code == 401
        again = late.post("/api/v1/session", json={"email": person.email, "password": PASSWORD})
        assert (again.status_code, code_of(again)) == (401, "signin_failed")


class TestNewPassword:
    def test_a_link_works_once_and_signs_out_everywhere(
        self, owner: TestClient, visitor: TestClient, app: FastAPI, service_settings: Settings
    ) -> None:
        person = user_id(service_settings, email_of("editor"))
        before = signed_in(app, email_of("editor"))
        made = owner.post(f"{HARMONY}/members/{person}/reset")
        token = made.json()["link"].removeprefix("http://testserver/reset/")
        assert email_of("editor") in visitor.get(f"/reset/{token}").text
        short = visitor.post("/api/v1/reset", json={"token": token, "password": "short"})
        assert code_of(short) == "password_too_short"
        assert post(visitor, "/api/v1/reset", {"token": token, "password": PASSWORD + "!"}) == 201
        assert visitor.get("/api/v1/me").json()["email"] == email_of("editor")
        assert before.get("/api/v1/me").status_code == 401
        assert post(visitor, "/api/v1/reset", {"token": token, "password": PASSWORD}) == 404

    def test_an_owner_cannot_take_over_who_belongs_elsewhere_too(
        self, owner: TestClient, visitor: TestClient, service_settings: Settings
    ) -> None:
        person = accounts.create(service_settings, "both@harmony.example", "Both", PASSWORD)
        accounts.add_member(service_settings, person.id, "harmony", Role.MEMBER)
        token = owner.post(f"{HARMONY}/members/{person.id}/reset").json()["link"].rpartition("/")[2]
        accounts.add_member(service_settings, person.id, "sunrise", Role.MEMBER)
        refused = owner.post(f"{HARMONY}/members/{person.id}/reset")
        assert (refused.status_code, code_of(refused)) == (409, "reset_elsewhere")
        late = visitor.post("/api/v1/reset", json={"token": token, "password": "taken over now"})
        assert (late.status_code, code_of(late)) == (409, "reset_elsewhere")

    def test_changing_ones_own_signs_out_the_others(
        self, app: FastAPI, visitor: TestClient, service_settings: Settings
    ) -> None:
        person = accounts.create(service_settings, "self@harmony.example", "Self", PASSWORD)
        here, there = signed_in(app, person.email), signed_in(app, person.email)
        body = {"current": "wrong", "password": PASSWORD + "?"}
        assert code_of(here.put("/api/v1/me/password", json=body)) == "password_wrong"
        assert there.get("/api/v1/me").status_code == 200
        assert here.put("/api/v1/me/password", json=body | {"current": PASSWORD}).status_code == 200
        assert here.get("/api/v1/me").status_code == 200
        assert there.get("/api/v1/me").status_code == 401


class TestRights:
    def test_given_and_taken_back(self, owner: TestClient, client: ClientOf, service_settings: Settings) -> None:
        member = user_id(service_settings, email_of("member"))
        for subject in (f"user:{member}", "everyone"):
            path = f"{HARMONY}/rights/private/{subject}"
            assert self.reached(service_settings, member) == {"main"}
            assert owner.put(path, json={"level": "read"}).status_code == 200
            assert self.reached(service_settings, member) == {"main", "private"}
            assert owner.delete(path).status_code == 200
        assert self.reached(service_settings, member) == {"main"}
        assert client("member").put(f"{HARMONY}/rights/private/everyone", json={"level": "read"}).status_code == 403

    @staticmethod
    def reached(settings: Settings, user: int) -> set[str]:
        from kb.people.access import reach

        return set(reach(library_of(settings), Role.MEMBER, user).read)

    def test_only_members_get_rights(self, owner: TestClient, service_settings: Settings) -> None:
        foreign = user_id(service_settings, email_of("foreign"))
        for subject, status in ((f"user:{foreign}", 404), ("user:0", 422), ("cli", 422)):
            assert owner.put(f"{HARMONY}/rights/main/{subject}", json={"level": "read"}).status_code == status
        assert owner.put(f"{HARMONY}/rights/nowhere/everyone", json={"level": "read"}).status_code == 404


class TestKeys:
    def test_made_used_and_revoked(self, owner: TestClient, app: FastAPI) -> None:
        made = owner.post(f"{HARMONY}/keys", json={"name": "Intranet", "abilities": ["ask", "read"]}).json()
        program = TestClient(app, headers={"Authorization": f"Bearer {made['token']}"})
        assert program.get(f"{HARMONY}/members").status_code == 403
        assert program.get(f"{SUNRISE}/members").status_code == 404
        listed = owner.get(f"{HARMONY}/keys").json()[0]
        assert listed["used_at"] is not None
        assert "token" not in listed
        assert made["token"].startswith(listed["prefix"])
        assert owner.delete(f"{HARMONY}/keys/{made['id']}").status_code == 204
        assert program.get(f"{HARMONY}/members").status_code == 401
        assert owner.get(f"{HARMONY}/keys").json()[0]["state"] == "revoked"

    def test_a_key_never_manages(self, owner: TestClient) -> None:
        refused = owner.post(f"{HARMONY}/keys", json={"name": "x", "abilities": ["manage"]})
        assert (refused.status_code, code_of(refused)) == (400, "key_abilities_invalid")

    def test_another_organisations_key_cannot_be_revoked(self, owner: TestClient, client: ClientOf) -> None:
        made = owner.post(f"{HARMONY}/keys", json={"name": "x", "abilities": ["ask"]}).json()
        assert client("foreign").delete(f"{SUNRISE}/keys/{made['id']}").status_code == 404
        assert owner.get(f"{HARMONY}/keys").json()[0]["state"] == "active"


class TestTrail:
    def test_changes_are_noted_with_who_did_them(self, owner: TestClient) -> None:
        invite(owner, "noted@harmony.example")
        (entry,) = owner.get(f"{HARMONY}/audit", params={"action": "member.invite"}).json()[:1]
        assert (entry["name"], entry["subject"]) == ("Owner", "noted@harmony.example")
        assert entry["at"].endswith("Z")

    def test_filters_and_pages(self, owner: TestClient, service_settings: Settings) -> None:
        library = library_of(service_settings)
        for number in range(130):
            audit.record(library, Actor("user:77", "Somebody"), "document.open", f"d{number}")
        first = owner.get(f"{HARMONY}/audit", params={"actor": "user:77"}).json()
        assert [one["subject"] for one in first] == [f"d{number}" for number in range(129, 29, -1)]
        more = owner.get(f"{HARMONY}/audit", params={"actor": "user:77", "before": first[-1]["id"]}).json()
        assert len(more) == 30
        assert owner.get(f"{HARMONY}/audit", params={"actor": "user:77", "until": "2020-01-01"}).json() == []
        page = owner.get("/t/harmony/manage/audit", params={"since": "", "until": "", "actor": "", "action": ""})
        assert page.status_code == 200
        assert "before=" in page.text

    def test_an_export_is_itself_noted_and_holds_no_formula(
        self, owner: TestClient, service_settings: Settings
    ) -> None:
        nasty = ["=HYPERLINK(1)", "+1", "-1", "@x", "\t=1", "＝1", 'plain, "quoted"\nline']
        for one in nasty:
            audit.record(library_of(service_settings), Actor("user:78", "=cmd"), "document.open", one)
        answer = owner.get(f"{HARMONY}/audit/export", params={"actor": "user:78", "format": "csv"})
        assert answer.text.startswith("\ufeff")
        assert "attachment" in answer.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
        assert [row["subject"] for row in reversed(rows)] == ["'" + one for one in nasty[:-1]] + nasty[-1:]
        assert {row["name"] for row in rows} == {"'=cmd"}
        lines = owner.get(f"{HARMONY}/audit/export", params={"actor": "user:78", "format": "jsonl"}).text
        assert [json.loads(line)["subject"] for line in lines.splitlines()] == nasty[::-1]
        noted = owner.get(f"{HARMONY}/audit", params={"action": "audit.export"}).json()
        assert [one["subject"] for one in noted[:2]] == ["jsonl", "csv"]

    def test_every_action_has_its_words(self) -> None:
        root = Path(__file__).parents[3]
        sources = [
            path.read_text("utf-8") for floor in ("kb", "assistant", "eval") for path in root.glob(f"{floor}/**/*.py")
        ]
        noted = set(re.findall(r"(?:note|record)\(.{0,200}?\"([a-z]+\.[a-z]+)\"", "\n".join(sources), re.DOTALL))
        assert {"member.invite", "audit.export"} <= noted
        assert {f"manage.did_{one.replace('.', '_')}" for one in noted} <= text_keys()


@pytest.mark.parametrize("page", ["", "/people", "/rights", "/keys", "/audit"])
@pytest.mark.parametrize("locale", ["zh-HK", "en"])
def test_managers_pages(owner: TestClient, page: str, locale: str) -> None:
    owner.patch("/api/v1/me", json={"locale": locale})
    shown = owner.get(f"/t/harmony/manage{page}")
    assert shown.status_code == 200
    assert ("管理" in shown.text) == (locale == "zh-HK")


def test_account_page(owner: TestClient) -> None:
    assert "owner@harmony.example" in owner.get("/account").text


class TestInvitationsForPhones:
    def test_several_people_at_once(self, owner: TestClient, visitor: TestClient) -> None:
        people = "姓名\t電郵\n黃姑娘\n李先生\tlee-2@harmony.example\nmember@harmony.example\nnobody@nowhere"
        answer = owner.post(f"{HARMONY}/invitations/batch", json={"people": people, "role": "editor"})
        assert answer.status_code == 201
        made, failed = answer.json()["made"], answer.json()["failed"]
        assert [(one["name"], one["email"], one["role"]) for one in made] == [
            ("黃姑娘", "", "editor"),
            ("李先生", "lee-2@harmony.example", "editor"),
        ]
        assert [(one["person"], one["error"]["code"]) for one in failed] == [
            ("member@harmony.example", "member_exists"),
            ("nobody@nowhere", "email_invalid"),
        ]
        for one in made:
            assert one["qr"].startswith("data:image/svg+xml")
            assert set(one["messages"]) == {"zh-HK", "en"}
            assert all(one["link"] in text and "Harmony" in text for text in one["messages"].values())
        assert made[0]["messages"]["zh-HK"].startswith("黃姑娘")
        assert visitor.get(made[0]["link"]).status_code == 200

    @pytest.mark.parametrize(
        ("people", "code"),
        [("\n 1234 \n", "invitee_missing"), ("\n".join(f"p{n}" for n in range(101)), "invitees_too_many")],
    )
    def test_a_list_that_cannot_be_used(self, owner: TestClient, people: str, code: str) -> None:
        answer = owner.post(f"{HARMONY}/invitations/batch", json={"people": people})
        assert (answer.status_code, code_of(answer)) == (400, code)

    def test_neither_name_nor_address(self, owner: TestClient) -> None:
        assert code_of(owner.post(f"{HARMONY}/invitations", json={})) == "invitee_missing"

    def test_whoever_has_only_a_name_brings_an_address(self, owner: TestClient, visitor: TestClient) -> None:
        made = owner.post(f"{HARMONY}/invitations", json={"name": "黃姑娘"}).json()
        token = made["link"].rpartition("/")[2]
        state = {one["id"]: one["state"] for one in owner.get(f"{HARMONY}/invitations").json()}
        assert state[made["id"]] == "waiting"
        assert visitor.get(f"/invitation/{token}").status_code == 200  # so does a messenger's preview
        state = {one["id"]: one["state"] for one in owner.get(f"{HARMONY}/invitations").json()}
        assert state[made["id"]] == "waiting"
        assert visitor.post("/api/v1/invitations/opened", json={"token": token}).status_code == 204
        state = {one["id"]: one["state"] for one in owner.get(f"{HARMONY}/invitations").json()}
        assert state[made["id"]] == "opened"
        assert accept(visitor, token, **NEW) == 400
        assert accept(visitor, token, email="wong-2@phone.example", **NEW) == 201
        assert accept(visitor, token, email="wong-3@phone.example", **NEW) == 404
        found = {one["id"]: one["state"] for one in owner.get(f"{HARMONY}/invitations", params={"used": True}).json()}
        assert found[made["id"]] == "used"
        assert made["id"] not in {one["id"] for one in owner.get(f"{HARMONY}/invitations").json()}

    def test_a_member_does_not_use_up_anothers_link(self, owner: TestClient, visitor: TestClient) -> None:
        made = owner.post(f"{HARMONY}/invitations", json={"name": "何先生"}).json()
        token = made["link"].rpartition("/")[2]
        assert owner.post("/api/v1/invitations/accept", json={"token": token}).status_code == 409
        assert "何先生" in owner.get(f"/invitation/{token}").text
        assert accept(visitor, token, email=email_of("member"), password="not the password") == 401
        assert accept(visitor, token, email="ho@phone.example", **NEW) == 201

    def test_a_used_link_leads_back_to_the_organisation(self, owner: TestClient, visitor: TestClient) -> None:
        token = invite(owner, "again@harmony.example")
        assert accept(visitor, token, **NEW) == 201
        again = visitor.get(f"/invitation/{token}", follow_redirects=False)
        assert (again.status_code, again.headers["location"]) == (303, "/t/harmony/ask")
        assert visitor.get(again.headers["location"]).status_code == 200
        stranger = TestClient(visitor.app, base_url=str(visitor.base_url))
        page = stranger.get(f"/invitation/{token}", headers={"Accept": "text/html"})
        assert page.url.path == "/sign-in"

    def test_an_invitation_with_an_address_is_for_that_account(self, owner: TestClient, visitor: TestClient) -> None:
        token = invite(owner, "bound@harmony.example")
        assert accept(visitor, token, email="thief@phone.example", **NEW) == 201
        assert visitor.get("/api/v1/me").json()["email"] == "bound@harmony.example"


@pytest.mark.parametrize(
    ("host", "public", "browser", "base", "reach"),
    [
        ("127.0.0.1", "", "http://localhost:8300", "http://localhost:8300", "this_computer"),
        ("127.0.0.1", "", "http://127.0.0.1:8300", "http://127.0.0.1:8300", "this_computer"),
        ("192.168.1.5", "", "http://localhost:8300", "http://192.168.1.5:8300", "office"),
        ("0.0.0.0", "", "http://192.168.1.9:8300", "http://192.168.1.9:8300", "office"),
        ("127.0.0.1", "https://kb.example", "http://localhost:8300", "https://kb.example", "anywhere"),
    ],
)
def test_a_link_has_an_address_that_a_phone_reaches(
    service_settings: Settings, host: str, public: str, browser: str, base: str, reach: str
) -> None:
    app = create(service_settings.model_copy(update={"host": host, "public_url": public}), take_in=False)
    page = signed_in(app, email_of("owner"))
    page.base_url = browser
    headers = {"Origin": public or browser}
    made = page.post(f"{HARMONY}/invitations", json={"name": "手機"}, headers=headers).json()
    assert (made["link"].rpartition("/invitation/")[0], made["reach"]) == (base, reach)
    assert ("Wi-Fi" in made["messages"]["en"]) == (reach == "office")


def test_on_all_networks_the_link_has_the_computers_own_address(service_settings: Settings) -> None:
    app = create(service_settings.model_copy(update={"host": "0.0.0.0"}), take_in=False)
    page = signed_in(app, email_of("owner"))
    page.base_url = "http://localhost:8300"
    made = page.post(f"{HARMONY}/invitations", json={"name": "手機"}).json()
    own = [f"http://{address}:8300" for address in lan_addresses()] or ["http://localhost:8300"]
    assert made["link"].rpartition("/invitation/")[0] == own[0]


class TestFirstSteps:
    def test_an_owner_is_led_until_all_is_done_or_dismissed(self, app: FastAPI, service_settings: Settings) -> None:
        user = accounts.create(service_settings, "founder@new.example", "創辦人", PASSWORD)
        tenants.create(service_settings, "founded", "新機構")
        accounts.add_member(service_settings, user.id, "founded", Role.OWNER)
        browser = signed_in(app, "founder@new.example")
        steps = "/api/v1/tenants/founded/first-steps"
        assert browser.get("/").headers["location"] == "/t/founded/start"
        assert browser.get(steps).json() == {
            "document": False,
            "colleague": False,
            "question": False,
            "dismissed": False,
            "offered": True,
        }
        browser.post("/api/v1/tenants/founded/invitations", json={"name": "同事"})
        assert browser.get(steps).json()["colleague"]
        assert browser.put(steps, json={"dismissed": True}).json()["dismissed"]
        assert browser.get("/").headers["location"] == "/t/founded/ask"
        browser.put(steps, json={"dismissed": False})
        assert browser.get("/").headers["location"] == "/t/founded/start"

    def test_a_member_goes_to_the_question(self, client: ClientOf) -> None:
        assert client("member").get("/t/harmony/start").headers["location"] == "/t/harmony/ask"
        assert not client("member").get(f"{HARMONY}/first-steps").json()["offered"]


@pytest.fixture(scope="module")
def empty(app: FastAPI, service_settings: Settings) -> dict[str, TestClient]:
    tenants.create(service_settings, "empty", "空機構")
    library = library_of(service_settings, "empty")
    make_first_collection(library, "zh-HK")
    people = {Role.OWNER: "陳主任", Role.EDITOR: "李編輯", Role.MEMBER: "黃姑娘", Role.EVALUATOR: "何評測"}
    found = {}
    for role, name in people.items():
        user = accounts.create(service_settings, f"{role}@empty.example", name, PASSWORD)
        accounts.add_member(service_settings, user.id, "empty", role)
        found[role.value] = signed_in(app, f"{role}@empty.example")
    return found


class TestEmptyLibrary:
    @pytest.mark.parametrize("page", ["ask", "library"])
    def test_a_member_is_told_whom_to_ask(self, empty: dict[str, TestClient], page: str) -> None:
        assert "李編輯或陳主任" in empty["member"].get(f"/t/empty/{page}").text

    def test_an_evaluator_is_told_on_the_hit_test(self, empty: dict[str, TestClient]) -> None:
        assert "李編輯或陳主任" in empty["evaluator"].get("/t/empty/measure").text

    @pytest.mark.parametrize("role", ["owner", "editor"])
    def test_who_may_upload_is_led_there(self, empty: dict[str, TestClient], role: str) -> None:
        assert "/t/empty/start" in empty[role].get("/t/empty/ask").text

    def test_without_a_right_the_owner_is_named(self, empty: dict[str, TestClient], service_settings: Settings) -> None:
        library = library_of(service_settings, "empty")
        access.revoke(library, library.collection("main"), "everyone")
        try:
            told = empty["member"].get("/t/empty/ask").text
            assert "陳主任" in told
            assert "李編輯" not in told
        finally:
            open_to_all(library, library.collection("main"))
