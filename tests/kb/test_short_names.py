"""Short names of organisations and collections are made from the names that people give."""

from __future__ import annotations

import pytest

from kb.core.settings import Settings
from kb.core.short_names import SLUG, from_name
from kb.library import collections
from kb.library.documents import Library
from kb.people import access, accounts, first_account
from kb.people.access import Role
from kb.people.first_account import NewTenant
from kb.store import tenants
from tests.helpers.command_line import run


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Centre A（灣仔）", "centre-a"),
        ("Café & Crèche", "cafe-creche"),
        ("機構文件", "folder"),
        ("甲中心 2", "folder"),
        ("A座", "folder"),
        ("---", "folder"),
        ("2025 通告", "2025"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 120, "x" * 34),
        ("", "folder"),
    ],
)
def test_a_short_name_is_made_from_latin_letters(name: str, found: str) -> None:
    assert from_name(name, (), "folder") == found
    assert SLUG.fullmatch(found)


def test_a_taken_short_name_gets_a_number() -> None:
    taken: set[str] = set()
    for _ in range(120):
        made = from_name("x" * 60, taken, "folder")
        assert SLUG.fullmatch(made)
        assert made not in taken
        taken.add(made)


def test_collections_of_one_name_get_short_names_of_their_own(settings: Settings) -> None:
    library = Library(tenants.create_named(settings, "和諧長者服務社"))
    made = [collections.create_named(library, "員工手冊").slug for _ in range(3)]
    assert made == ["folder", "folder-2", "folder-3"]
    assert {row.name for row in library.collections()} == {"員工手冊"}


def test_organisations_of_one_name_get_folders_of_their_own(settings: Settings) -> None:
    made = [tenants.create_named(settings, "和諧長者服務社", hint="harmony").slug for _ in range(2)]
    assert made == ["harmony", "harmony-2"]


def test_what_a_removed_organisation_left_is_nobody_elses(settings: Settings) -> None:
    left = settings.data / "tenants" / "org"
    left.mkdir(parents=True)
    assert tenants.create_named(settings, "和諧").slug == "org-2"


@pytest.mark.parametrize(
    ("email", "slug"),
    [("chan@harmony.example", "harmony"), ("chan@gmail.com", "org"), ("chan@Yahoo.com.hk", "org"), ("c@ab.hk", "org")],
)
def test_set_up_asks_for_no_short_name(settings: Settings, email: str, slug: str) -> None:
    user = first_account.create_first_account(settings, email, "陳主任", "a long sentence", NewTenant("和諧長者服務社"))
    (one,) = accounts.memberships(settings, user.id)
    assert (one.tenant, one.role) == (slug, Role.OWNER)
    library = Library(tenants.get(settings, slug))
    assert [(row.slug, row.name) for row in library.collections()] == [("main", "機構文件")]
    assert access.reach(library, Role.EDITOR, 99).edit == {"main"}
    assert access.reach(library, Role.MEMBER, 99).read == {"main"}


def test_the_command_makes_a_short_name_and_a_first_collection(settings: Settings) -> None:
    assert "sunrise" in run(settings, "tenant", "create", "--name", "Sunrise 晨曦")
    library = Library(tenants.get(settings, "sunrise"))
    assert [row.slug for row in library.collections()] == ["main"]
