"""Owners see what was sent to a language model; a reader who disconnects stops it."""

from __future__ import annotations

import shutil
from pathlib import Path

import httpx
import pytest

from assistant.api.app import create
from assistant.llm import egress_log, model_choices
from assistant.llm.egress_log import EgressFilter
from kb.core.settings import Settings
from kb.library.audit import Actor
from kb.library.documents import Library
from kb.people import access, accounts
from kb.people.access import Role
from kb.store import tenants
from kb.store.tables.activity_tables import EVERYONE
from kb.store.tables.states import EgressState
from tests.helpers.language_model_server import LanguageModelServer
from tests.helpers.running_server import new_api_key, running_server
from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"


@pytest.fixture
def sent(library: Library) -> int:
    entry = egress_log.begin(
        library, Actor("user:77", "陳主任"), purpose="draft", host="model.example", model="m", left=True,
        collections=["main"], version_ids=[], sent=[{"role": "user", "content": "問題甲 <<<1>>> 原文乙"}],
        typed=["問題甲"], masked={"name": 2},
    )  # fmt: skip
    egress_log.end(library, entry, EgressState.FAILED, "llm_down", 12)
    return entry


def test_owners_see_filter_and_export_it(client: ClientOf, sent: int) -> None:
    (entry,) = client("owner").get(f"{API}/egress", params={"actor": "user:77"}).json()[:1]
    assert (entry["id"], entry["state"], entry["error"], entry["left"], entry["tokens"]) == (
        sent, "failed", "llm_down", True, 12,
    )  # fmt: skip
    assert "原文乙" in entry["text"]
    assert "問題甲" not in entry["text"]
    assert client("owner").get(f"{API}/egress", params={"actor": "user:77", "purpose": "answer"}).json() == []
    lines = client("owner").get(f"{API}/egress/export", params={"format": "jsonl", "left": "true"}).text
    assert "model.example" in lines
    assert "問題甲" not in lines
    assert client("owner").get(f"{API}/egress/export").text.startswith("\ufeffid,")
    page = client("owner").get("/t/harmony/manage/egress", params={"since": "", "left": "", "purpose": ""}).text
    assert "model.example" in page
    assert "原文乙" in page
    assert "問題甲" not in page


def test_others_do_not(client: ClientOf, sent: int) -> None:
    assert client("member").get(f"{API}/egress").status_code == 403
    assert client("foreign").get(f"{API}/egress").status_code == 404


@pytest.fixture
def own(asked: Settings, tmp_path: Path) -> Settings:
    """Settings of a copy of the data, with an owner and an enabled model."""
    shutil.copytree(asked.data, tmp_path / "data")
    settings = asked.model_copy(update={"data": tmp_path / "data"})
    owner = accounts.create(settings, "owner@harmony.example", "Owner", "correct horse battery")
    accounts.add_member(settings, owner.id, "harmony", Role.OWNER)
    library = Library(tenants.get(settings, "harmony"))
    access.grant(library, library.collection("main"), EVERYONE, "read")
    model_choices.save(library, model_choices.ModelChoices(True))
    return settings


@pytest.mark.parametrize("path", ["/ask", "/drafts"])
def test_a_reader_who_disconnects_stops_the_model(own: Settings, path: str) -> None:
    model = LanguageModelServer(lambda _body: "", raw=b"", stalls=True)
    told = own.model_copy(update={"llm_base_url": model.url, "llm_model": "m", "llm_timeout_seconds": 60.0})
    headers = {"Authorization": f"Bearer {new_api_key(told)}"}
    body = {"question": "年假可結轉多少天？"} | ({"kind": "email"} if path == "/drafts" else {})
    try:
        with running_server(create(told, take_in=False)) as address:
            with pytest.raises(httpx.ReadTimeout):
                httpx.post(f"{address}{API}{path}", json=body, headers=headers, timeout=httpx.Timeout(8.0))
            assert model.requests, "the model was asked"
            assert model.left.wait(5.0), "the connection to the model is closed"
    finally:
        model.server.shutdown()
        model.server.server_close()
    row = next(egress_log.entries(Library(tenants.get(told, "harmony")), EgressFilter(), 1))
    assert (row.state, row.actor.split(":")[0]) == (EgressState.CANCELLED, "key")
