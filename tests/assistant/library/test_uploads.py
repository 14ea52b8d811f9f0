"""Uploads to a real service: queued, ingested, reported; finished after a crash; together with ``kb ingest``."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from kb.core.settings import Settings
from kb.library.documents import Library
from kb.people import access, api_keys
from kb.people.access import Ability
from kb.store.tables.activity_tables import UploadRow
from kb.store.tenants import Tenant
from tests.helpers.files import make_docx, make_mail, make_pdf, make_zip, rules
from tests.helpers.kb_serving import PATIENCE_SECONDS, kb, serving
from tests.helpers.stored_content import assert_consistent, stored_content

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"


def send(client: httpx.Client, *paths: Path, **fields: str) -> list[dict[str, Any]]:
    files = [("files", (path.name, path.read_bytes())) for path in paths]
    answer = client.post(f"{API}/collections/main/uploads", files=files, data=fields)
    assert answer.status_code == 201, answer.text
    found: list[dict[str, Any]] = answer.json()
    return found


def followed(client: httpx.Client) -> dict[str, list[str]]:
    """Follow the stream to its ``idle``; return each file's statuses and stages in order."""
    seen: dict[str, list[str]] = {}
    for _ in range(5):
        with client.stream("GET", f"{API}/uploads/events") as stream:
            event = ""
            for line in stream.iter_lines():
                if line.startswith("event:"):
                    event = line[6:].strip()
                if event == "idle":
                    return seen
                if line.startswith("data:"):
                    for one in json.loads(line[5:]):
                        seen.setdefault(one["path"], []).append(one["stage"] or one["status"])
    raise AssertionError(seen)


def test_many_files_one_by_one(settings: Settings, tenant: Tenant, token: str, tmp_path: Path) -> None:
    docx, pdf = make_docx(tmp_path / "handbook.docx", "leave"), make_pdf(tmp_path / "manual.pdf", "visits", pages=40)
    mail = make_mail(tmp_path / "mail.eml", "fire drill", ("drill.txt", "\n\n".join(rules("fire drill", 8))))
    pack = make_zip(tmp_path / "pack.zip", {"a/rules.txt": "\n\n".join(rules("vehicles", 6)), "b/x.txt": "Keys."})
    broken, hidden, large = tmp_path / "broken.pdf", tmp_path / "~$lock.docx", tmp_path / "large.txt"
    broken.write_bytes(b"%PDF-1.7\nnot really\n")
    hidden.write_bytes(b"lock")
    large.write_bytes(b"a" * (2 << 20))
    with serving(settings, token) as (client, process):
        rows = send(client, docx, pdf, mail, pack, broken, hidden, large)
        assert {row["name"]: row["error"]["code"] for row in rows if row["status"] == "failed"} == {
            "~$lock.docx": "not_a_document",
            "large.txt": "file_too_large",
        }
        seen = followed(client)
        assert {"read", "embed"} <= set(seen["manual.pdf"])  # "store" is so short that nobody may look meanwhile
        ended = {row["path"]: row for row in client.get(f"{API}/uploads").json()}
        assert {path: row["status"] for path, row in ended.items()} == {
            "handbook.docx": "indexed",
            "manual.pdf": "indexed",
            "mail.eml": "indexed",
            "mail.eml/drill.txt": "indexed",
            "pack.zip": "expanded",
            "pack.zip/a/rules.txt": "indexed",
            "pack.zip/b/x.txt": "indexed",
            "broken.pdf": "failed",
            "~$lock.docx": "failed",
            "large.txt": "failed",
        }
        assert ended["broken.pdf"]["error"]["code"] == "file_broken"
        document = client.get(f"{API}/documents/{ended['manual.pdf']['document_id']}").json()
        assert (document["name"], document["versions"][0]["state"]) == ("manual.pdf", "published")
        # a new version under the old name, kept as a draft; the same again is recognised
        other = make_docx(tmp_path / "Handbook 2027 final.docx", "overtime")
        handbook = str(ended["handbook.docx"]["document_id"])
        for wanted in ("indexed", "unchanged"):
            (row,) = send(client, other, replaces=handbook, publish="false")
            assert row["name"] == "handbook.docx"
            followed(client)
            assert (
                next(one for one in client.get(f"{API}/uploads").json() if one["id"] == row["id"])["status"] == wanted
            )
        document = client.get(f"{API}/documents/{handbook}").json()
        assert [one["state"] for one in document["versions"]] == ["published", "draft"]
        # kb ingest hands its files to the service
        notice = tmp_path / "notice.txt"
        notice.write_text("\n\n".join(rules("keys", 5)))
        beside = kb(settings, "ingest", str(notice), str(broken), str(pack), "--tenant", "harmony", "--json")
        lines = [json.loads(line) for line in beside.communicate(timeout=PATIENCE_SECONDS)[0].splitlines()]
        assert {line["path"].rsplit("/", 1)[1]: line["status"] for line in lines} == {
            "notice.txt": "indexed",
            "broken.pdf": "failed",
            "rules.txt": "unchanged",
            "x.txt": "unchanged",
        }
        assert beside.returncode == 1
        assert client.delete(f"{API}/uploads").status_code == 204
        assert client.get(f"{API}/uploads").json() == []
        assert process.poll() is None
    library = Library(tenant)
    assert {facts["state"] for facts in stored_content(tenant).values()} == {"published", "draft"}
    assert not (tenant.home / "incoming").exists() or not any((tenant.home / "incoming").iterdir())
    with library.session() as session:
        actions = set(session.scalars(sa.text("SELECT action FROM audit")))
    assert "document.upload" in actions


