"""Accounts, secrets, sessions, and ``kb person`` for who is locked out."""

from __future__ import annotations

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from kb.cli import Context
from kb.commands.person import person as command
from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import accounts, api_keys, first_account, members, password_resets, passwords, sessions
from kb.people.access import Role
from kb.people.first_account import NewTenant
from kb.store import tenants
from kb.store.tables.columns import now
from kb.store.tables.platform_tables import ApiKeyRow, PasswordResetRow, SessionRow, UserRow

pytestmark = pytest.mark.slow

PASSWORD = "correct horse battery"
Run = Callable[..., Result]
HERE = Actor("cli", "test")


@pytest.fixture
def harmony(settings: Settings) -> Library:
    return Library(tenants.create(settings, "harmony", "和諧"))


def person(settings: Settings, email: str, role: Role | None = None, tenant: str = "harmony") -> UserRow:
    user = accounts.create(settings, email, email.partition("@")[0], PASSWORD)
    if role is not None:
        accounts.add_member(settings, user.id, tenant, role)
    return user


class TestAccounts:
    def test_an_address_is_one_person_however_it_is_typed(self, settings: Settings) -> None:
        made = person(settings, " Chan@Harmony.Example ")
        assert made.email == "chan@harmony.example"
        with pytest.raises(Conflict, match="user_exists"):
            person(settings, "CHAN@harmony.example")
        found = accounts.by_email(settings, "Chan@harmony.example")
        assert found is not None
        assert found.id == made.id

    @pytest.mark.parametrize(
        "email", ["", "chan", "chan@", "@x.hk", "a b@x.hk", "a@b", "a@x\n.hk", "a@" + "x" * 250 + ".hk"]
    )
    def test_what_is_no_address(self, settings: Settings, email: str) -> None:
        with pytest.raises(InputError, match="email_invalid"):
            accounts.create(settings, email, "x", PASSWORD)

    def test_no_password_no_way_in(self, settings: Settings) -> None:
        accounts.create(settings, "a@b.example", "A", None)
        for guess in ("", "x", PASSWORD):
            assert passwords.owner_of(settings, "a@b.example", guess) is None

    def test_short_passwords_are_refused_everywhere(self, settings: Settings) -> None:
        with pytest.raises(InputError, match="password_too_short"):
            accounts.create(settings, "a@b.example", "A", "九個字元的密碼呢呢")
        user = person(settings, "b@b.example")
        with pytest.raises(InputError, match="password_too_short"):
            passwords.change(settings, user.id, "short")
        assert passwords.owner_of(settings, "b@b.example", PASSWORD) is not None

    def test_nothing_secret_is_stored(self, settings: Settings, harmony: Library) -> None:
        user = person(settings, "a@b.example", Role.OWNER)
        session = sessions.start(settings, user.id)
        _, key = api_keys.create(settings, "harmony", "k", api_keys.ALLOWED, None, user.id)
        link, _ = password_resets.create(settings, user.id, "harmony", user.id)
        stored = b"".join(path.read_bytes() for path in settings.data.glob("platform.sqlite*"))
        for secret in (PASSWORD, session, key, link):
            assert secret.encode() not in stored
        assert b"$argon2id$" in stored


class TestSessions:
    def test_ends_by_itself_by_sign_out_and_by_shutting_the_account(self, settings: Settings) -> None:
        user = person(settings, "a@b.example")
        first, second, third = (sessions.start(settings, user.id) for _ in range(3))
        sessions.end(settings, first)
        assert sessions.find(settings, first) is None
        with tenants.platform(settings) as session:
            session.execute(sa.update(SessionRow).values(expires_at=now() - timedelta(seconds=1)))
        assert sessions.find(settings, second) is None
        fourth = sessions.start(settings, user.id)
        found = sessions.find(settings, fourth)
        assert found is not None
        assert found.user.id == user.id
        members.disable(settings, user.id, HERE)
        assert sessions.find(settings, fourth) is None
        accounts.enable(settings, user.id)
        assert sessions.find(settings, fourth) is None
        assert sessions.find(settings, third) is None

    def test_each_has_a_token_of_its_own(self, settings: Settings) -> None:
        user = person(settings, "a@b.example")
        found = [sessions.find(settings, sessions.start(settings, user.id)) for _ in range(2)]
        assert len({one.csrf for one in found if one}) == 2


class TestOwners:
    def test_two_owners_cannot_remove_each_other_at_one_moment(self, settings: Settings, harmony: Library) -> None:
        users = [person(settings, f"o{number}@b.example", Role.OWNER) for number in range(4)]

        def demote(user: UserRow) -> str:
            try:
                members.change_role(settings, harmony, user.id, Role.MEMBER, HERE)
            except Conflict as error:
                return error.code
            return "done"

        with ThreadPoolExecutor(4) as threads:
            told = sorted(threads.map(demote, users))
        assert told == ["done", "done", "done", "last_owner"]
        assert [one.role for one in accounts.members(settings, "harmony")].count(Role.OWNER) == 1

    def test_only_one_first_owner(self, settings: Settings) -> None:
        def begin(number: int) -> str:
            try:
                new = NewTenant(f"ngo-{number}", "x")
                return first_account.create_first_account(settings, f"o{number}@b.example", "O", PASSWORD, new).email
            except Conflict as error:
                return error.code

        with ThreadPoolExecutor(3) as threads:
            told = list(threads.map(begin, range(3)))
        assert told.count("setup_done") == 2
        assert accounts.count(settings) == 1
        assert len(tenants.listing(settings)) == 1


