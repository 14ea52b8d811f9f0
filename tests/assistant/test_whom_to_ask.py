"""Whom an answer names: the nearest contact to the question, and in an emergency nobody but that of its card."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from assistant import turn
from assistant.answers.answer import Answer
from ingest.workers.worker_pool import WorkerPool
from kb.core.settings import Settings
from kb.library import contacts
from kb.library.audit import Actor
from kb.library.contacts import Contacts, SubjectContact
from kb.people import accounts, members
from kb.people.access import Role
from kb.search.retriever import Retriever
from kb.store import tenants
from tests.helpers.ingest_files import ingest_files

HR = "人事部，內線 101"
UNANSWERED = "What is the wifi password of the head office?"


@pytest.fixture
def own(asked: Settings, tmp_path: Path) -> Retriever:
    """The organisation with its handbook, in a folder of this test's own, and an owner."""
    shutil.copytree(asked.data, tmp_path / "data")
    settings = asked.model_copy(update={"data": tmp_path / "data"})
    owner = accounts.create(settings, "chan@harmony.example", "陳主任", "a long sentence")
    accounts.add_member(settings, owner.id, "harmony", Role.OWNER)
    return Retriever(settings, tenants.get(settings, "harmony"))


def ask(retriever: Retriever, question: str) -> Answer:
    return turn.answer(retriever, turn.Turn(question))


def without_general_contact(retriever: Retriever) -> Retriever:
    tenants.change(retriever.settings, "harmony", contact="")
    return Retriever(retriever.settings, tenants.get(retriever.settings, "harmony"))


def test_the_contact_of_the_organisation_is_named_where_no_other_is(own: Retriever) -> None:
    answer = ask(own, UNANSWERED)
    assert answer.refused
    assert f"Please ask: {HR}" in answer.answer


def test_the_owner_is_named_where_the_organisation_has_no_contact(own: Retriever) -> None:
    answer = ask(without_general_contact(own), UNANSWERED)
    assert "Please ask: 陳主任 (administrator)" in answer.answer
    chinese = ask(without_general_contact(own), "總部 wifi 密碼係咩？")
    assert chinese.refused
    assert "可以問：陳主任（管理員）" in chinese.answer


def test_a_disabled_owner_is_not_named(own: Retriever) -> None:
    second = accounts.create(own.settings, "ho@harmony.example", "何主任", "a long sentence")
    accounts.add_member(own.settings, second.id, "harmony", Role.OWNER)
    first = accounts.by_email(own.settings, "chan@harmony.example")
    assert first is not None
    members.disable(own.settings, first.id, Actor("cli", "kb person"))
    assert ask(without_general_contact(own), UNANSWERED).contact == "何主任 (administrator)"


def test_the_contact_of_the_nearest_collection_comes_before_the_organisations(own: Retriever, tmp_path: Path) -> None:
    contacts.set_of_collection(own.library, own.library.collection("main"), "總務主任，內線 300")
    assert ask(own, UNANSWERED).contact == "總務主任，內線 300"
    with WorkerPool(own.settings) as workers:
        path = tmp_path / "wifi.md"
        lines = "\n\n".join(
            f"{n}. The wifi of the head office has a password of its own on floor {n}." for n in range(8)
        )
        path.write_text(f"# Network\n\n{lines}\n", encoding="utf-8")
        ingest_files(own.settings, workers, own.tenant, [path], "network")
    fresh = Retriever(own.settings, own.tenant)
    assert ask(fresh, "Is the wifi of the head office open to visitors?").contact == HR  # the collection names nobody
    contacts.set_of_collection(fresh.library, fresh.library.collection("network"), "IT, ext. 9")
    assert ask(fresh, "Is the wifi of the head office open to visitors?").contact == "IT, ext. 9"


def test_the_contact_of_a_subject_comes_first(own: Retriever) -> None:
    contacts.set_of_collection(own.library, own.library.collection("main"), "總務主任，內線 300")
    it = SubjectContact("資訊科技", ("wifi", "電腦"), "資訊科技組，內線 9")
    guests = SubjectContact("訪客 wifi", (), "接待處，內線 1")
    contacts.save(own.library, Contacts((it, guests)))
    assert ask(own, UNANSWERED).contact == "資訊科技組，內線 9"
    assert ask(own, "電腦壞咗點算？").contact == "資訊科技組，內線 9"
    assert ask(own, "訪客 wifi 密碼係咩？").contact == "接待處，內線 1"  # the longer words are nearer
    assert ask(own, "What is the wifidelity of the head office?").contact == "總務主任，內線 300"


@pytest.mark.parametrize("question", ["有院友走失咗點算？", "A resident is missing, what is the wifi password?"])
def test_nobody_else_is_named_under_an_emergency(own: Retriever, question: str) -> None:
    contacts.set_of_collection(own.library, own.library.collection("main"), HR)
    contacts.save(own.library, Contacts((SubjectContact("人事", ("院友", "wifi", "resident"), HR),)))
    answer = ask(own, question)
    assert answer.card is not None
    assert answer.contact == ""
    assert HR not in answer.answer
    named = replace(contacts.read(own.library), cards={"missing_person": "當值主管 6123 4567"})
    contacts.save(own.library, named)
    answer = ask(own, question)
    assert answer.contact == "當值主管 6123 4567"
    assert answer.card is not None
    assert answer.card["contacts"][0] == {"name": "當值主管", "number": "6123 4567"}
    assert HR not in answer.answer


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("當值主管，內線 200", {"name": "當值主管，內線 200", "number": ""}),
        ("護士長：61234567（24 小時）", {"name": "護士長 （24 小時）", "number": "61234567"}),
        ("999", {"name": "", "number": "999"}),
    ],
)
def test_a_telephone_number_on_a_card_can_be_called(own: Retriever, text: str, shown: dict[str, str]) -> None:
    contacts.save(own.library, Contacts(cards={"missing_person": text}))
    answer = ask(own, "有院友走失咗點算？")
    assert answer.card is not None
    contacts_shown = answer.card["contacts"]
    # what no telephone outside can call comes after the numbers that do
    assert contacts_shown[0 if shown["number"] else -1] == shown
    assert contacts_shown[0]["number"]