def test_after_a_crash_the_next_start_finishes_the_queue(
    settings: Settings, tenant: Tenant, token: str, tmp_path: Path
) -> None:
    library = Library(tenant)

    def statuses() -> dict[str, str]:
        with library.session() as session:
            return dict(session.execute(sa.select(UploadRow.name, UploadRow.status)).all())

    with serving(settings, token) as (client, process):
        send(client, make_pdf(tmp_path / "a.pdf", "visits", 4), make_pdf(tmp_path / "b.pdf", "transport", 2))
        while not list((tenant.home / "work").glob("*/document.json")):
            time.sleep(0.01)
        process.kill()
        process.wait()
    assert set(statuses().values()) <= {"queued", "working"}
    # a row whose file never reached the queue: the power failed between the two
    with library.transaction() as session:
        session.add(UploadRow(job_id="lost", collection="main", name="lost.pdf", path="lost.pdf"))
    with serving(settings, token) as (client, _):
        followed(client)
        assert statuses() == {"a.pdf": "indexed", "b.pdf": "indexed", "lost.pdf": "failed"}
        rows = {row["name"]: row for row in client.get(f"{API}/uploads").json()}
        assert rows["lost.pdf"]["error"]["code"] == "upload_interrupted"
    assert {facts["state"] for facts in stored_content(tenant).values()} == {"published"}
    assert_consistent(settings, tenant)


def test_a_key_without_edit_rights_cannot_upload(
    settings: Settings, tenant: Tenant, token: str, tmp_path: Path
) -> None:
    library = Library(tenant)
    from kb.library import collections

    collections.create(library, "other", "Other")
    access.grant(library, library.collection("other"), "everyone", "read")
    path = tmp_path / "a.txt"
    path.write_text("Keys are kept by the centre-in-charge.")
    with serving(settings, token) as (client, _):
        files = [("files", ("a.txt", b"x"))]
        assert client.post(f"{API}/collections/other/uploads", files=files).status_code == 404
        reading = api_keys.create(settings, "harmony", "reads", [Ability.READ], ["main"], 1)[1]
        asked = client.post(
            f"{API}/collections/main/uploads", files=files, headers={"Authorization": f"Bearer {reading}"}
        )
        assert asked.status_code == 403
        wrong = client.post(f"{API}/collections/main/uploads", content=b"x")
        assert (wrong.status_code, wrong.json()["error"]["code"]) == (400, "upload_invalid")
        none = client.post(f"{API}/collections/main/uploads", files=[("note", (None, b"x"))])
        assert none.json()["error"]["code"] == "upload_invalid"
        inside = client.post(f"{API}/collections/main/uploads/url", json={"url": "http://127.0.0.1:1/x"})
        assert (inside.status_code, inside.json()["error"]["code"]) == (400, "url_not_public")
