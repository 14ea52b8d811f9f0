"""The library over the service: lists, documents, collections, terms, settings, use; and the pages that show them."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from kb.core.local_date import today
from kb.language.script import fold
from kb.library.documents import Library
from tests.helpers.service import SAMPLES, ClientOf

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"
VOLUNTEERS = "義工服務指引.md"


def listed(client: ClientOf, role: str, query: str = "") -> list[dict[str, Any]]:
    answer = client(role).get(f"{API}/documents?{query}")
    assert answer.status_code == 200
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


def document(client: ClientOf, name: str) -> dict[str, Any]:
    (found,) = (one for one in listed(client, "owner") if one["name"] == name)
    detail: dict[str, Any] = client("owner").get(f"{API}/documents/{found['id']}").json()
    return detail


def test_the_list_shows_what_the_reader_may_see(client: ClientOf) -> None:
    assert {one["name"] for one in listed(client, "member")} == {
        VOLUNTEERS,
        "颱風及暴雨工作安排.txt",
        "Complaint Handling Policy.pdf",
    }
    assert {one["collection"] for one in listed(client, "owner")} == {"main", "private"}
    assert [one["name"] for one in listed(client, "owner", "language=en")] == ["Complaint Handling Policy.pdf"]
    assert [one["name"] for one in listed(client, "owner", "q=complaint policy")] == ["Complaint Handling Policy.pdf"]
    assert listed(client, "owner", "q=%25") == []
    assert listed(client, "member", "collection=private") == []
    pages = client("owner").get(f"{API}/documents?limit=1&offset=1").json()
    assert (pages["total"], len(pages["items"])) == (4, 1)


def test_words_are_found_in_what_documents_say(client: ClientOf) -> None:
    def names(query: str, role: str = "member") -> list[str]:
        return [one["name"] for one in listed(client, role, query)]

    typhoon = "颱風及暴雨工作安排.txt"
    assert names("q=黑色暴雨") == [typhoon]
    assert names("q=台风") == names("q=颱風") == [typhoon]  # typed in Simplified, and with the other character
    assert names("q=义工") == names("q=義工") == [VOLUNTEERS]
    assert names("q=appealing") == ["Complaint Handling Policy.pdf"]  # in its text only, in another form
    assert names("q=義工 ombudsman") == []
    assert names("q=活動") == names("q=活動", "editor")
    assert "日間中心活動時間表.csv" not in names("q=活動", "evaluator")  # what one may not read is not found
    assert "日間中心活動時間表.csv" in names("q=活動", "owner")
    (hit,) = listed(client, "member", "q=黑色暴雨")
    assert fold(hit["found"]["words"]) == fold("黑色暴雨")
    assert listed(client, "member", "q=颱風及暴雨工作安排.txt")[0]["found"] is None  # by its name alone


def test_words_are_found_inside_a_document(client: ClientOf) -> None:
    found = document(client, "Complaint Handling Policy.pdf")
    at = f"{API}/documents/{found['id']}/versions/{found['main_version_id']}"
    hits = client("member").get(f"{at}/find?q=panel").json()
    chunks = {one["id"]: one["text"] for one in client("owner").get(f"{at}/chunks").json()}
    assert hits
    for one in hits:
        assert chunks[one["chunk_id"]][one["start"] : one["end"]].lower() in ("panel", "panels")
    assert client("member").get(f"{at}/find?q=颱風").json() == []
    outline = client("member").get(f"{at}/outline").json()
    limits = next(one for one in outline if one["heading"] == "3 Time limits")
    blocks = (
        client("member").get(f"{API}/versions/{found['main_version_id']}/text?first={limits['block']}&count=1").json()
    )
    assert blocks[0]["heading_path"][-1] == "3 Time limits"
    hidden = document(client, "日間中心活動時間表.csv")
    assert client("member").get(f"{API}/documents/{hidden['id']}/versions/1/find?q=a").status_code == 404


def test_editors_see_what_answers_leave_out(client: ClientOf) -> None:
    found = document(client, VOLUNTEERS)
    at = f"{API}/documents/{found['id']}/versions/{found['main_version_id']}/left-out"
    assert client("editor").get(at).json() == {"sentences": [], "hidden": []}
    assert client("member").get(at).status_code == 403
    decision = {"chunk_id": 1, "start": 0, "quotable": True}
    assert client("editor").post(at, json=decision).json()["error"]["code"] == "sentence_not_found"
    assert client("member").post(at, json=decision).status_code == 403


def test_the_list_is_sorted(client: ClientOf) -> None:
    def names(order: str) -> list[str]:
        return [one["name"] for one in listed(client, "owner", f"order={order}")]

    assert names("title") == names("best") == sorted(names("title"))
    newest = [one["updated_at"] for one in listed(client, "owner", "order=newest")]
    assert newest == sorted(newest, reverse=True)
    found = document(client, "Complaint Handling Policy.pdf")
    client("owner").patch(f"{API}/documents/{found['id']}", json={"review_on": "2030-01-01"})
    assert names("review")[0] == "Complaint Handling Policy.pdf"
    client("owner").patch(f"{API}/documents/{found['id']}", json={"review_on": None})


def test_originals_come_in_one_zip(client: ClientOf) -> None:
    rows = listed(client, "member")
    query = "&".join(f"document={one['id']}" for one in rows)
    answer = client("member").get(f"{API}/documents/originals?{query}")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert archive.testzip() is None
        assert set(archive.namelist()) == {one["name"] for one in rows}
        assert archive.read(VOLUNTEERS) == (SAMPLES / "harmony" / "documents" / VOLUNTEERS).read_bytes()
    hidden = document(client, "日間中心活動時間表.csv")["id"]
    assert client("member").get(f"{API}/documents/originals?{query}&document={hidden}").status_code == 404


def test_a_document_is_described_and_its_review_falls_due(client: ClientOf) -> None:
    found = document(client, VOLUNTEERS)
    at = f"{API}/documents/{found['id']}"
    changes = {"title": "義工守則", "owner": "陳主任", "review_on": today().isoformat()}
    told = client("editor").patch(at, json=changes).json()
    assert (told["title"], told["owner"], told["review_on"]) == ("義工守則", "陳主任", today().isoformat())
    assert [one["name"] for one in listed(client, "editor", "review_due=true")] == [VOLUNTEERS]
    client("editor").patch(at, json={"review_on": (today() + timedelta(days=1)).isoformat()})
    assert listed(client, "editor", "review_due=true") == []
    assert client("editor").patch(at, json={"review_on": None}).json()["review_on"] is None
    assert document(client, VOLUNTEERS)["owner"] == "陳主任"
    assert client("member").patch(at, json={"owner": "x"}).status_code == 403
    hidden = document(client, "日間中心活動時間表.csv")
    assert client("editor").patch(f"{API}/documents/{hidden['id']}", json={"owner": "x"}).status_code == 404


def test_withdrawn_restored_and_dated(client: ClientOf) -> None:
    found = document(client, VOLUNTEERS)
    version = found["main_version_id"]
    at = f"{API}/documents/{found['id']}"
    asked = {"question": "義工要幾多歲？"}
    before = client("editor").post(f"{at}/trial", json=asked).json()
    assert before["passages"][0]["rank"] == 1
    assert before["first"] == VOLUNTEERS
    assert client("editor").post(f"{at}/versions/{version}/withdraw").json()["versions"][0]["state"] == "withdrawn"
    assert client("editor").post(f"{at}/trial", json=asked).status_code == 404  # to readers it is gone
    assert client("member").get(at).status_code == 404
    assert VOLUNTEERS not in {one["name"] for one in listed(client, "member")}
    assert [one["name"] for one in listed(client, "editor", "status=withdrawn")] == [VOLUNTEERS]
    again = client("editor").post(f"{at}/versions/{version}/withdraw")
    assert (again.status_code, again.json()["error"]["code"]) == (409, "version_state")
    assert client("editor").post(f"{at}/versions/{version}/publish").json()["versions"][0]["state"] == "published"
    assert client("editor").post(f"{at}/trial", json=asked).json()["passages"] == before["passages"]
    days = {"effective_from": "2026-01-01", "effective_to": "2025-01-01"}
    wrong = client("editor").patch(f"{at}/versions/{version}", json=days)
    assert wrong.json()["error"]["code"] == "dates_reversed"
    days["effective_to"] = "2027-01-01"
    assert (
        client("editor").patch(f"{at}/versions/{version}", json=days).json()["versions"][0]["effective_to"]
        == "2027-01-01"
    )
    client("editor").patch(f"{at}/versions/{version}", json=dict.fromkeys(days))
    foreign = document(client, "Complaint Handling Policy.pdf")["main_version_id"]
    assert client("editor").post(f"{at}/versions/{foreign}/withdraw").status_code == 404


def test_chunks_and_outline_tell_what_search_sees(client: ClientOf) -> None:
    found = document(client, "Complaint Handling Policy.pdf")
    at = f"{API}/documents/{found['id']}/versions/{found['main_version_id']}"
    chunks = client("member").get(f"{at}/chunks").json()
    assert [one["ordinal"] for one in chunks] == list(range(len(chunks)))
    assert all(0 <= box[side] <= 1 for one in chunks for box in one["boxes"] for side in ("x0", "y0", "x1", "y1"))
    assert any(one["boxes"] for one in chunks)
    outline = client("member").get(f"{at}/outline").json()
    assert "3 Time limits" in [one["heading"] for one in outline]
    assert client("member").get(f"{at}/kind").json() == "pdf"


def test_deleted_for_good(client: ClientOf, library: Library) -> None:
    found = document(client, "颱風及暴雨工作安排.txt")
    at = f"{API}/documents/{found['id']}"
    assert client("member").delete(at).status_code == 403
    assert client("editor").delete(at).status_code == 204
    assert client("editor").get(at).status_code == 404
    assert not library.chunks_of(found["main_version_id"])
    actions = [entry["action"] for entry in client("owner").get(f"{API}/audit").json()]
    assert {"document.delete", "document.withdraw", "document.restore", "document.change"} <= set(actions)


def test_collections_are_made_renamed_and_removed_when_empty(client: ClientOf) -> None:
    owner, member = client("owner"), client("member")
    made = owner.post(f"{API}/collections", json={"slug": "centre-a", "name": "甲中心"})
    assert (made.status_code, made.json()["documents"], made.json()["editable"]) == (201, 0, True)
    assert "centre-a" in {one["slug"] for one in member.get(f"{API}/collections").json()}
    closed = {"slug": "centre-b", "name": "乙中心", "open": False}
    assert owner.post(f"{API}/collections", json=closed).status_code == 201
    assert "centre-b" not in {one["slug"] for one in member.get(f"{API}/collections").json()}
    assert owner.post(f"{API}/collections", json=closed).json()["error"]["code"] == "collection_exists"
    assert owner.patch(f"{API}/collections/centre-a", json={"name": "甲"}).json()["name"] == "甲"
    assert owner.delete(f"{API}/collections/centre-a").status_code == 204
    refused = owner.delete(f"{API}/collections/main")
    assert (refused.status_code, refused.json()["error"]["code"]) == (409, "collection_not_empty")
    assert member.post(f"{API}/collections", json=closed).status_code == 403
    assert owner.post(f"{API}/collections", json={"slug": "Not Good", "name": "x"}).status_code == 422


def test_terms_over_the_service(client: ClientOf) -> None:
    owner = client("owner")
    made = owner.post(f"{API}/glossary", json={"written": "院友", "colloquial": "老友記"}).json()
    assert client("member").get(f"{API}/glossary").json() == [made]
    changed = owner.put(f"{API}/glossary/{made['id']}", json={"written": "院友", "english": "resident"}).json()
    assert (changed["colloquial"], changed["english"]) == ("", "resident")
    table = owner.get(f"{API}/glossary/export")
    assert table.headers["content-type"].startswith("text/csv")
    assert owner.post(f"{API}/glossary/import", json={"csv": table.text, "replace": True}).json() == {"added": 1}
    wrong = owner.post(f"{API}/glossary/import", json={"csv": "院友"})
    assert wrong.json()["error"]["code"] == "glossary_file_invalid"
    (row,) = owner.get(f"{API}/glossary").json()
    assert owner.delete(f"{API}/glossary/{row['id']}").status_code == 204
    assert owner.delete(f"{API}/glossary/{row['id']}").status_code == 404
    assert client("editor").post(f"{API}/glossary", json={"written": "a", "english": "b"}).status_code == 403


def test_settings_and_what_a_refusal_says(client: ClientOf) -> None:
    owner = client("owner")
    told = owner.patch(f"{API}/settings", json={"name": "和諧社", "contact": "何姑娘，內線 8"}).json()
    assert (told["name"], told["contact"]) == ("和諧社", "何姑娘，內線 8")
    chosen = {"enabled": True, "collections": ["main"]}
    assert owner.put(f"{API}/settings/model", json=chosen).json()["model"]["collections"] == ["main"]
    assert owner.put(f"{API}/settings/model", json={"enabled": True, "collections": ["none"]}).status_code == 404
    cards = owner.get(f"{API}/settings/cards").json()["cards"]
    cards[0]["enabled"] = False
    assert owner.put(f"{API}/settings/cards", json={"cards": cards}).json()["cards"][0]["enabled"] is False
    assert owner.delete(f"{API}/settings/cards").status_code == 204
    assert owner.get(f"{API}/settings/cards").json()["cards"][0]["enabled"] is True
    assert client("editor").get(f"{API}/settings").status_code == 403


def test_usage_counts(client: ClientOf, library: Library) -> None:
    before = client("owner").get(f"{API}/usage?days=7").json()
    assert len(before["days"]) == 7
    assert before["days"][-1]["day"] == today().isoformat()
    assert before["documents"] >= 3
    assert before["storage"]["originals"] > 0
    talk = client("member").post(f"{API}/conversations", json={}).json()["id"]
    for question in ("義工要幾多歲？", "火星上面有冇水？"):
        client("member").post(f"{API}/conversations/{talk}/messages", json={"question": question})
    day = client("owner").get(f"{API}/usage?days=1").json()["days"][0]
    assert day["questions"] == before["days"][-1]["questions"] + 2
    assert day["refused"] == before["days"][-1]["refused"] + 1


def test_the_pages_open_in_both_languages(client: ClientOf) -> None:
    found = document(client, VOLUNTEERS)
    pages = [
        "library",
        f"library/{found['id']}",
        *(f"manage/{one}" for one in ("collections", "glossary", "settings", "usage")),
    ]
    for page in pages:
        for locale, tag in (("zh-HK", "zh-Hant-HK"), ("en", "en")):
            client("owner").patch("/api/v1/me", json={"locale": locale})
            answer = client("owner").get(f"/t/harmony/{page}")
            assert answer.status_code == 200, page
            assert f'lang="{tag}"' in answer.text
            assert "style=" not in answer.text
    assert client("member").get("/t/harmony/library").status_code == 200
    assert "data-edit>" not in client("member").get(f"/t/harmony/library/{found['id']}").text
    texts = client("member").get("/t/harmony/library").text.split('id="texts">')[1].split("</script>")[0]
    assert json.loads(texts)["library.title"]
