"""``kb ingest``, ``kb personal-data`` and ``kb doctor``: what was found is said, decided, examined, and left to do."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from ingest.commands.ingest import ingest
from ingest.commands.personal_data import personal_data
from kb import doctor
from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people.initial_collections import make_first_collection
from kb.store.tenants import Tenant
from tests.helpers.command_line import invoke

pytestmark = pytest.mark.slow

ROSTER = (
    "姓名,手提電話,身份證號碼\n"
    "陳大文,9991 2345,U945807(4)\n"
    "李小玲,9992 3456,I302157(7)\n"
    "Gurung Maya,9993 4567,O368193(A)\n"
)


@pytest.fixture
def library(tenant: Tenant) -> Library:
    """The library of an organisation whose first collection is open to all."""
    made = Library(tenant)
    make_first_collection(made, "en")
    return made


def finding(settings: Settings) -> doctor.Finding:
    """What the doctor says about people's data."""
    (found,) = (one for one in doctor.examine(settings) if "persons" in one.found or "people's data" in one.found)
    return found


def test_a_list_waits_and_is_decided(settings: Settings, library: Library, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    (line,) = map(json.loads, invoke(settings, ingest, str(roster), "--tenant", "harmony", "--json").splitlines())
    assert (line["personal_data"], line["decision"]) == ({"phone": 3, "hkid": 3}, "waiting")
    assert library.documents() == []
    found = finding(settings)
    assert found.ok  # nobody finds it
    assert "1 lists of persons wait" in found.found
    (listed,) = map(json.loads, invoke(settings, personal_data, "list", "--tenant", "harmony", "--json").splitlines())
    assert (listed["document"], listed["decision"], listed["is_list"]) == ("roster.csv", "waiting", True)
    assert "身份證號碼 3" in invoke(settings, personal_data, "list", "--tenant", "harmony")

    invoke(settings, personal_data, "decide", "roster.csv", "mask", "--tenant", "harmony")
    (document,) = library.documents()
    assert "U945807" not in "".join(chunk.text for chunk in library.chunks_of(document.version.id))
    assert finding(settings).ok
    invoke(settings, personal_data, "decide", "roster.csv", "keep", "--tenant", "harmony")
    (document,) = library.documents()
    assert document.collection.slug == "owners-only"
    chunks = library.unmasked().chunks_of(document.version.id)
    assert "U945807" in "".join(chunk.text for chunk in chunks)


def test_decided_beforehand_and_examined_later(settings: Settings, library: Library, tmp_path: Path) -> None:
    roster = tmp_path / "roster.csv"
    roster.write_text(ROSTER, encoding="utf-8")
    said = invoke(settings, ingest, str(roster), "--tenant", "harmony", "--personal-data", "publish")
    assert "身份證號碼 3" in said
    assert len(library.documents()) == 1
    with library.transaction() as session:  # as a release before this one left it
        for table in ("personal_spans", "personal_data"):
            session.execute(sa.text(f"DELETE FROM {table}"))
    assert "kb personal-data examine" in finding(settings).found
    invoke(settings, personal_data, "examine", "--tenant", "harmony")
    found = finding(settings)
    assert "roster.csv" in found.found  # published, a list, and nobody has decided
    assert "kb personal-data decide" in found.mend
