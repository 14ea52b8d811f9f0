"""Who reaches which collection: what is not given is denied."""

from __future__ import annotations

import pytest

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access
from kb.people.access import ROLES, Ability, Reach, Role
from kb.people.initial_collections import open_to_all
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.library_tables import CollectionRow


@pytest.fixture
def library(settings: Settings) -> Library:
    library = Library(tenants.create(settings, "harmony", "Harmony"))
    with library.transaction() as session:
        session.add_all([CollectionRow(slug=slug, name=slug) for slug in ("care", "main", "staff")])
    return library


def test_roles() -> None:
    assert {role: sorted(abilities) for role, abilities in ROLES.items()} == {
        Role.MEMBER: ["ask", "read"],
        Role.EVALUATOR: ["ask", "evaluate", "read"],
        Role.EDITOR: ["ask", "edit", "read"],
        Role.OWNER: ["ask", "edit", "evaluate", "manage", "read"],
    }


@pytest.mark.parametrize("role", [Role.MEMBER, Role.EVALUATOR, Role.EDITOR])
def test_nothing_is_reached_without_a_grant(library: Library, role: Role) -> None:
    assert access.reach(library, role, 1) == Reach(frozenset(), frozenset())


def test_an_owner_reaches_all(library: Library) -> None:
    every = frozenset({"care", "main", "staff"})
    assert access.reach(library, Role.OWNER, 1) == Reach(every, every)


def test_grants_add_up_and_edit_is_for_editors(library: Library) -> None:
    access.grant(library, library.collection("main"), EVERYONE, "read")
    access.grant(library, library.collection("care"), "user:1", "edit")
    access.grant(library, library.collection("staff"), "user:11", "edit")
    both = frozenset({"main", "care"})
    assert access.reach(library, Role.EDITOR, 1) == Reach(both, frozenset({"care"}))
    assert access.reach(library, Role.MEMBER, 1) == Reach(both, frozenset())
    assert access.reach(library, Role.MEMBER, 2) == Reach(frozenset({"main"}), frozenset())


def test_an_editor_edits_what_is_open_to_all(library: Library) -> None:
    open_to_all(library, library.collection("main"))
    main = frozenset({"main"})
    assert access.reach(library, Role.EDITOR, 1) == Reach(main, main)
    for role in (Role.MEMBER, Role.EVALUATOR):
        assert access.reach(library, role, 1) == Reach(main, frozenset())


def test_a_grant_replaces_the_one_before_and_can_be_taken_back(library: Library) -> None:
    care = library.collection("care")
    access.grant(library, care, "user:1", "edit")
    access.grant(library, care, "user:1", "read")
    assert access.grants(library, care) == {"user:1": "read"}
    access.revoke(library, care, "user:1")
    access.revoke(library, care, "user:1")
    assert access.grants(library, care) == {}


def test_all_grants_of_one_person_go_and_no_other(library: Library) -> None:
    for slug in ("care", "main"):
        for subject in ("user:1", "user:12", EVERYONE):
            access.grant(library, library.collection(slug), subject, "read")
    access.revoke_all(library, "user:1")
    assert access.grants(library, library.collection("main")) == {"user:12": "read", EVERYONE: "read"}


def test_a_key_reaches_what_it_names_or_what_is_open(library: Library) -> None:
    access.grant(library, library.collection("main"), EVERYONE, "read")
    access.grant(library, library.collection("care"), "user:1", "read")
    assert access.key_reach(library, None, edits=True) == Reach(frozenset({"main"}), frozenset({"main"}))
    assert access.key_reach(library, ["care", "gone"], edits=False) == Reach(frozenset({"care"}), frozenset())
    assert access.key_reach(library, [], edits=True) == Reach(frozenset(), frozenset())


def test_every_ability_belongs_to_a_role() -> None:
    assert frozenset().union(*ROLES.values()) == frozenset(Ability)
