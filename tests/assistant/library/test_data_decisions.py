"""People's data over the service: what an upload's line says, the three decisions, and who sees what after them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people.initial_collections import open_to_all
from kb.store.tenants import Tenant
from tests.assistant.library.test_uploads import followed, send
from tests.helpers.kb_serving import serving

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"
ROSTER = (
    "姓名,手提電話,身份證號碼\n"
    "陳大文,9991 2345,U945807(4)\n"
    "李小玲,9992 3456,I302157(7)\n"
    "Gurung Maya,9993 4567,O368193(A)\n"
)


@pytest.fixture(autouse=True)
def open_collection(tenant: Tenant) -> None:
    """Everybody in the organisation reads the collection."""
    library = Library(tenant)
    open_to_all(library, library.collection("main"))


def put(client: httpx.Client, folder: Path, name: str, text: str, **fields: str) -> dict[str, Any]:
    """Upload a text, wait for its end, and return its line."""
    (folder / name).write_text(text, encoding="utf-8")
    (row,) = send(client, folder / name, **fields)
    followed(client)
    return line(client, row["id"])


def line(client: httpx.Client, upload_id: int) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in client.get(f"{API}/uploads").json() if one["id"] == upload_id)
    return found


def decide(client: httpx.Client, upload_id: int, decision: str) -> dict[str, Any]:
    answer = client.post(f"{API}/uploads/{upload_id}/personal-data", json={"decision": decision})
    assert answer.status_code == 200, answer.text
    followed(client)
    return line(client, upload_id)


def test_what_is_found_is_said_and_decided(settings: Settings, tenant: Tenant, token: str, tmp_path: Path) -> None:
    with serving(settings, token) as (client, _):
        rules = put(client, tmp_path, "rules.txt", "1.1 年假十四日。查詢：辦公室 2345 6789。\n")
        assert rules["personal_data"] is None
        row = put(client, tmp_path, "roster.csv", ROSTER)
        found = row["personal_data"]
        assert (found["counts"], found["is_list"]) == ({"phone": 3, "hkid": 3}, True)
        assert found["decision"] == "waiting"
        summary = client.get(f"{API}/uploads/summary").json()
        assert summary == {"total": 2, "done": 1, "under_way": 0, "need_attention": 1, "wait_for_choice": 1}
        at = f"{API}/documents/{row['document_id']}"
        assert client.get(at).json()["versions"][0]["state"] == "draft"
        listed = client.get(f"{API}/documents?personal_data=true").json()["items"]
        assert [(one["name"], one["personal_data"]) for one in listed] == [("roster.csv", "waiting")]
        (held,) = client.get(f"{API}/personal-data").json()
        assert (held["document"], held["personal_data"]["counts"]["hkid"]) == ("roster.csv", 3)

        row = decide(client, row["id"], "mask")
        assert row["personal_data"]["decision"] == "mask"
        version = client.get(at).json()["versions"][0]
        assert version["state"] == "published"
        chunks = client.get(f"{at}/versions/{version['id']}/chunks").json()
        assert "U945807" not in chunks[0]["text"]
        assert "陳大文" in chunks[0]["text"]
        # the file is for owners only; a program with a key is none
        original = client.get(f"{API}/versions/{version['id']}/original")
        assert (original.status_code, original.json()["error"]["code"]) == (403, "original_withheld")
        assert client.get(f"{API}/documents/originals?document={row['document_id']}").status_code == 403

        row = decide(client, row["id"], "publish")
        chunks = client.get(f"{at}/versions/{version['id']}/chunks").json()
        # taken in as it is; to who has no right to see people's data it is hidden where it is read
        assert "U945807" not in chunks[0]["text"]
        assert "身份證號碼" in chunks[0]["text"]
        original = client.get(f"{API}/versions/{version['id']}/original")
        assert (original.status_code, original.json()["error"]["code"]) == (403, "original_hidden")

        row = decide(client, row["id"], "keep")
        assert row["personal_data"]["decision"] == "keep"
        assert client.get(at).status_code == 404  # whoever is no owner does not see it any more
        wrong = client.post(f"{API}/uploads/{rules['id']}/personal-data", json={"decision": "mask"})
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (409, "personal_data_none")


def test_decided_when_it_is_handed_in(settings: Settings, tenant: Tenant, token: str, tmp_path: Path) -> None:
    with serving(settings, token) as (client, _):
        row = put(client, tmp_path, "roster.csv", ROSTER, personal_data="mask")
        assert row["personal_data"]["decision"] == "mask"
        at = f"{API}/documents/{row['document_id']}"
        version = client.get(at).json()["versions"][0]
        assert version["state"] == "published"
        assert "U945807" not in client.get(f"{at}/versions/{version['id']}/chunks").text
        bad = client.post(
            f"{API}/collections/main/uploads", files=[("files", ("a.txt", b"a"))], data={"personal_data": "no"}
        )
        assert bad.json()["error"]["code"] == "upload_invalid"


def test_publishing_a_draft_is_a_decision(settings: Settings, tenant: Tenant, token: str, tmp_path: Path) -> None:
    with serving(settings, token) as (client, _):
        row = put(client, tmp_path, "roster.csv", ROSTER, publish="false")
        assert row["personal_data"]["decision"] == ""  # it is a draft anyhow
        at = f"{API}/documents/{row['document_id']}"
        version = client.get(at).json()["versions"][0]["id"]
        published = client.post(f"{at}/versions/{version}/publish").json()["versions"][0]
        assert (published["state"], published["personal_data"]["decision"]) == ("published", "publish")
