"""Data made by earlier versions still opens, and all that people put into it is there. See ``old_data/README.md``."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.api.auth.dependencies import COOKIE
from assistant.llm import token_budget
from eval.datasets import question_sets
from kb.core.settings import Settings
from kb.doctor import examine
from kb.library.documents import Library
from kb.people import accounts, oidc_identities
from kb.people.access import Reach, Role, reach
from kb.people.oidc_identities import IdentityClaims
from kb.search.bilingual import pair_records
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.command_line import run
from tests.helpers.service import signed_in

pytestmark = pytest.mark.slow

FOLDER = Path(__file__).parent / "old_data"
VERSIONS = sorted(path.stem.removeprefix("data_") for path in FOLDER.glob("data_*.json"))
API = "/api/v1/tenants/harmony"


@dataclass(frozen=True)
class Old:
    """An unpacked data folder, what is known of it (``facts``), and the service of today over it."""

    facts: dict[str, Any]
    settings: Settings
    app: FastAPI

    @classmethod
    def unpacked(cls, version: str, settings: Settings, into: Path) -> Old:
        """Unpack a version's data folder."""
        with zipfile.ZipFile(FOLDER / f"data_{version}.zip") as archive:
            archive.extractall(into)
        facts = json.loads((FOLDER / f"data_{version}.json").read_text(encoding="utf-8"))
        settings = settings.model_copy(update={"data": into})
        return cls(facts, settings, create(settings, take_in=False))

    def library(self, slug: str = "harmony") -> Library:
        return Library(tenants.get(self.settings, slug))

    def email(self, person: str) -> str:
        return str(self.facts["people"][person]["email"])

    def browser(self, person: str) -> TestClient:
        """Return a browser in which a person has signed in."""
        return signed_in(self.app, self.email(person))

    def stranger(self) -> TestClient:
        """Return a browser in which nobody has signed in."""
        return TestClient(self.app, follow_redirects=False)

    def document_id(self, name: str) -> int:
        return int(self.facts["documents"][name]["id"])