class TestResets:
    def test_ends_with_its_day_and_with_a_new_password(self, settings: Settings, harmony: Library) -> None:
        user = person(settings, "a@b.example", Role.OWNER)
        first, _ = password_resets.create(settings, user.id, "harmony", user.id)
        second, _ = password_resets.create(settings, user.id, "harmony", user.id)
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.find(settings, first)
        passwords.change(settings, user.id, PASSWORD + "!")
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.find(settings, second)
        third, _ = password_resets.create(settings, user.id, "harmony", user.id)
        with tenants.platform(settings) as session:
            session.execute(sa.update(PasswordResetRow).values(expires_at=now() - timedelta(seconds=1)))
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.use(settings, third, PASSWORD)

    def test_works_once_for_who_comes_first(self, settings: Settings, harmony: Library) -> None:
        user = person(settings, "a@b.example", Role.OWNER)
        token, _ = password_resets.create(settings, user.id, "harmony", user.id)

        def use(number: int) -> str:
            try:
                return password_resets.use(settings, token, f"password number {number}").email
            except NotFound as error:
                return error.code

        with ThreadPoolExecutor(3) as threads:
            told = list(threads.map(use, range(3)))
        assert sorted(told) == ["a@b.example", "reset_invalid", "reset_invalid"]
        winner = told.index("a@b.example")
        assert passwords.owner_of(settings, "a@b.example", f"password number {winner}") is not None

    def test_a_password_that_is_refused_does_not_spend_the_link(self, settings: Settings, harmony: Library) -> None:
        user = person(settings, "a@b.example", Role.OWNER)
        token, _ = password_resets.create(settings, user.id, "harmony", user.id)
        with pytest.raises(InputError, match="password_too_short"):
            password_resets.use(settings, token, "short")
        password_resets.use(settings, token, "long enough now")

    def test_is_no_invitation(self, settings: Settings, harmony: Library) -> None:
        from kb.people import invitations

        user = person(settings, "a@b.example", Role.OWNER)
        token, _ = password_resets.create(settings, user.id, "harmony", user.id)
        with pytest.raises(NotFound, match="invitation_invalid"):
            invitations.find(settings, token)
        assert invitations.listing(settings, "harmony") == []
        _, invited = invitations.create(settings, harmony, "new@b.example", Role.MEMBER, {}, user.id)
        with pytest.raises(NotFound, match="reset_invalid"):
            password_resets.find(settings, invited)


class TestKeys:
    def test_expired_and_revoked_keys_are_nobodys(self, settings: Settings, harmony: Library) -> None:
        owner = person(settings, "a@b.example", Role.OWNER)
        row, token = api_keys.create(settings, "harmony", "k", ["ask"], None, owner.id, now() + timedelta(hours=1))  # type: ignore[list-item]
        found = api_keys.find(settings, token)
        assert found is not None
        assert found.id == row.id
        with tenants.platform(settings) as session:
            session.execute(sa.update(ApiKeyRow).values(expires_at=now()))
        assert api_keys.find(settings, token) is None
        with pytest.raises(NotFound, match="key_not_found"):
            api_keys.revoke(settings, "sunrise", row.id)


class TestCommand:
    @pytest.fixture
    def run(self, settings: Settings, harmony: Library) -> Run:
        def run(*arguments: str, typed: str = "") -> Result:
            return CliRunner().invoke(command, list(arguments), input=typed, obj=Context(settings.data))

        return run

    def test_an_owner_from_the_command_line(self, settings: Settings, run: Run) -> None:
        made = run("add", "Chan@b.example", "--tenant", "harmony", "--name", "陳", typed=f"{PASSWORD}\n{PASSWORD}\n")
        assert made.exit_code == 0
        assert PASSWORD not in made.output
        user = passwords.owner_of(settings, "chan@b.example", PASSWORD)
        assert user is not None
        assert accounts.role_in(settings, user.id, "harmony") is Role.OWNER
        person(settings, "second@b.example", Role.OWNER)
        again = run("add", "chan@b.example", "--tenant", "harmony", "--role", "member")
        assert again.exit_code == 0
        assert accounts.role_in(settings, user.id, "harmony") is Role.MEMBER

    def test_a_reset_link(self, settings: Settings, run: Run) -> None:
        user = person(settings, "a@b.example", Role.OWNER)
        tenants.create(settings, "sunrise", "Sunrise")
        accounts.add_member(settings, user.id, "sunrise", Role.MEMBER)
        link = run("reset", "a@b.example").stdout.strip()
        base, _, token = link.rpartition("/reset/")
        assert base == f"http://localhost:{settings.port}"
        password_resets.use(settings, token, "another password")
        assert passwords.owner_of(settings, "a@b.example", "another password") is not None

    def test_list_disable_enable(self, settings: Settings, run: Run) -> None:
        person(settings, "a@b.example", Role.EDITOR)
        assert run("disable", "a@b.example").exit_code == 0
        told = json.loads(run("list", "--json").stdout)
        assert told == {"email": "a@b.example", "name": "a", "roles": {"harmony": "editor"}, "disabled": True}
        assert passwords.owner_of(settings, "a@b.example", PASSWORD) is None
        assert run("enable", "a@b.example").exit_code == 0
        assert passwords.owner_of(settings, "a@b.example", PASSWORD) is not None

    @pytest.mark.parametrize("what", ["reset", "disable", "enable"])
    def test_nobody_of_that_name(self, run: Run, what: str) -> None:
        assert isinstance(run(what, "nobody@b.example").exception, NotFound)
