"""Uploads that one can walk away from: a line for each file at once, kept until dealt with; cancel, retry, new name."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy as sa

from kb.core.settings import Settings
from kb.library import collections
from kb.library.documents import Library
from kb.people import access, accounts, api_keys
from kb.people.access import Ability
from kb.store.tables.activity_tables import UploadRow
from kb.store.tables.library_tables import ChunkRow, DocumentRow, VersionRow
from kb.store.tenants import Tenant
from tests.helpers.files import make_pdf, rules
from tests.helpers.kb_serving import PATIENCE_SECONDS, kb, serving
from tests.helpers.stored_content import assert_consistent

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"
Line = dict[str, Any]


def announce(client: httpx.Client, *names: str, size: int = 100, collection: str = "main") -> list[Line]:
    files = [{"name": name, "size": size} for name in names]
    answer = client.post(f"{API}/collections/{collection}/uploads/batch", json={"files": files})
    assert answer.status_code == 201, answer.text
    found: list[Line] = answer.json()
    return found


def send(client: httpx.Client, line: Line, content: bytes) -> Line:
    answer = client.put(f"{API}/uploads/{line['id']}/content", content=content)
    assert answer.status_code == 200, answer.text
    found: Line = answer.json()
    return found


def post(client: httpx.Client, line: Line, action: str) -> httpx.Response:
    return client.post(f"{API}/uploads/{line['id']}/{action}")


def lines(client: httpx.Client) -> dict[str, Line]:
    return {one["name"]: one for one in client.get(f"{API}/uploads").json()}


def wait_for(client: httpx.Client, name: str, *statuses: str) -> Line:
    ends = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends:
        line = lines(client)[name]
        if line["status"] in statuses or line["stage"] in statuses:
            return line
        assert line["status"] in ("sending", "queued", "working"), line
        time.sleep(0.05)
    raise AssertionError(lines(client))


def left_behind(tenant: Tenant) -> dict[str, int]:
    """Count what is in the records and the folders of a tenant."""
    with Library(tenant).session() as session:
        found = {
            table.__tablename__: session.scalar(sa.select(sa.func.count()).select_from(table)) or 0
            for table in (DocumentRow, VersionRow, ChunkRow)
        }
    for folder in ("files", "work", "incoming"):
        found[folder] = sum(path.is_file() for path in (tenant.home / folder).rglob("*"))
    return found


NOTHING = {"documents": 0, "versions": 0, "chunks": 0, "files": 0, "work": 0, "incoming": 0}


def wait_for_nothing(tenant: Tenant) -> None:
    ends = time.monotonic() + 20
    while (found := left_behind(tenant)) != NOTHING:
        assert time.monotonic() < ends, found
        time.sleep(0.1)


def long_text(subject: str, lines: int = 6000) -> bytes:
    return "\n\n".join(f"{number}. {text}" for number, text in enumerate(rules(subject, lines), 1)).encode()[:900_000]


def test_every_file_has_a_line_at_once_and_keeps_it_until_dealt_with(
    settings: Settings, tenant: Tenant, token: str, tmp_path: Path
) -> None:
    good, broken = make_pdf(tmp_path / "a.pdf", "visits", pages=1).read_bytes(), b"%PDF-1.7\nnot really\n"
    with serving(settings, token) as (client, process):
        found = announce(client, "a.pdf", "b/broken.pdf", "~$lock.docx", "never sent.pdf")
        assert [one["status"] for one in found] == ["sending", "sending", "failed", "sending"]
        assert [one["actions"] for one in found[:3]] == [["send", "cancel"], ["send", "cancel"], ["send", "dismiss"]]
        assert len({one["batch"] for one in found}) == 1
        assert client.get(f"{API}/uploads/summary").json() == {
            "total": 4, "done": 0, "under_way": 3, "need_attention": 1, "wait_for_choice": 0,
        }  # fmt: skip
        send(client, found[0], good)
        send(client, found[1], broken)
        assert wait_for(client, "a.pdf", "indexed")["actions"] == ["dismiss"]
        failed = wait_for(client, "broken.pdf", "failed")
        assert failed["error"]["code"] == "file_broken"
        assert "broken.pdf" in failed["error"]["message"]
        assert failed["actions"] == ["retry", "send", "dismiss"]
        assert client.put(f"{API}/uploads/{found[0]['id']}/content", content=good).status_code == 409
        process.kill()
        process.wait()
    with serving(settings, token) as (client, _):
        kept = lines(client)
        assert {name: one["status"] for name, one in kept.items()} == {
            "a.pdf": "indexed",
            "broken.pdf": "failed",
            "~$lock.docx": "failed",
            "never sent.pdf": "failed",
        }
        assert list(kept)[-1] == "a.pdf", "failures first"
        assert kept["never sent.pdf"]["error"]["code"] == "upload_not_sent"
        assert client.get(f"{API}/uploads/summary").json() == {
            "total": 4, "done": 1, "under_way": 0, "need_attention": 3, "wait_for_choice": 0,
        }  # fmt: skip
        # it is tried again without being sent again, and sent again after that
        assert post(client, kept["broken.pdf"], "retry").status_code == 200
        assert wait_for(client, "broken.pdf", "failed")["error"]["code"] == "file_broken"
        assert post(client, kept["never sent.pdf"], "retry").json()["error"]["code"] == "upload_not_repeatable"
        send(client, kept["broken.pdf"], b"The door of the store is locked at seven.")
        assert wait_for(client, "broken.pdf", "indexed")["id"] == failed["id"], "one line, whatever was tried"
        assert client.delete(f"{API}/uploads").status_code == 204
        assert lines(client) == {}
    assert left_behind(tenant)["files"] == 2, "what failed is kept no longer than its line"


def test_a_connection_that_breaks_leaves_a_line_that_says_so(settings: Settings, tenant: Tenant, token: str) -> None:
    with serving(settings, token) as (client, _):
        (line,) = announce(client, "a.txt", size=500_000)
        address = client.base_url
        with socket.create_connection((address.host, address.port or 80)) as connection:
            head = f"PUT {API}/uploads/{line['id']}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
            connection.sendall(f"{head}Content-Length: 500000\r\n\r\n".encode() + b"a" * 300_000)
            ends = time.monotonic() + 10
            while (now := lines(client)["a.txt"])["done"] < 200_000:
                assert time.monotonic() < ends
                time.sleep(0.02)
            assert now["status"] == "sending"
            assert 40 <= now["percent"] <= 60
        failed = wait_for(client, "a.txt", "failed")
        assert (failed["error"]["code"], failed["actions"]) == ("upload_not_sent", ["send", "dismiss"])
        # two files at once with the same bytes: both are taken, and are one document
        pair = announce(client, "b.txt", "c.txt")
        for one in pair:
            send(client, one, b"Keys hang in the office.")
        assert {wait_for(client, name, "indexed", "unchanged")["status"] for name in ("b.txt", "c.txt")} == {
            "indexed",
            "unchanged",
        }
    assert_consistent(settings, tenant)


@pytest.mark.parametrize("stage", ["sending", "queued", "read", "embed"])
def test_cancelling_leaves_nothing_at_any_stage(settings: Settings, tenant: Tenant, token: str, stage: str) -> None:
    with serving(settings, token) as (client, _):
        (line,) = announce(client, "long.txt")
        if stage != "sending":
            send(client, line, long_text("visits"))
        if stage in ("read", "embed"):
            wait_for(client, "long.txt", stage)
        assert post(client, line, "cancel").status_code == 200
        asked = time.monotonic()
        ended = wait_for(client, "long.txt", "cancelled")
        assert time.monotonic() - asked < 15
        assert (ended["error"], ended["actions"]) == (None, ["send", "dismiss"])
        wait_for_nothing(tenant)
        assert post(client, line, "cancel").json()["error"]["code"] == "upload_finished"
        # the place is free for others
        (other,) = announce(client, "note.txt")
        send(client, other, b"The centre closes at six.")
        wait_for(client, "note.txt", "indexed")
    assert_consistent(settings, tenant)


def test_cancelling_from_the_command_line(settings: Settings, tenant: Tenant, token: str) -> None:
    with serving(settings, token) as (client, process):
        (line,) = announce(client, "long.txt")
        send(client, line, long_text("transport"))
        wait_for(client, "long.txt", "embed")
        listed = kb(settings, "jobs", "list", "--tenant", "harmony").communicate(timeout=60)[0]
        assert "long.txt" in listed
        cancelled = kb(settings, "jobs", "cancel", listed.split()[0])
        assert cancelled.communicate(timeout=60)[0].strip() == "1 files cancelled."
        wait_for(client, "long.txt", "cancelled")
        wait_for_nothing(tenant)
        # nobody runs the queue: what was begun is removed by the command
        (again,) = announce(client, "again.txt")
        send(client, again, long_text("visits"))
        wait_for(client, "again.txt", "embed")
        process.kill()
        process.wait()
    assert left_behind(tenant) != NOTHING
    cancelled = kb(settings, "jobs", "cancel", "--all", "harmony")
    assert cancelled.communicate(timeout=60)[0].strip() == "1 files cancelled."
    assert cancelled.returncode == 0
    wait_for_nothing(tenant)
    with serving(settings, token) as (client, _):
        assert lines(client)["again.txt"]["status"] == "cancelled"


def test_a_copy_under_another_name_says_as_what_it_is_known_and_offers_the_new_name(
    settings: Settings, tenant: Tenant, token: str
) -> None:
    library = Library(tenant)
    collections.create(library, "secret", "Secret")
    owner = accounts.by_email(settings, "owner@harmony.example")
    assert owner is not None
    both = api_keys.create(settings, "harmony", "b", [Ability.READ, Ability.EDIT], ["main", "secret"], owner.id)[1]
    text = "\n\n".join(rules("keys", 5)).encode()
    with serving(settings, token) as (client, _):
        for name in ("handbook.txt", "Handbook 2026 final.txt"):
            (line,) = announce(client, name)
            send(client, line, text)
            copy = wait_for(client, name, "indexed", "unchanged")
        assert copy["status"] == "unchanged"
        assert (copy["known_as"]["name"], copy["known_as"]["collection"]) == ("handbook.txt", "main")
        assert copy["actions"] == ["take_name", "dismiss"]
        # the same content in a collection that the key does not reach is not told of
        everywhere = {"Authorization": f"Bearer {both}"}
        (line,) = client.post(
            f"{API}/collections/secret/uploads", files=[("files", ("s.txt", text))], headers=everywhere
        ).json()
        ends = time.monotonic() + PATIENCE_SECONDS
        while (found := _line(client, line, everywhere))["status"] != "indexed":
            assert time.monotonic() < ends
            time.sleep(0.1)
        assert [(one["name"], one["collection"]) for one in found["also_in"]] == [("handbook.txt", "main")]
        assert lines(client)["handbook.txt"]["also_in"] == []
        taken = post(client, copy, "take-name")
        assert taken.status_code == 200
        assert (taken.json()["known_as"], taken.json()["actions"]) == (None, ["dismiss"])
        assert post(client, copy, "take-name").json()["error"]["code"] == "upload_finished"
        names = {one["name"] for one in client.get(f"{API}/documents").json()["items"]}
        assert names == {"Handbook 2026 final.txt"}


def _line(client: httpx.Client, line: Line, headers: dict[str, str]) -> Line:
    found: list[Line] = client.get(f"{API}/uploads", headers=headers).json()
    return next(one for one in found if one["id"] == line["id"])


def test_deleting_during_intake_ends_cleanly(settings: Settings, tenant: Tenant, token: str) -> None:
    library = Library(tenant)
    owner = accounts.by_email(settings, "owner@harmony.example")
    assert owner is not None
    with serving(settings, token) as (client, _):
        (line,) = announce(client, "rules.txt")
        send(client, line, b"1.1 Check the doors at seven.")
        document = wait_for(client, "rules.txt", "indexed")["document_id"]
        (second,) = announce(client, "rules.txt")
        send(client, second, long_text("visits"))
        ends = time.monotonic() + PATIENCE_SECONDS
        while _line(client, second, {})["stage"] != "embed":
            assert time.monotonic() < ends
            time.sleep(0.02)
        assert client.delete(f"{API}/documents/{document}").status_code == 204
        while (ended := _line(client, second, {}))["status"] in ("queued", "working"):
            assert time.monotonic() < ends
            time.sleep(0.1)
        assert (ended["status"], ended["error"]["code"]) == ("failed", "document_deleted")
        assert client.delete(f"{API}/uploads").status_code == 204
        wait_for_nothing(tenant)
    with library.session() as session:
        assert session.scalars(sa.select(UploadRow)).all() == []
    assert_consistent(settings, tenant)


def test_a_person_sees_their_own_uploads_apart(settings: Settings, tenant: Tenant, token: str) -> None:
    access.grant(Library(tenant), Library(tenant).collection("main"), access.EVERYONE, "read")
    other = api_keys.create(settings, "harmony", "o", [Ability.READ, Ability.EDIT], ["main"], 1)[1]
    with serving(settings, token) as (client, _):
        announce(client, "mine.txt")
        theirs = {"Authorization": f"Bearer {other}"}
        client.post(
            f"{API}/collections/main/uploads/batch", json={"files": [{"name": "t.txt", "size": 1}]}, headers=theirs
        )
        assert {name: one["mine"] for name, one in lines(client).items()} == {"mine.txt": True, "t.txt": False}
        assert [one["name"] for one in client.get(f"{API}/uploads?mine=true").json()] == ["mine.txt"]
        assert client.get(f"{API}/uploads/summary").json()["total"] == 1