@pytest.fixture(scope="module", params=VERSIONS)
def old(request: pytest.FixtureRequest, model_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Old:
    """A version's data, unpacked once: for tests that change nothing others look at."""
    return Old.unpacked(request.param, model_settings, tmp_path_factory.mktemp("old") / "data")


@pytest.fixture(params=VERSIONS)
def own(request: pytest.FixtureRequest, model_settings: Settings, tmp_path: Path) -> Old:
    """A version's data, unpacked for one test, which may change it."""
    return Old.unpacked(request.param, model_settings, tmp_path / "data")


def body(answer: Any, status: int = 200) -> Any:
    """Return what a request was answered with, after a look at its status."""
    assert answer.status_code == status, answer.text
    return answer.json() if answer.content else None


def tells(found: Any, known: Any) -> None:
    """Check that all that is ``known`` is in what was ``found``; later versions may tell more."""
    assert _narrowed(found, known) == known


def _narrowed(found: Any, known: Any) -> Any:
    """Return ``found`` without the fields that ``known`` does not have."""
    if isinstance(known, dict) and isinstance(found, dict):
        return {key: _narrowed(found[key], value) for key, value in known.items() if key in found}
    if isinstance(known, list) and isinstance(found, list) and len(found) == len(known):
        return [_narrowed(one, other) for one, other in zip(found, known, strict=True)]
    return found


def test_there_is_old_data() -> None:
    assert "0_1_0" in VERSIONS


def test_nothing_is_wrong(old: Old) -> None:
    assert [finding for finding in examine(old.settings) if not finding.ok] == []


class TestOrganisationsAndPeople:
    def test_organisations_have_name_and_contact(self, old: Old) -> None:
        found = {one.slug: {"name": one.name, "contact": one.contact} for one in tenants.listing(old.settings)}
        assert found == old.facts["tenants"]

    def test_people_have_their_roles(self, old: Old) -> None:
        listed = {one["email"]: one for one in body(old.browser("owner").get(f"{API}/members"))}
        for name, person in old.facts["people"].items():
            if name != "foreign":
                tells(listed[person["email"]], person)
        assert accounts.role_in(old.settings, old.facts["people"]["foreign"]["id"], "sunrise") is Role.OWNER

    @pytest.mark.parametrize("person", ["owner", "editor", "member", "evaluator"])
    def test_the_password_signs_in(self, old: Old, person: str) -> None:
        asked = {"email": old.email(person), "password": old.facts["password"]}
        assert body(old.stranger().post("/api/v1/session", json=asked), 201)["me"]["email"] == old.email(person)

    def test_a_person_known_to_a_provider_is_known(self, old: Old) -> None:
        identity = old.facts["identity"]
        claimed = IdentityClaims(identity["issuer"], identity["subject"], "", "")
        assert oidc_identities.find_user(old.settings, claimed).email == old.email(identity["person"])

    def test_a_browser_is_signed_in_still(self, old: Old) -> None:
        session = old.facts["session"]
        browser = TestClient(old.app, cookies={COOKIE: session["token"]})
        assert body(browser.get("/api/v1/me"))["email"] == old.email(session["person"])

    def test_a_key_opens_its_collections_only(self, old: Old) -> None:
        key = old.facts["key"]
        program = TestClient(old.app, headers={"Authorization": f"Bearer {key['token']}"})
        assert [one["slug"] for one in body(program.get(f"{API}/collections"))] == key["collections"]
        assert body(program.get(f"{API}/members"), 403)["error"]["code"] == "not_allowed"
        asked = {"question": old.facts["answers"][0]["question"]}
        assert not body(program.post(f"{API}/ask", json=asked))["refused"]
        facts = {name: key[name] for name in ("name", "abilities", "collections")}
        tells(body(old.browser("owner").get(f"{API}/keys")), [{**facts, "state": "active"}])

    def test_rights_on_collections(self, old: Old) -> None:
        found = {
            one["collection"]: {
                "everyone": one["everyone"],
                "people": {person["email"]: person["level"] for person in one["people"]},
            }
            for one in body(old.browser("owner").get(f"{API}/rights"))
        }
        assert found == old.facts["rights"]
        member = old.facts["people"]["member"]["id"]
        assert reach(old.library(), Role.MEMBER, member) == Reach(frozenset({"main", "private"}), frozenset())

    def test_an_open_invitation_lets_its_person_in(self, own: Old) -> None:
        invitation = own.facts["invitation"]
        facts = {name: invitation[name] for name in ("email", "role", "collections")}
        tells(body(own.browser("owner").get(f"{API}/invitations")), [facts])
        asked = {"token": invitation["token"], "name": "新同事", "password": own.facts["password"]}
        me = body(own.stranger().post("/api/v1/invitations/accept", json=asked), 201)["me"]
        tells(me["memberships"], [{"tenant": "harmony", "role": invitation["role"]}])
        found = reach(own.library(), Role(invitation["role"]), me["id"])
        assert found == Reach(frozenset({"main", "private"}), frozenset({"main"}))

    def test_a_link_for_a_new_password_works_once(self, own: Old) -> None:
        reset, password = own.facts["reset"], "another long password"
        email = own.email(reset["person"])
        assert email in own.stranger().get(f"/reset/{reset['token']}").text
        asked = {"token": reset["token"], "password": password}
        body(own.stranger().post("/api/v1/reset", json=asked), 201)
        body(own.stranger().post("/api/v1/reset", json=asked), 404)
        body(own.stranger().post("/api/v1/session", json={"email": email, "password": own.facts["password"]}), 401)
        body(own.stranger().post("/api/v1/session", json={"email": email, "password": password}), 201)


class TestLibrary:
    def test_documents_versions_and_states(self, old: Old) -> None:
        owner = old.browser("owner")
        listed = {one["name"] for one in body(owner.get(f"{API}/documents?limit=100"))["items"]}
        assert listed == set(old.facts["documents"])
        for name, document in old.facts["documents"].items():
            tells(body(owner.get(f"{API}/documents/{document['id']}")), {"name": name, **document})

    def test_every_version_can_be_read(self, old: Old) -> None:
        owner = old.browser("owner")
        for document in old.facts["documents"].values():
            for version in document["versions"]:
                at = f"{API}/documents/{document['id']}/versions/{version['id']}"
                assert body(owner.get(f"{at}/chunks"))
                assert body(owner.get(f"{at}/kind")) == "text"

    def test_passages_are_found(self, old: Old) -> None:
        for wanted in old.facts["passages"]:
            retriever = Retriever(old.settings, tenants.get(old.settings, wanted["tenant"]))
            first = retriever.retrieve(wanted["question"])[0]
            assert first.document == wanted["document"]
            assert wanted["text"] in first.text

    def test_copies_in_two_languages_stand_side_by_side(self, old: Old) -> None:
        twins, owner = old.facts["twins"], old.browser("owner")
        at = f"{API}/documents/{old.document_id(twins['chinese'])}/twin"
        tells(body(owner.get(at)), {"twin": {"name": twins["english"]}, "state": "found", "matched": True})
        rows = body(owner.get(f"{at}/rows?only=differing"))["items"]
        assert any(
            twins["row"]["chinese"] in row["chinese"][0]["text"]
            and twins["row"]["english"] in row["english"][0]["text"]
            for row in rows
        )

    def test_documents_said_to_be_no_copies_stay_apart(self, old: Old) -> None:
        one, other = map(old.document_id, old.facts["twins"]["rejected"])
        assert body(old.browser("owner").get(f"{API}/documents/{one}/twin"))["twin"] is None
        with old.library().session() as session:
            assert pair_records.rejected_counterparts(session, one) == {other}

    def test_terms_and_suggestions(self, old: Old) -> None:
        member = old.browser("member")
        tells(body(member.get(f"{API}/glossary")), old.facts["glossary"])
        for collection, questions in old.facts["suggestions"].items():
            assert body(member.get(f"{API}/collections/{collection}/suggestions"))["questions"] == questions

    def test_uploads_are_listed(self, old: Old) -> None:
        found = body(old.browser("editor").get(f"{API}/uploads"))
        for upload in found:
            upload["error"] = upload["error"] and upload["error"]["code"]
        # failed ones come first now
        tells(sorted(found, key=lambda upload: -upload["id"]), old.facts["uploads"])

    def test_the_trail_tells_who_did_what(self, old: Old) -> None:
        found = {(one["action"], one["actor"]) for one in body(old.browser("owner").get(f"{API}/audit"))}
        assert {(action, actor) for action, actor in old.facts["audit"]} <= found

    def test_files_are_taken_in_as_before(self, own: Old, tmp_path: Path) -> None:
        name, text = "新通告.txt", "新通告\n\n員工每年可參加培訓課程三天，費用由中心支付。\n"
        (tmp_path / name).write_text(text, encoding="utf-8")
        for status in ("indexed", "unchanged"):
            printed = run(own.settings, "ingest", str(tmp_path / name), "--tenant", "harmony", "--json")
            assert json.loads(printed)["status"] == status
        found = Retriever(own.settings, tenants.get(own.settings, "harmony")).retrieve("培訓課程有幾多日？")
        assert found[0].document == name
        assert [finding for finding in examine(own.settings) if not finding.ok] == []

    def test_a_withdrawn_version_and_a_draft_can_be_published(self, own: Old) -> None:
        editor = own.browser("editor")
        for document in own.facts["documents"].values():
            for version in document["versions"]:
                if version["state"] in ("draft", "withdrawn"):
                    at = f"{API}/documents/{document['id']}/versions/{version['id']}/publish"
                    assert body(editor.post(at))["versions"][-1]["state"] == "published"
        assert [finding for finding in examine(own.settings) if not finding.ok] == []


class TestAnswers:
    def test_questions_are_answered_as_of_their_day(self, old: Old) -> None:
        member = old.browser("member")
        for wanted in old.facts["answers"]:
            asked = {"question": wanted["question"], "as_of": wanted["as_of"]}
            answer = body(member.post(f"{API}/ask", json=asked))
            assert not answer["refused"]
            quotes = [one["quote"] for one in answer["citations"] if one["document"] == wanted["document"]]
            assert any(wanted["quote"] in quote for quote in quotes)

    def test_what_no_document_says_is_refused_with_the_contact(self, old: Old) -> None:
        answer = body(old.browser("member").post(f"{API}/ask", json={"question": old.facts["refused"]}))
        assert answer["refused"]
        assert answer["contact"] == old.facts["tenants"]["harmony"]["contact"]

    def test_conversations_are_listed_and_shown_whole(self, old: Old) -> None:
        kept = old.facts["conversations"]
        browser = old.browser(kept["person"])
        listed = {one["id"]: one["title"] for one in body(browser.get(f"{API}/conversations"))}
        assert listed == {one["id"]: one["title"] for one in kept["items"]}
        for one in kept["items"]:
            tells(body(browser.get(f"{API}/conversations/{one['id']}")), one)

    def test_quotes_open_at_their_place(self, old: Old) -> None:
        kept = old.facts["conversations"]
        browser = old.browser(kept["person"])
        for citation in _citations(kept["items"]):
            at = f"{API}/chunks/{citation['chunk_id']}/source?start={citation['start']}&end={citation['end']}"
            found = body(browser.get(at))
            tells(found, {"document": citation["document"], "version_id": citation["version_id"]})
            assert found["quote"] in citation["quote"]

    def test_a_conversation_goes_on(self, own: Old) -> None:
        conversations = own.facts["conversations"]
        kept, browser = conversations["items"][0], own.browser(conversations["person"])
        at = f"{API}/conversations/{kept['id']}"
        question = {"question": own.facts["answers"][0]["question"]}
        body(browser.post(f"{at}/messages", json=question, headers={"Accept": "application/json"}))
        assert len(body(browser.get(at))["messages"]) == len(kept["messages"]) + 1

    def test_an_evaluator_sees_what_went_wrong(self, old: Old) -> None:
        found = body(old.browser("owner").get(f"{API}/logged-questions?days=3650"))
        troubles = {(one["question"], one["trouble"]) for group in found for one in group["questions"]}
        first = old.facts["conversations"]["items"][0]["messages"][0]
        assert (first["answer"]["question"], "disliked") in troubles
        assert (old.facts["refused"], "refused") in troubles


def _citations(conversations: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for conversation in conversations:
        for message in conversation["messages"]:
            yield from message["answer"]["citations"]


class TestChoices:
    def test_cards_are_the_organisations_own(self, old: Old) -> None:
        kept, owner = old.facts["settings"], old.browser("owner")
        found = {card["id"]: card for card in body(owner.get(f"{API}/settings/cards"))["cards"]}
        for card in kept["cards"]:
            tells(found.pop(card["id"]), {key: value for key, value in card.items() if key != "patterns"})
        assert not any(card["enabled"] for card in found.values()), "the built-in cards were taken away"
        answer = body(owner.post(f"{API}/ask", json={"question": kept["card"]["question"]}))
        assert answer["card"]["id"] == kept["card"]["id"]

    def test_the_choice_about_language_models(self, old: Old) -> None:
        shown = body(old.browser("owner").get(f"{API}/settings"))
        tells(shown["model"], old.facts["settings"]["model"])

    def test_tokens_spent_count_on_their_day(self, old: Old, monkeypatch: pytest.MonkeyPatch) -> None:
        kept = old.facts["settings"]["spent"]
        monkeypatch.setattr(token_budget, "today", lambda: date.fromisoformat(kept["day"]))
        assert token_budget.spent(old.library()) == kept["tokens"]

    def test_everybody_reads_in_the_script_they_chose(self, old: Old) -> None:
        for person, script in old.facts["settings"]["scripts"].items():
            assert body(old.browser(person).get(f"{API}/ask/preferences")) == {"script": script}


class TestMeasuring:
    def test_test_sets(self, old: Old) -> None:
        kept = old.facts["test_set"]
        assert [one.name for one in question_sets.listing(tenants.get(old.settings, "harmony"))] == [kept["name"]]
        tells(body(old.browser("evaluator").get(f"{API}/test-sets/{kept['name']}")), kept)

    def test_runs(self, old: Old) -> None:
        kept, owner = old.facts["run"], old.browser("owner")
        tells(body(owner.get(f"{API}/runs")), [kept])
        tells(body(owner.get(f"{API}/runs/{kept['name']}")), kept)
