"""Contacts over the API: editors change those of their collections and of subjects, owners that of the organisation."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from tests.helpers.service import ClientOf

API = "/api/v1/tenants/harmony"
SUBJECT = {"subject": "報銷", "words": ["零用現金"], "contact": "會計部，內線 103"}


@pytest.fixture
def owner(client: ClientOf) -> TestClient:
    return client("owner")


def test_an_editor_changes_what_is_theirs(client: ClientOf, owner: TestClient) -> None:
    editor = client("editor")
    told = editor.put(
        f"{API}/contacts",
        json={"collections": {"main": "何姑娘，內線 8"}, "subjects": [SUBJECT], "cards": {"missing": "當值主管"}},
    )
    assert told.status_code == 200, told.text
    assert told.json() == {
        "organisation": "人事部，內線 101",
        "owner": "Owner",
        "collections": [{"slug": "main", "name": "main", "contact": "何姑娘，內線 8"}],
        "subjects": [SUBJECT],
        "cards": {"missing": "當值主管"},
        "cards_without_number": ["missing"],
    }
    assert {one["slug"]: one["contact"] for one in client("member").get(f"{API}/collections").json()} == {
        "main": "何姑娘，內線 8"
    }
    assert "何姑娘，內線 8" in editor.get("/t/harmony/manage/contacts").text
    assert "contacts.change" in {one["action"] for one in owner.get(f"{API}/audit").json()}


def test_a_contact_that_does_not_dial_is_told(client: ClientOf) -> None:
    told = client("editor").put(
        f"{API}/contacts",
        json={"cards": {"fire_gas": "值班室，內線 200", "missing_person": "當值主管 6123 4567", "child_abuse": "999"}},
    )
    assert told.json()["cards_without_number"] == ["fire_gas"]
    page = client("editor").get("/t/harmony/manage/contacts").text
    assert 'data-no-number="fire_gas">' in page
    assert 'data-no-number="missing_person" hidden>' in page


@pytest.mark.parametrize(
    ("role", "body", "status"),
    [
        ("editor", {"organisation": "me"}, 403),
        ("editor", {"collections": {"private": "me"}}, 404),
        ("member", {"subjects": []}, 403),
        ("owner", {"subjects": [SUBJECT | {"contact": "two\nlines"}]}, 422),
        ("owner", {"cards": {"No card!": "x"}}, 422),
    ],
)
def test_what_is_not_theirs_is_refused(client: ClientOf, role: str, body: dict[str, object], status: int) -> None:
    assert client(role).put(f"{API}/contacts", json=body).status_code == status


def test_an_owner_changes_the_organisations_and_a_collections(owner: TestClient) -> None:
    told = owner.put(f"{API}/contacts", json={"organisation": "總機，內線 0", "collections": {"private": "主席"}})
    assert told.json()["organisation"] == "總機，內線 0"
    assert owner.patch(f"{API}/collections/private", json={"contact": "秘書"}).json()["contact"] == "秘書"
    assert owner.get(f"{API}/settings").json()["contact"] == "總機，內線 0"
    assert owner.put(f"{API}/contacts", json={"organisation": ""}).json()["organisation"] == ""


def test_what_is_left_out_stays(owner: TestClient) -> None:
    owner.put(f"{API}/contacts", json={"subjects": [SUBJECT], "cards": {"missing": "當值主管"}})
    told = owner.put(f"{API}/contacts", json={"cards": {"missing": ""}}).json()
    assert (told["subjects"], told["cards"]) == ([SUBJECT], {})
