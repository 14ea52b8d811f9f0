"""Whoever is removed, disabled or made less than an owner is out with the next call, and nothing lets them in again."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.llm import model_choices
from assistant.service.asking import start_answer
from assistant.service.callers import Caller, caller_of_key, caller_of_person
from assistant.service.running_service import Service
from assistant.turn import Turn
from kb.core.errors import Forbidden, NotFound, SinziError, Unauthenticated
from kb.core.settings import Settings
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts, api_keys, invitations, members, password_resets, sessions
from kb.people.access import Ability, Role
from kb.people.oidc_identities import IdentityClaims, find_user
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.platform_tables import UserRow
from tests.helpers.language_model_server import LanguageModelServer
from tests.helpers.running_server import running_server
from tests.helpers.service import PASSWORD, ClientOf, signed_in

pytestmark = pytest.mark.slow

HARMONY = "/api/v1/tenants/harmony"
HERE = Actor("cli", "test")
QUESTION = "義工津貼幾多錢？"

Ending = Callable[[Settings, Library, int], object]
ENDINGS: dict[str, Ending] = {
    "removed": lambda settings, library, user_id: members.remove(settings, library, user_id, HERE),
    "disabled": lambda settings, _library, user_id: members.disable(settings, user_id, HERE),
    "demoted": lambda settings, library, user_id: members.change_role(settings, library, user_id, Role.MEMBER, HERE),
}
_numbers = iter(range(1, 1000))


@pytest.fixture
def owner(service_settings: Settings) -> UserRow:
    """A second owner of harmony, a new one for each test."""
    user = accounts.create(service_settings, f"second-{next(_numbers)}@harmony.example", "Second", PASSWORD)
    accounts.add_member(service_settings, user.id, "harmony", Role.OWNER)
    return user


@pytest.fixture
def service(app: FastAPI) -> Service:
    found: Service = app.state.service
    return found


def new_address() -> str:
    return f"another-{next(_numbers)}@elsewhere.example"


@pytest.mark.parametrize("ending", ENDINGS)
class TestInvitations:
    def test_made_by_a_former_owner(
        self, service_settings: Settings, library: Library, owner: UserRow, app: FastAPI, ending: str
    ) -> None:
        """The owner prepares a way back, as an owner under another address, and even opens its page."""
        address = new_address()
        _, token = invitations.create(service_settings, library, address, Role.OWNER, {"private": "read"}, owner.id)
        visitor = TestClient(app)
        assert visitor.get(f"/invitation/{token}").status_code == 200
        ENDINGS[ending](service_settings, library, owner.id)
        assert visitor.get(f"/invitation/{token}").status_code == 404
        body = {"token": token, "name": "Back", "password": PASSWORD}
        assert visitor.post("/api/v1/invitations/accept", json=body).status_code == 404
        assert address not in [row.email for row in invitations.listing(service_settings, "harmony")]
        with pytest.raises(SinziError, match="oidc_unknown"):
            find_user(service_settings, IdentityClaims("https://id.example", address, address, "Back"))

    def test_one_that_was_read_a_moment_before(
        self, service_settings: Settings, library: Library, owner: UserRow, ending: str
    ) -> None:
        address = new_address()
        _, token = invitations.create(service_settings, library, address, Role.OWNER, {}, owner.id)
        read = invitations.find(service_settings, token)
        guest = accounts.create(service_settings, address, "Guest", PASSWORD)
        ENDINGS[ending](service_settings, library, owner.id)
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.accept(service_settings, library, read, guest)
        assert accounts.role_in(service_settings, guest.id, "harmony") is None

    def test_renewed_by_another_owner_goes_on(
        self, service_settings: Settings, library: Library, owner: UserRow, client: ClientOf, ending: str
    ) -> None:
        row, _ = invitations.create(service_settings, library, new_address(), Role.MEMBER, {}, owner.id)
        link = client("owner").post(f"{HARMONY}/invitations/{row.id}/link").json()["link"]
        ENDINGS[ending](service_settings, library, owner.id)
        assert invitations.find(service_settings, link.rpartition("/")[2]).id == row.id


class TestInvitationsToAPerson:
    def test_an_earlier_one_does_not_bring_a_removed_person_back(
        self, service_settings: Settings, library: Library
    ) -> None:
        """Invited as an owner, made a member on the command line, removed: the link is still in the mailbox."""
        user = accounts.create(service_settings, new_address(), "Came", PASSWORD)
        _, token = invitations.create(service_settings, library, user.email, Role.OWNER, {"private": "edit"}, 1)
        members.add(service_settings, library, user.id, Role.MEMBER, HERE)
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.find(service_settings, token)
        members.remove(service_settings, library, user.id, HERE)
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.find(service_settings, token)

    def test_an_open_one_gives_a_member_nothing(self, service_settings: Settings, library: Library) -> None:
        user = accounts.create(service_settings, new_address(), "Member", PASSWORD)
        _, token = invitations.create(service_settings, library, user.email, Role.OWNER, {"private": "edit"}, 1)
        accounts.add_member(service_settings, user.id, "harmony", Role.MEMBER)  # past the way that ends invitations
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.accept(service_settings, library, invitations.find(service_settings, token), user)
        assert accounts.role_in(service_settings, user.id, "harmony") is Role.MEMBER
        assert access.reach(library, Role.MEMBER, user.id).read == {"main"}

    def test_of_several_only_one_is_used(self, service_settings: Settings, library: Library) -> None:
        user = accounts.create(service_settings, new_address(), "Twice", PASSWORD)
        _, token = invitations.create(service_settings, library, user.email, Role.MEMBER, {}, 1)
        invitations.create(service_settings, library, user.email, Role.OWNER, {}, 1)
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.find(service_settings, token)
        listed = [row.email for row in invitations.listing(service_settings, "harmony")]
        assert listed.count(user.email) == 1

    def test_a_disabled_person_is_not_let_in_by_a_provider(self, service_settings: Settings, library: Library) -> None:
        user = accounts.create(service_settings, new_address(), "Shut", PASSWORD)
        invitations.create(service_settings, library, user.email, Role.MEMBER, {}, 1)
        members.disable(service_settings, user.id, HERE)
        with pytest.raises(Forbidden, match="oidc_unknown"):
            find_user(service_settings, IdentityClaims("https://id.example", "shut", user.email, "Shut"))


@pytest.mark.parametrize("ending", ["removed", "disabled"])
class TestLinksAndSessions:
    def test_a_link_for_a_new_password(
        self, service_settings: Settings, library: Library, owner: UserRow, ending: str
    ) -> None:
        by_owner, _ = password_resets.create(service_settings, owner.id, "harmony", 1)
        ENDINGS[ending](service_settings, library, owner.id)
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.use(service_settings, by_owner, "another password")

    def test_a_link_from_the_command_line(
        self, service_settings: Settings, library: Library, owner: UserRow, ending: str
    ) -> None:
        token, _ = password_resets.create(service_settings, owner.id, "harmony", password_resets.COMMAND_LINE)
        ENDINGS[ending](service_settings, library, owner.id)
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.find(service_settings, token)

    def test_a_link_that_a_former_owner_gave(
        self, service_settings: Settings, library: Library, owner: UserRow, ending: str
    ) -> None:
        victim = accounts.create(service_settings, new_address(), "Victim", PASSWORD)
        accounts.add_member(service_settings, victim.id, "harmony", Role.OWNER)
        token, _ = password_resets.create(service_settings, victim.id, "harmony", owner.id)
        ENDINGS[ending](service_settings, library, owner.id)
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.use(service_settings, token, "taken over now")

    def test_sessions(
        self, app: FastAPI, service_settings: Settings, library: Library, owner: UserRow, ending: str
    ) -> None:
        browser = signed_in(app, owner.email)
        assert browser.get("/api/v1/me").status_code == 200
        ENDINGS[ending](service_settings, library, owner.id)
        assert browser.get("/api/v1/me").status_code == 401


def test_a_session_goes_on_in_the_other_organisation(
    app: FastAPI, service_settings: Settings, library: Library, owner: UserRow
) -> None:
    accounts.add_member(service_settings, owner.id, "sunrise", Role.MEMBER)
    browser = signed_in(app, owner.email)
    members.remove(service_settings, library, owner.id, HERE)
    assert browser.get(f"{HARMONY}/collections").status_code == 404
    assert browser.get("/api/v1/tenants/sunrise/collections").status_code == 200


def test_what_ended_does_not_come_back_with_the_account(
    app: FastAPI, service_settings: Settings, library: Library, owner: UserRow
) -> None:
    _, key = api_keys.create(service_settings, "harmony", "k", [Ability.READ], None, owner.id)
    _, link = invitations.create(service_settings, library, new_address(), Role.OWNER, {}, owner.id)
    token = sessions.start(service_settings, owner.id)
    members.disable(service_settings, owner.id, HERE)
    accounts.enable(service_settings, owner.id)
    assert accounts.role_in(service_settings, owner.id, "harmony") is Role.OWNER
    assert api_keys.find(service_settings, key) is None
    assert sessions.find(service_settings, token) is None
    with pytest.raises(NotFound, match="invitation_invalid"):
        invitations.find(service_settings, link)


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_key_is_looked_at_again_even_if_nobody_revoked_it(
    service_settings: Settings, library: Library, owner: UserRow, ending: str
) -> None:
    ENDINGS[ending](service_settings, library, owner.id)
    _, late = api_keys.create(service_settings, "harmony", "k", [Ability.READ], None, owner.id)
    assert api_keys.find(service_settings, late) is None


def by_session(service: Service, user: UserRow) -> Caller:
    return caller_of_person(service, sessions.start(service.settings, user.id), "harmony")


def by_key(service: Service, user: UserRow) -> Caller:
    abilities, within = [Ability.ASK, Ability.READ], ["main", "private"]
    _, token = api_keys.create(service.settings, "harmony", "k", abilities, within, user.id)
    found = caller_of_key(service, token)
    assert found is not None
    return found


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("way", [by_session, by_key])
def test_an_answer_on_its_way_stops_with_the_next_event(
    service: Service, library: Library, owner: UserRow, way: Callable[[Service, UserRow], Caller], ending: str
) -> None:
    caller = way(service, owner)
    events = start_answer(caller, Turn(QUESTION, collections=caller.searchable_collections(None)))
    next(events)
    ENDINGS[ending](service.settings, library, owner.id)
    with pytest.raises((Unauthenticated, NotFound, Forbidden)):
        next(events)


def test_an_answer_stops_when_a_collection_is_closed_or_the_person_signs_out(
    service: Service, library: Library, service_settings: Settings
) -> None:
    user = accounts.create(service_settings, new_address(), "Reader", PASSWORD)
    accounts.add_member(service_settings, user.id, "harmony", Role.MEMBER)
    subject = access.subject_of(user.id)
    access.grant(library, library.collection("private"), subject, "read")
    token = sessions.start(service_settings, user.id)
    caller = caller_of_person(service, token, "harmony")
    both = start_answer(caller, Turn(QUESTION, collections=["main", "private"]))
    only_main = start_answer(caller, Turn(QUESTION, collections=["main"]))
    next(both), next(only_main)
    access.revoke(library, library.collection("private"), subject)
    with pytest.raises(Forbidden, match="not_allowed"):
        next(both)
    next(only_main)
    sessions.end(service_settings, token)
    with pytest.raises(Unauthenticated, match="signin_required"):
        next(only_main)


@pytest.fixture
def removing(service_settings: Settings, library: Library, owner: UserRow) -> Iterator[FastAPI]:
    """A service with a language model which removes the owner who asks, and then answers."""

    def remove_and_answer(_body: object) -> str:
        members.remove(service_settings, library, owner.id, HERE)
        return "義工津貼是機密 [1]。"

    server = LanguageModelServer(remove_and_answer)
    changes = {"llm_base_url": server.url, "llm_model": "m"}
    before = model_choices.read(library)
    model_choices.save(library, model_choices.ModelChoices(True))
    access.grant(library, library.collection("main"), EVERYONE, "read")
    yield create(service_settings.model_copy(update=changes), take_in=False)
    model_choices.save(library, before)
    server.server.shutdown()
    server.server.server_close()


def events_of(text: str) -> list[tuple[str, object]]:
    blocks = [block.split("\n", 1) for block in text.strip().split("\n\n")]
    return [(kind.removeprefix("event: "), json.loads(data.removeprefix("data: "))) for kind, data in blocks]


class TestWhileAModelWrites:
    def test_a_conversations_stream(self, removing: FastAPI, owner: UserRow) -> None:
        browser = signed_in(removing, owner.email)
        conversation = browser.post(f"{HARMONY}/conversations", json={}).json()["id"]
        answer = browser.post(f"{HARMONY}/conversations/{conversation}/messages", json={"question": QUESTION})
        events = events_of(answer.text)
        kinds = [kind for kind, _ in events]
        assert kinds[:2] == ["searching", "evidence"]
        assert kinds[2:] == ["error"]
        assert "機密" not in answer.text

    @pytest.mark.parametrize("streamed", [True, False])
    def test_a_chat_completion(self, removing: FastAPI, owner: UserRow, streamed: bool) -> None:
        settings: Settings = removing.state.service.settings
        _, token = api_keys.create(settings, "harmony", "k", [Ability.ASK], None, owner.id)
        program = TestClient(removing, headers={"Authorization": f"Bearer {token}"})
        body = {"model": "sinzi", "messages": [{"role": "user", "content": QUESTION}], "stream": streamed}
        answer = program.post("/v1/chat/completions", json=body)
        assert answer.status_code == (200 if streamed else 401)
        assert ('"key_invalid"' if streamed else '"invalid_api_key"') in answer.text
        assert "機密" not in answer.text

    def test_one_question(self, removing: FastAPI, owner: UserRow) -> None:
        browser = signed_in(removing, owner.email)
        answer = browser.post(f"{HARMONY}/ask", json={"question": QUESTION})
        assert answer.status_code == 401
        assert "機密" not in answer.text

    def test_a_draft(self, removing: FastAPI, owner: UserRow) -> None:
        browser = signed_in(removing, owner.email)
        answer = browser.post(f"{HARMONY}/drafts", json={"kind": "email", "question": QUESTION})
        assert answer.status_code == 401

    def test_a_tool_of_an_assistant(self, removing: FastAPI, owner: UserRow) -> None:
        settings: Settings = removing.state.service.settings
        _, token = api_keys.create(settings, "harmony", "k", [Ability.ASK], None, owner.id)
        call = {
            "jsonrpc": "2.0", "id": 1, "method": "tools/call",
            "params": {"name": "ask", "arguments": {"question": QUESTION}},
        }  # fmt: skip
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json, text/event-stream"}
        with TestClient(removing, base_url="http://localhost", headers=headers) as program:
            answer = program.post("/mcp", json=call).json()
            assert answer["result"]["isError"] is True
            assert "[key_invalid]" in answer["result"]["content"][0]["text"]
            assert program.post("/mcp", json=call).status_code == 401


@pytest.mark.parametrize("announced", [False, True])
def test_an_upload_under_way_is_not_taken_in(service_settings: Settings, library: Library, announced: bool) -> None:
    """The file arrives slowly; meanwhile the editor is removed."""
    user = accounts.create(service_settings, new_address(), "Editor", PASSWORD)
    accounts.add_member(service_settings, user.id, "harmony", Role.EDITOR)
    access.grant(library, library.collection("main"), access.subject_of(user.id), "edit")
    token = sessions.start(service_settings, user.id)
    found = sessions.find(service_settings, token)
    assert found is not None
    head = b'--x\r\nContent-Disposition: form-data; name="files"; filename="late.txt"\r\n\r\n'

    def slowly() -> Iterator[bytes]:
        yield b"the first half, " if announced else head + b"the first half, "
        members.remove(service_settings, library, user.id, HERE)
        yield b"the second half" if announced else b"the second half\r\n--x--\r\n"

    headers = {"X-CSRF-Token": found.csrf, "Cookie": f"sinzi_session={token}"}
    with (
        running_server(create(service_settings)) as address,
        httpx.Client(base_url=address + HARMONY, headers=headers, timeout=60) as browser,
    ):
        if announced:
            files = {"files": [{"name": "late.txt", "size": 31}]}
            (row,) = browser.post("/collections/main/uploads/batch", json=files).json()
            answer = browser.put(f"/uploads/{row['id']}/content", content=slowly())
        else:
            kind = {"Content-Type": "multipart/form-data; boundary=x"}
            answer = browser.post("/collections/main/uploads", content=slowly(), headers=kind)
    assert answer.status_code in (401, 404), answer.text
    incoming: Path = library.tenant.home / "incoming"
    assert not list(incoming.glob("*"))
    with library.session() as session:
        states = session.connection().exec_driver_sql("SELECT status FROM uploads WHERE name = 'late.txt'").scalars()
        assert set(states) <= {"sending", "failed"}
    with pytest.raises(NotFound):
        library.document("late.txt")


def test_the_command_line_keeps_an_owner_and_ends_what_a_former_owner_made(
    service_settings: Settings, library: Library, owner: UserRow
) -> None:
    _, key = api_keys.create(service_settings, "harmony", "k", [Ability.READ], None, owner.id)
    members.add(service_settings, library, owner.id, Role.MEMBER, HERE)
    assert api_keys.find(service_settings, key) is None
    first = accounts.by_email(service_settings, "owner@harmony.example")
    assert first is not None
    for other in accounts.members(service_settings, "harmony"):
        if other.role is Role.OWNER and other.user.id != first.id:
            members.change_role(service_settings, library, other.user.id, Role.MEMBER, HERE)
    for change in (
        lambda: members.add(service_settings, library, first.id, Role.MEMBER, HERE),
        lambda: members.disable(service_settings, first.id, HERE),
        lambda: members.remove(service_settings, library, first.id, HERE),
    ):
        with pytest.raises(SinziError, match="last_owner"):
            change()
    assert accounts.role_in(service_settings, first.id, "harmony") is Role.OWNER
