"""Opening what an answer stands on: pages with marks, readable text, the original; by nobody who may not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from httpx import Response
from PIL import Image

from assistant.sources import originals
from assistant.sources.quote_search import find
from assistant.sources.readable_versions import document_versions
from kb.library import audit
from kb.library.documents import Library
from kb.store import blobs
from kb.store.tables.library_tables import ChunkRow, VersionRow
from tests.helpers.service import SAMPLES, ClientOf

HARMONY = "/api/v1/tenants/harmony"
PDF, TEXT, PRIVATE = "Complaint Handling Policy.pdf", "義工服務指引.md", "日間中心活動時間表.csv"


def chunk_of(library: Library, document: str, words: str = "") -> ChunkRow:
    """The first chunk of a document that holds ``words``."""
    version = library.document(document).published_version_id
    assert version is not None
    return next(chunk for chunk in library.chunks_of(version) if words in chunk.text)


def source(client: ClientOf, role: str, chunk: ChunkRow, words: str) -> dict[str, Any]:
    start = chunk.text.index(words)
    path = f"{HARMONY}/chunks/{chunk.id}/source"
    response = client(role).get(path, params={"start": start, "end": start + len(words)})
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


def test_the_quoted_words_are_marked_on_their_page(client: ClientOf, library: Library) -> None:
    words = "No one will be treated less favourably"
    chunk = chunk_of(library, PDF, words)
    found = source(client, "member", chunk, words)
    assert found["drawn"]
    assert found["quote"] == words
    paragraph = next(box for box in chunk.boxes if box[5] <= chunk.text.index(words) < box[6])
    assert found["marks"]
    for mark in found["marks"]:
        assert mark["page"] == paragraph[0]
        assert paragraph[1] - 0.02 <= mark["x0"] < mark["x1"] <= paragraph[3] + 0.02
        assert paragraph[2] - 0.02 <= mark["y0"] < mark["y1"] <= paragraph[4] + 0.02
    marked = sum((mark["x1"] - mark["x0"]) * (mark["y1"] - mark["y0"]) for mark in found["marks"])
    whole = (paragraph[3] - paragraph[1]) * (paragraph[4] - paragraph[2])
    assert marked < 0.6 * whole, "the words, not the paragraph"


def test_a_cell_of_a_table_is_marked_in_its_own_row() -> None:
    handbook = SAMPLES / "harmony" / "documents" / "員工手冊.pdf"
    row = find(handbook, 11, ["有薪病假", "有", "服務滿一個月後", "按比例"], [])
    assert len(row) == 4
    assert max(box[1] for box in row) - min(box[1] for box in row) < 0.005, "all on one line"
    assert [box[0] for box in row] == sorted(box[0] for box in row)
    assert find(handbook, 11, ["這些字不在這一頁"], []) == []


@pytest.mark.parametrize(("form", "magic"), [("png", b"\x89PNG"), ("webp", b"RIFF")])
def test_a_page_is_drawn_once_and_kept(client: ClientOf, library: Library, form: str, magic: bytes) -> None:
    chunk = chunk_of(library, PDF)
    path = f"{HARMONY}/versions/{chunk.version_id}/pages/1.{form}"
    first = client("member").get(path, params={"width": 700})
    assert first.status_code == 200
    assert first.headers["content-type"] == f"image/{form}"
    assert first.content.startswith(magic)
    assert Image.open(BytesIO(first.content)).width == 800, "the next of a few widths"
    sha256 = document_versions(library, [chunk.version_id])[chunk.version_id].version.sha256
    kept = blobs.page_images_path(library.tenant.files_path, sha256) / f"1-800.{form}"
    assert kept.read_bytes() == first.content
    changed = kept.stat().st_mtime_ns
    assert client("member").get(path, params={"width": 700}).content == first.content
    assert kept.stat().st_mtime_ns == changed


def test_there_are_no_other_pages(client: ClientOf, library: Library) -> None:
    version = chunk_of(library, PDF).version_id
    for path in (f"{version}/pages/99.png", f"{chunk_of(library, TEXT).version_id}/pages/1.png", "99999/pages/1.png"):
        assert client("member").get(f"{HARMONY}/versions/{path}").status_code == 404
    assert client("member").get(f"{HARMONY}/versions/{version}/pages/1.bmp").status_code == 422
    assert client("member").get(f"{HARMONY}/versions/{version}/pages/1.png?width=9999").status_code == 422


def test_a_format_without_pages_is_read_as_text(client: ClientOf, library: Library) -> None:
    chunk = library.chunks_of(chunk_of(library, TEXT).version_id)[2]
    words = chunk.text[5:25]
    found = source(client, "member", chunk, words)
    assert not found["drawn"]
    assert found["marks"] == []
    here = next(block for block in found["blocks"] if block["start"] is not None)
    assert here["text"][here["start"] : here["end"]] == words
    ordinals = [block["ordinal"] for block in found["blocks"]]
    assert ordinals == list(range(ordinals[0], ordinals[-1] + 1))
    assert ordinals[0] < here["ordinal"] < ordinals[-1]
    more = client("member").get(f"{HARMONY}/versions/{chunk.version_id}/text", params={"first": 0, "count": 2}).json()
    assert [block["ordinal"] for block in more] == [0, 1]


def test_the_original_comes_as_a_harmless_download(client: ClientOf, library: Library) -> None:
    for document, kind in ((PDF, "application/pdf"), (TEXT, "application/octet-stream")):
        chunk = chunk_of(library, document)
        response = client("member").get(f"{HARMONY}/versions/{chunk.version_id}/original")
        assert response.status_code == 200
        assert response.content == (SAMPLES / "harmony" / "documents" / document).read_bytes()
        assert response.headers["content-type"] == kind
        assert response.headers["content-disposition"].startswith("attachment")
        assert response.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in response.headers["content-security-policy"]


def test_a_text_that_opens_like_an_image_is_a_text(tmp_path: Path) -> None:
    path = tmp_path / "guide.txt"
    path.write_text("BMI of members is taken monthly.", encoding="utf-8")
    assert originals.kind_of(path) == "text"
    assert originals.media_type(path) == "application/octet-stream"


def test_what_is_out_of_reach_is_not_there(client: ClientOf, library: Library) -> None:
    chunk = chunk_of(library, PRIVATE)
    version = f"{HARMONY}/versions/{chunk.version_id}"
    paths = [
        f"{HARMONY}/chunks/{chunk.id}/source",
        f"{version}/text",
        f"{version}/original",
        f"{version}/pages/1.png",
        f"/t/harmony/sources/{chunk.version_id}",
    ]
    for role in ("member", "editor", "evaluator", "foreign"):
        assert {client(role).get(path).status_code for path in paths} == {404}
    for path in paths[:3]:
        assert client("owner").get(path).status_code == 200


@contextmanager
def state(library: Library, version_id: int, new: str) -> Iterator[None]:
    with library.transaction() as session:
        old, session.get_one(VersionRow, version_id).state = session.get_one(VersionRow, version_id).state, new
    try:
        yield
    finally:
        with library.transaction() as session:
            session.get_one(VersionRow, version_id).state = old


def test_withdrawn_and_draft_versions_are_for_editors(client: ClientOf, library: Library) -> None:
    chunk = chunk_of(library, TEXT)
    path = f"{HARMONY}/chunks/{chunk.id}/source"
    for new, member in (("superseded", 200), ("withdrawn", 404), ("draft", 404)):
        with state(library, chunk.version_id, new):
            assert client("member").get(path).status_code == member
            assert client("editor").get(path).json()["state"] == new


def test_one_opening_is_written_down_once(client: ClientOf, library: Library) -> None:
    chunk = chunk_of(library, "颱風及暴雨工作安排.txt")

    def noted() -> int:
        found = audit.entries(library, action="document.open")
        return sum(entry.subject == "颱風及暴雨工作安排.txt" and entry.name == "Evaluator" for entry in found)

    for path in (
        f"chunks/{chunk.id}/source",
        f"versions/{chunk.version_id}/text",
        f"versions/{chunk.version_id}/original",
    ):
        assert client("evaluator").get(f"{HARMONY}/{path}").status_code == 200
    assert noted() == 1


def test_a_file_made_to_harm_gives_an_error_and_no_image(client: ClientOf, library: Library) -> None:
    chunk = chunk_of(library, PDF)
    document_version = document_versions(library, [chunk.version_id])[chunk.version_id]
    path = originals.path_of(library, document_version)
    whole = path.read_bytes()
    drawn = blobs.page_images_path(library.tenant.files_path, document_version.version.sha256)
    failed = drawn / "2.failed"

    def ask(width: int = 480) -> Response:
        return client("member").get(f"{HARMONY}/versions/{chunk.version_id}/pages/2.png", params={"width": width})

    def later() -> None:
        os.utime(failed, (time.time() - 3600,) * 2)

    path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
    try:
        response = ask()
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "page_unreadable"
        assert not [one for one in drawn.glob("*") if one.name.startswith("2-480") or one.suffix == ".part"]
        # it is not tried again with every request, at whatever width; after a while once more, and then never
        path.write_bytes(whole)
        assert [ask().status_code, ask(1200).status_code] == [400, 400]
        later()
        assert ask().status_code == 200
        assert not failed.exists()
        (drawn / "2-480.png").unlink()
        path.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 40)
        for _ in range(2):
            assert ask().status_code == 400
            later()
        path.write_bytes(whole)
        assert ask().status_code == 400
    finally:
        path.write_bytes(whole)
        failed.unlink(missing_ok=True)


def test_what_was_drawn_goes_with_the_original(tmp_path: Path) -> None:
    paper = tmp_path / "paper.txt"
    paper.write_text("x", encoding="utf-8")
    sha256 = blobs.store(tmp_path / "files", paper)
    drawn = blobs.page_images_path(tmp_path / "files", sha256)
    drawn.mkdir(parents=True)
    (drawn / "1-800.webp").write_bytes(b"RIFF")
    blobs.erase(tmp_path / "files", sha256)
    assert not drawn.exists()
    assert not blobs.original_path(tmp_path / "files", sha256).exists()


def test_a_link_opens_a_place_on_a_page_of_its_own(client: ClientOf, library: Library) -> None:
    chunk = chunk_of(library, PDF)
    at = {"chunk": chunk.id, "start": 0, "end": 10}
    assert client("member").get(f"/t/harmony/sources/{chunk.version_id}", params=at).status_code == 200
    other = chunk_of(library, TEXT)
    wrong = client("member").get(f"/t/harmony/sources/{chunk.version_id}", params={"chunk": other.id})
    assert wrong.status_code == 404
