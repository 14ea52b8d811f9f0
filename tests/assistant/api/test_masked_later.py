"""An answer that was kept before its source was masked shows nothing of it afterwards."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from kb.library.documents import Library
from kb.personal_data import stored_spans
from kb.store.tables.columns import now
from kb.store.tables.library_tables import DocumentRow, PersonalDataRow
from kb.store.tables.states import PersonalDataDecision
from tests.helpers.service import ClientOf

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"


def test_a_kept_answer_is_emptied_when_its_source_is_masked(client: ClientOf, library: Library) -> None:
    member = client("member")
    talk = member.post(f"{API}/conversations", json={}).json()["id"]
    asked: dict[str, Any] = {"question": "義工要幾多歲？"}
    assert member.post(f"{API}/conversations/{talk}/messages", json=asked).status_code == 200

    def kept() -> Any:
        return member.get(f"{API}/conversations/{talk}").json()["messages"][0]["answer"]

    assert kept()["citations"]
    assert not kept()["withheld"]
    with library.transaction() as session:
        version = session.scalar(sa.select(DocumentRow.published_version_id).where(DocumentRow.name.startswith("義工")))
        row = session.get(PersonalDataRow, version) or stored_spans.store(session, version or 0, {"hkid": 1}, True)
        row.counts, row.decision, row.decided_at = {"hkid": 1}, PersonalDataDecision.MASK, now()
    assert kept()["withheld"]
    assert kept()["citations"] == []
