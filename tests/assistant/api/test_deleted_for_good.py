"""Deleted for good: a data folder with every kind of trace, a deletion, and a search of our own through every byte.

The folder is made as people make it: through the service, its queue and its pages, with a language model's server. The
search in this test shares no code with the product's own: it looks for lines, names and numbers in each file's bytes.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sqlalchemy as sa
from fastapi.testclient import TestClient

from assistant.api.app import create
from assistant.llm import model_choices
from kb.core.settings import Settings
from kb.erasure import certificates, search_process
from kb.erasure.deleted_content import DeletedContent, of_versions
from kb.library import collections
from kb.library.documents import Library
from kb.people import access
from kb.search.models.encoder import decode_vector
from kb.store import tenants
from kb.store.tables.activity_tables import AuditRow, ErasureRow, MessageRow, SuggestionRow, UploadRow
from kb.store.tables.library_tables import ChunkRow, SentenceVectorsRow, VersionRow
from tests.helpers.files import make_mail, make_pdf, make_zip
from tests.helpers.language_model_server import LanguageModelServer
from tests.helpers.service import add_people, email_of, signed_in

pytestmark = pytest.mark.slow

API = "/api/v1/tenants/harmony"
PATIENCE_SECONDS = 90.0
SECRET = "琥珀撥款內部指引.md"
ENGLISH = "Amber Grant Guide_en.md"
SHARED = "所有申請均須由中心主任及區域經理共同簽署方可作實。"
# Each line is distinctive: no other document, no setting and no test has it.
LINES = [
    "琥珀計劃每年撥款總額為六十二萬四千元，由發展部統籌分配。",
    "每間中心最多可申領八萬七千元，逾期申請一律不獲受理。",
    "受助家庭的探訪紀錄須保存七年，並以紅色文件夾存放。",
    "查詢請致電發展部內線九四七，由計劃幹事黎小姐跟進。",
]
TEXT = "\n\n".join(["# 琥珀撥款內部指引", *(f"{n}.1 {line}" for n, line in enumerate([*LINES, SHARED], 1))]) + "\n"
ENGLISH_LINES = [
    "The amber scheme grants six hundred and twenty-four thousand dollars a year.",
    "Each centre may claim no more than eighty-seven thousand dollars from the scheme.",
    "Records of visits to families are kept for seven years in a red folder.",
    "Call extension nine four seven of the development section with any question.",
]
ENGLISH_TEXT = "\n\n".join(["# Amber Grant Guide", *(f"{n}.1 {line}" for n, line in enumerate(ENGLISH_LINES, 1))])
KEPT = f"# 年假安排\n\n1.1 服務滿一年的員工每年享有年假十四日。\n\n2.1 {SHARED}\n"
ATTACHED = "青玉附件名單.txt"
ATTACHED_LINE = "青玉小組成員須於每月首個星期三下午出席督導會議。"
PRINTED = "Onyx Ledger.pdf"


def found_in(data: Path, needles: list[str]) -> dict[str, list[str]]:
    """Return which needles each file has, in any of the encodings in which a program may write them."""
    found: dict[str, list[str]] = {}
    for path in sorted(data.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        for needle in needles:
            spellings = {needle.encode(), json.dumps(needle)[1:-1].encode(), needle.encode("utf-16-le")}
            if any(spelling in content for spelling in spellings):
                found.setdefault(str(path.relative_to(data)), []).append(needle)
    return found


def with_numbers(data: Path, vectors: list[np.ndarray[Any, Any]]) -> list[str]:
    """Return the files that have one of the vectors: as float16 or float32, or nearly so in an index of Chroma."""
    found = []
    for path in sorted(data.rglob("*")):
        content = path.read_bytes() if path.is_file() else b""
        exact = [piece for one in vectors for piece in (one.tobytes()[:64], one.astype(np.float16).tobytes()[:64])]
        if any(piece in content for piece in exact) or (path.name == "data_level0.bin" and _nearly(content, vectors)):
            found.append(str(path.relative_to(data)))
    return found


def _nearly(content: bytes, vectors: list[np.ndarray[Any, Any]]) -> bool:
    numbers = np.frombuffer(content[: len(content) // 4 * 4], dtype=np.float32)
    for one in vectors:
        for start in np.flatnonzero(np.abs(numbers[: -len(one)] - one[0]) < 1e-4):
            if np.allclose(numbers[start : start + 64], one[:64], atol=2e-4):
                return True
    return False


def vectors_of(library: Library, version_ids: set[int]) -> list[np.ndarray[Any, Any]]:
    with library.session() as session:
        rows = session.scalars(sa.select(ChunkRow.vector).where(ChunkRow.version_id.in_(version_ids))).all()
    return [decode_vector(row) for row in rows]


def answered(_request: dict[str, Any]) -> str:
    return f"{LINES[0]} [1]"


class Folder:
    """A running service with the documents, and what people did with them."""

    def __init__(self, settings: Settings, owner: TestClient) -> None:
        self.settings = settings
        self.owner = owner
        self.library = Library(tenants.get(settings, "harmony"))

    def upload(self, name: str, content: bytes) -> None:
        sent = self.owner.post(f"{API}/collections/main/uploads", files=[("files", (name, content))])
        assert sent.status_code == 201, sent.text
        self.wait(lambda: all(one["status"] not in ("queued", "working") for one in self.uploads()))

    def uploads(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.owner.get(f"{API}/uploads").json()
        return found

    def wait(self, done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not done():
            assert time.monotonic() < end
            time.sleep(0.2)

    def document(self, name: str) -> int:
        return self.library.document(name).id

    def versions(self, *names: str) -> set[int]:
        return {one.id for name in names for one in self.library.versions(self.library.document(name))}

    def ask(self, question: str) -> dict[str, Any]:
        opened = self.owner.post(f"{API}/conversations", json={}).json()["id"]
        asked: dict[str, Any] = {"json": {"question": question}, "headers": {"Accept": "application/json"}}
        told = self.owner.post(f"{API}/conversations/{opened}/messages", **asked)
        assert told.status_code == 200, told.text
        message: dict[str, Any] = told.json()
        return message

    def certificate(self) -> dict[str, Any]:
        """Wait until all deletions are searched for, and return the last certificate."""
        self.wait(lambda: bool(self.certificates()) and all(one["state"] != "pending" for one in self.certificates()))
        return self.certificates()[0]

    def certificates(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.owner.get(f"{API}/erasures").json()
        return found


@pytest.fixture
def folder(settings: Settings, tmp_path: Path) -> Iterator[Folder]:
    model = LanguageModelServer(answered)
    settings = settings.model_copy(update={"llm_base_url": model.url, "llm_model": "m"})
    for slug in ("harmony", "sunrise"):
        collections.create(Library(tenants.create(settings, slug, slug.title())), "main", "Main")
    collections.create(Library(tenants.get(settings, "harmony")), "private", "Private")
    add_people(settings)
    app = create(settings)
    with TestClient(app, follow_redirects=False):
        made = Folder(settings, signed_in(app, email_of("owner")))
        access.grant(made.library, made.library.collection("private"), "everyone", "read")
        model_choices.save(made.library, model_choices.ModelChoices(True, ("main",)))
        yield made
    model.server.shutdown()
    model.server.server_close()


def leave_every_trace(folder: Folder, tmp_path: Path) -> None:
    """Upload the documents, and do everything with them that keeps their text somewhere."""
    owner = folder.owner
    folder.upload(SECRET, TEXT.replace(LINES[0], LINES[0] + "（初稿）").encode())
    folder.upload(SECRET, TEXT.encode())
    folder.upload(ENGLISH, ENGLISH_TEXT.encode())
    folder.upload("年假安排.md", KEPT.encode())
    folder.upload("forms.zip", make_zip(tmp_path / "forms.zip", {ATTACHED: ATTACHED_LINE + "\n"}).read_bytes())
    mail = make_mail(tmp_path / "mail.eml", "會議", ("備忘.txt", "一般備忘：請準時出席。"))
    folder.upload("mail.eml", mail.read_bytes())
    folder.upload(PRINTED, make_pdf(tmp_path / PRINTED, "onyx", 2).read_bytes())
    folder.upload("broken.pdf", b"%PDF-1.7 broken")
    secret, english = folder.document(SECRET), folder.document(ENGLISH)
    assert owner.put(f"{API}/documents/{secret}/twin", json={"document_id": english}).status_code < 300
    assert owner.get(f"{API}/documents/{secret}").status_code == 200
    assert owner.post(f"{API}/documents/{secret}/trial", json={"question": "琥珀計劃撥款幾多？"}).status_code == 200
    assert owner.post(f"{API}/documents/{secret}/summary", json={}).status_code == 200
    assert owner.post(f"{API}/documents/{secret}/changes", json={}).status_code == 200
    assert owner.post(f"{API}/drafts", json={"kind": "email", "question": "琥珀計劃撥款總額"}).status_code == 200
    (version,) = folder.versions(PRINTED)
    assert owner.get(f"{API}/versions/{version}/pages/1.png").status_code == 200
    disliked = folder.ask("琥珀計劃每年撥款總額係幾多？")
    opinion = {"verdict": -1, "reason": "wrong", "comment": "黎小姐話數目唔啱"}
    assert owner.put(f"{API}/messages/{disliked['id']}/feedback", json=opinion).status_code == 204
    folder.ask(f"「{LINES[1]}」係咪即係唔可以遲交？")
    folder.ask("How much does the amber scheme grant a year?")
    folder.ask("員工每年有幾多日年假？")
    question = {"questions": ["琥珀撥款內部指引講咩？", "年假有幾多日？"]}
    assert owner.put(f"{API}/collections/main/suggestions", json=question).status_code == 204
    place = {"document": SECRET, "page": None, "clause": "1.1", "evidence": LINES[0]}
    other = {"document": "年假安排.md", "page": None, "clause": "1.1", "evidence": None}
    for asked, places, facts in (
        ("琥珀計劃撥款總額？", [place], [["六十二萬四千元"]]),
        ("年假有幾多日？", [other, place], [["十四日"]]),
    ):
        wanted = {"question": asked, "answerable": True, "documents": places, "facts": facts}
        assert owner.post(f"{API}/test-sets/基本/questions", json=wanted).status_code == 201
    assert owner.post(f"{API}/runs", json={"test_set": "基本"}).status_code == 202
    folder.wait(lambda: bool(owner.get(f"{API}/runs/current").json()["finished"]))
    with folder.library.session() as session:  # made in the background
        todo = sa.select(sa.func.count(ChunkRow.id)).join(VersionRow, VersionRow.id == ChunkRow.version_id)
        todo = todo.where(
            VersionRow.state == "published", ~sa.exists().where(SentenceVectorsRow.chunk_id == ChunkRow.id)
        )
        folder.wait(lambda: session.scalar(todo) == 0)


def test_every_kind_of_trace_goes_and_the_certificate_says_so(folder: Folder, tmp_path: Path) -> None:
    leave_every_trace(folder, tmp_path)
    data, names = folder.settings.data, [SECRET, ENGLISH, ATTACHED, PRINTED, "琥珀撥款內部指引", "Amber Grant Guide"]
    texts = [*LINES, *ENGLISH_LINES, ATTACHED_LINE, "黎小姐話數目唔啱", "六十二萬四千元"]
    numbers = vectors_of(folder.library, folder.versions(SECRET, ENGLISH, ATTACHED, PRINTED))
    before = found_in(data, [*names, *texts])
    # The test can fail: all these places have something to erase.
    records = [place for place in before if place.startswith("tenants/harmony/records.sqlite")]
    runs = [place for place in before if "/eval/runs/" in place]
    originals = [place for place in before if "/files/" in place]
    jobs = [place for place in before if place.startswith("jobs.sqlite")]
    assert all([records, runs, originals, jobs, "tenants/harmony/eval/sets/基本.jsonl" in before])
    assert any("chroma.sqlite3" in place for place in with_numbers(data, numbers))
    assert list((data / "tenants/harmony/pages").iterdir())
    with folder.library.session() as session:
        stored = [row.answer for row in session.scalars(sa.select(MessageRow))]
    assert any(LINES[0] in json.dumps(one["egress"]["sent"], ensure_ascii=False) for one in stored)
    assert any(one["twin"] for answer in stored for one in answer["citations"])

    for name in (SECRET, ENGLISH, ATTACHED, PRINTED):
        assert folder.owner.delete(f"{API}/documents/{folder.document(name)}").status_code == 204
    certificate = folder.certificate()

    assert found_in(data, [*names, *texts]) == {}
    assert with_numbers(data, numbers) == []
    assert not list((data / "tenants/harmony/pages").iterdir())
    assert [one["report"]["found"] for one in folder.certificates()] == [[], [], [], []]
    assert {one["state"] for one in folder.certificates()} == {"clear"}
    assert certificate["report"]["found"] == []
    assert certificate["report"]["files"] > 10
    assert certificate["name"] == "Owner"
    _what_stays(folder)
    first = folder.certificates()[-1]
    assert [(one["host"].partition(":")[0], one["external"]) for one in first["sent"]] == [("127.0.0.1", False)]
    _pages(folder, first["id"])


def _what_stays(folder: Folder) -> None:
    """What does not belong to the deleted documents is as it was."""
    (kept,) = folder.versions("年假安排.md")
    assert any(SHARED in one.text for one in folder.library.chunks_of(kept))
    assert "十四日" in folder.ask("員工每年有幾多日年假？")["answer"]["answer"]
    with folder.library.session() as session:
        messages = session.scalars(sa.select(MessageRow).order_by(MessageRow.id)).all()
        suggestions = list(session.scalars(sa.select(SuggestionRow.question)))
        audit = session.scalars(sa.select(AuditRow)).all()
        uploads = {row.name: row.status for row in session.scalars(sa.select(UploadRow))}
    assert messages[0].question == "琥珀計劃每年撥款總額係幾多？"
    assert "移除" in messages[1].question
    # The fourth may have gone too: it depends on whether the model was sent a passage of a deleted document for it.
    assert [one.answer["withheld"] for one in messages[:3] + messages[-1:]] == [True, True, True, False]
    assert suggestions == ["年假有幾多日？"]
    assert {row.subject for row in audit if row.action == "document.delete"} >= {"#1", "#2"}
    assert {row.subject for row in audit if row.action == "document.upload"} >= {"#1", "年假安排.md"}
    assert {"年假安排.md", "mail.eml", "broken.pdf"} <= set(uploads)
    (question,) = folder.owner.get(f"{API}/test-sets/基本").json()["items"]
    assert [place["document"] for place in question["documents"]] == ["年假安排.md"]


def _pages(folder: Folder, erasure_id: int) -> None:
    listed = folder.owner.get("/t/harmony/manage/erasures")
    page = folder.owner.get(f"/t/harmony/manage/erasures/{erasure_id}")
    assert (listed.status_code, page.status_code) == (200, 200)
    for words in ("永久刪除", "沒有找到任何痕跡", "No trace was found", "127.0.0.1", "Backups"):
        assert words in page.text
    assert SECRET not in page.text
    assert folder.owner.post(f"{API}/erasures/{erasure_id}/search").status_code == 202
    again = folder.certificate()
    assert again["state"] == "clear"


PLACES = {
    "a file": lambda data, text: (data / "left.txt").write_text(text, encoding="utf-8"),
    "a file of the tenant": lambda data, text: (data / "tenants/harmony/left.json").write_text(json.dumps({"a": text})),
    "an archive": lambda data, text: make_zip(data / "left.zip", {"inner.txt": text}),
    "utf-16": lambda data, text: (data / "left.bin").write_bytes(text.encode("utf-16-le")),
    "a page image folder": lambda data, text: _write(data / "tenants/harmony/pages/ab/1.part", text.encode()),
    "a work folder": lambda data, text: _write(data / "tenants/harmony/work/7/document.json", text.encode()),
    "an upload": lambda data, text: _write(data / "tenants/harmony/incoming/x/00000", text.encode()),
    "a run": lambda data, text: _write(data / "tenants/harmony/eval/runs/r/answers.jsonl", text.encode()),
    "a database": lambda data, text: _row(data / "other.sqlite", text),
    "a free page": lambda data, text: _row(data / "other.sqlite", text, delete=True),
}


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _row(path: Path, text: str, *, delete: bool = False) -> None:
    import sqlite3

    connection = sqlite3.connect(path)
    connection.execute("PRAGMA secure_delete=OFF")
    connection.execute("CREATE TABLE kept (text)")
    connection.execute("INSERT INTO kept VALUES (?)", (text * 40,))
    connection.commit()
    if delete:
        connection.execute("DROP TABLE kept")
        connection.commit()
    connection.close()


@pytest.fixture(scope="module")
def content(ready: Settings, tmp_path_factory: pytest.TempPathFactory) -> tuple[Settings, DeletedContent]:
    """A document that is about to be deleted, and the settings of its folder."""
    from kb.core.settings import Settings as AllSettings
    from tests.helpers.shelf import Shelf

    settings: AllSettings = ready.model_copy(update={"data": tmp_path_factory.mktemp("planted") / "data"})
    shelf = Shelf(settings)
    shelf.put(SECRET, TEXT)
    shelf.put("kept.md", KEPT)
    deleted = of_versions(shelf.library, shelf.library.versions(shelf.library.document(SECRET)))
    shelf.remove(SECRET)
    (shelf.tenant.home / "upload").unlink()
    return settings, deleted


def report(content: tuple[Settings, DeletedContent]) -> certificates.Report:
    settings, deleted = content
    tenant = tenants.get(settings, "harmony")
    shelf_vectors_written_anew(settings)
    return search_process.run(settings, tenant, [deleted], 5.0)[0]


def shelf_vectors_written_anew(settings: Settings) -> None:
    from kb.publishing import erasure_followup

    erasure_followup.finish(settings, tenants.get(settings, "harmony"))


@pytest.mark.parametrize("place", PLACES)
def test_a_planted_trace_is_found(content: tuple[Settings, DeletedContent], place: str) -> None:
    data = content[0].data
    assert report(content).found == ()
    known = set(data.rglob("*"))
    PLACES[place](data, LINES[2])
    try:
        found = report(content).found
    finally:
        new = sorted(set(data.rglob("*")) - known, reverse=True)
        for path in new:
            path.unlink() if path.is_file() else path.rmdir()
    assert "text" in {one.kind for one in found}, place
    assert report(content).found == ()


def test_planted_names_vectors_and_originals_are_found(content: tuple[Settings, DeletedContent]) -> None:
    settings, deleted = content
    left = settings.data / "left.bin"
    original = TEXT.encode()
    for planted, kind in ((SECRET.encode(), "name"), (original, "original")):
        left.write_bytes(b"\x01" * 50 + planted)
        assert kind in {one.kind for one in report(content).found}
    left.unlink()
    assert deleted.fingerprints.hashes
    assert report(content).found == ()


def test_what_also_stands_in_another_document_is_no_trace(content: tuple[Settings, DeletedContent]) -> None:
    left = content[0].data / "left.txt"
    left.write_text(SHARED, encoding="utf-8")
    assert report(content).found == ()
    left.unlink()


def test_a_certificate_has_no_words_of_the_document(content: tuple[Settings, DeletedContent]) -> None:
    with Library(tenants.get(content[0], "harmony")).session() as session:
        row = session.scalars(sa.select(ErasureRow)).first()
        assert row is not None
        kept = json.dumps(row.content, ensure_ascii=False) + str(row.report)
    assert not [one for one in (*LINES, SECRET, "琥珀") if one in kept]
    assert len(row.fingerprints) < len(TEXT.encode()) * 4
