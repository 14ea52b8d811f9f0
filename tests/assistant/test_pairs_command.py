"""``kb pairs``: list, set and reject pairs; ``kb twins`` is its former name."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from kb.core.errors import Conflict, InputError, NotFound
from kb.core.settings import Settings
from kb.library.audit import entries
from kb.library.documents import Library
from kb.store import tenants, writer_lock
from tests.helpers.bilingual_pair import CHINESE_NAME, ENGLISH_NAME, ingest_pair
from tests.helpers.command_line import run

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def settings(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("pairs")
    shutil.copytree(ready.data, folder / "data")
    settings = ready.model_copy(update={"data": folder / "data"})
    ingest_pair(settings, folder / "in")
    return settings


def listed(settings: Settings, *arguments: str) -> list[dict[str, object]]:
    lines = run(settings, "pairs", "--tenant", "harmony", "--json", *arguments).splitlines()
    return [json.loads(line) for line in lines]


def test_pairs_are_listed_rejected_and_named(settings: Settings) -> None:
    [pair] = listed(settings)
    assert (pair["chinese"], pair["english"], pair["state"]) == (CHINESE_NAME, ENGLISH_NAME, "found")
    assert (pair["matched"], pair["differing"]) == (True, 1)
    assert "1" in run(settings, "pairs", "--tenant", "harmony")

    assert listed(settings, "--reject", ENGLISH_NAME, CHINESE_NAME) == []
    assert listed(settings) == []  # and it is not found again
    [named] = listed(settings, "--set", CHINESE_NAME, ENGLISH_NAME)
    assert named == pair | {"state": "set"}
    done = [one.action for one in entries(Library(tenants.get(settings, "harmony")), actor="cli", action="document")]
    assert done == ["document.twin", "document.untwin"]


def test_an_invalid_pair_is_an_error(settings: Settings) -> None:
    with pytest.raises(InputError, match="twin_itself"):
        run(settings, "pairs", "--tenant", "harmony", "--set", CHINESE_NAME, CHINESE_NAME)
    with pytest.raises(InputError, match="twin_same_language"):
        run(settings, "pairs", "--tenant", "harmony", "--set", CHINESE_NAME, "義工服務指引.md")
    with pytest.raises(NotFound, match="twin_not_found"):
        run(settings, "pairs", "--tenant", "harmony", "--reject", CHINESE_NAME, "義工服務指引.md")
    run(settings, "pairs", "--tenant", "harmony", "--set", CHINESE_NAME, ENGLISH_NAME)
    with pytest.raises(Conflict, match="twin_taken"):
        run(settings, "pairs", "--tenant", "harmony", "--set", "義工服務指引.md", ENGLISH_NAME)


def test_listing_does_not_wait_for_the_writer_lock(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    with writer_lock.writing(settings.data, "somebody else"):
        monkeypatch.setattr(writer_lock, "_OURS", set())  # as another process sees it
        assert run(settings, "pairs", "--tenant", "harmony")


def test_a_tenant_without_documents_has_no_pairs(settings: Settings, tmp_path: Path) -> None:
    tenants.create(settings, "empty", "Empty", "")
    assert run(settings, "pairs", "--tenant", "empty") == ""


def test_the_former_name_is_callable_but_not_listed(settings: Settings) -> None:
    assert run(settings, "twins", "--tenant", "harmony") == run(settings, "pairs", "--tenant", "harmony") != ""
    listed_names = [line.split()[0] for line in run(settings, "--help").splitlines() if line.startswith("  ")]
    assert "pairs" in listed_names
    assert "twins" not in listed_names
