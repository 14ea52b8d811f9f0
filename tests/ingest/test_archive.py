"""Archives, hostile ones too, and files with a wrong suffix."""

from __future__ import annotations

import io
import stat
import zipfile
from pathlib import Path

import pytest
from docx import Document

from ingest.parsers.dispatch import parse_file
from ingest.parsers.file_kind import KIND_OF_SUFFIX
from ingest.parsers.shared.hkscs import replace_private_use
from ingest.parsers.shared.parsed_document import ParseContext, ParsedDocument
from kb.core.errors import FileRejected
from kb.core.settings import Settings


def read(path: Path, name: str | None = None, **settings: int) -> ParsedDocument:
    return parse_file(path, ParseContext(name or path.name, Settings(**settings)))


def rejection_code(path: Path, name: str | None = None, **settings: int) -> str:
    with pytest.raises(FileRejected) as caught:
        read(path, name, **settings)
    return caught.value.code


def zip_bytes(members: dict[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def test_members_become_attachments_also_those_of_inner_archives(tmp_path: Path) -> None:
    inner = zip_bytes({"b.txt": b"two"})
    members = {"通告/a.txt": b"one", "inner.zip": inner, "__MACOSX/a.txt": b"junk", "empty.txt": b""}
    (tmp_path / "a.zip").write_bytes(zip_bytes(members))
    parsed = read(tmp_path / "a.zip")
    assert {a.filename: a.path.read_bytes() for a in parsed.attachments} == {
        "通告/a.txt": b"one",
        "inner.zip/b.txt": b"two",
    }
    assert parsed.notes == ["member_empty:empty.txt"]


@pytest.mark.parametrize("encoding", ["big5", "gbk"])
def test_member_names_of_chinese_windows(tmp_path: Path, encoding: str) -> None:
    name = "員工手冊及假期申請.txt" if encoding == "big5" else "员工手册及假期申请.txt"
    raw = name.encode(encoding)
    placeholder = "x" * len(raw)
    data = zip_bytes({placeholder: b"text"}).replace(placeholder.encode(), raw)
    (tmp_path / "a.zip").write_bytes(data)
    assert [a.filename for a in read(tmp_path / "a.zip").attachments] == [name]


@pytest.mark.parametrize("name", ["../evil.txt", "/etc/evil.txt", "a/../../evil.txt", "C:\\evil.txt", "..\\evil.txt"])
def test_unsafe_paths_are_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes({name: b"x"}))
    assert rejection_code(tmp_path / "a.zip") == "file_unsafe_path"


def test_links_are_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        link = zipfile.ZipInfo("link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    assert rejection_code(tmp_path / "a.zip") == "file_unsafe_path"


def test_bombs_are_not_unpacked(tmp_path: Path) -> None:
    (tmp_path / "size.zip").write_bytes(zip_bytes({"a": bytes(3 * 1024 * 1024)}))
    assert rejection_code(tmp_path / "size.zip", max_expanded_mb=2) == "file_too_complex"
    (tmp_path / "ratio.zip").write_bytes(zip_bytes({"a": bytes(70 * 1024 * 1024)}))
    assert rejection_code(tmp_path / "ratio.zip") == "file_too_complex"
    (tmp_path / "count.zip").write_bytes(zip_bytes({str(n): b"x" for n in range(20)}))
    assert rejection_code(tmp_path / "count.zip", max_archive_files=10) == "file_too_complex"
    nested = zip_bytes({"a.txt": b"x"})
    for _ in range(5):
        nested = zip_bytes({"inner.zip": nested})
    (tmp_path / "nested.zip").write_bytes(nested)
    assert rejection_code(tmp_path / "nested.zip") == "file_too_complex"
    office = {"[Content_Types].xml": b"<Types/>", "word/document.xml": bytes(3 * 1024 * 1024)}
    (tmp_path / "a.docx").write_bytes(zip_bytes(office))
    assert rejection_code(tmp_path / "a.docx", max_expanded_mb=2) == "file_too_complex"


def test_bombs_that_share_the_budget_across_inner_archives(tmp_path: Path) -> None:
    inner = zip_bytes({"a.txt": bytes(range(256)) * 4096})
    (tmp_path / "a.zip").write_bytes(zip_bytes({f"{n}.zip": inner for n in range(4)}))
    assert rejection_code(tmp_path / "a.zip", max_expanded_mb=2) == "file_too_complex"


def test_a_damaged_member_is_noted_and_the_others_are_unpacked(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("good.txt", b"good text")
        archive.writestr("bad.txt", b"BROKENBROKEN")
    data = (tmp_path / "a.zip").read_bytes().replace(b"BROKENBROKEN", b"BROKENbroken")
    (tmp_path / "a.zip").write_bytes(data)
    parsed = read(tmp_path / "a.zip")
    assert [a.filename for a in parsed.attachments] == ["good.txt"]
    assert parsed.notes == ["member_broken:bad.txt"]


def test_an_inner_archive_with_a_mark_of_splitting_in_front_is_opened(tmp_path: Path) -> None:
    marked = b"PK00" + zip_bytes({"b.txt": b"two"})
    (tmp_path / "a.zip").write_bytes(zip_bytes({"inner.zip": marked}))
    assert [one.filename for one in read(tmp_path / "a.zip").attachments] == ["inner.zip/b.txt"]


def test_a_damaged_inner_archive_is_noted(tmp_path: Path) -> None:
    (tmp_path / "a.zip").write_bytes(zip_bytes({"cut.zip": b"PK\x01\x02cut off", "good.txt": b"good text"}))
    parsed = read(tmp_path / "a.zip")
    assert [one.filename for one in parsed.attachments] == ["good.txt"]
    assert parsed.notes == ["member_broken:cut.zip"]


def test_content_decides_and_the_name_is_noted(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("<html><body><p>Hello there</p></body></html>", encoding="utf-8")
    assert read(tmp_path / "x", "circular.doc").notes == ["read_as:html"]
    document = Document()
    document.add_paragraph("Hello")
    document.save(str(tmp_path / "y.docx"))
    assert read(tmp_path / "y.docx", "old.doc").notes == ["read_as:docx"]
    assert read(tmp_path / "y.docx", "old.pdf").notes == ["read_as:docx"]
    mail = "From: a@example.org\nTo: b@example.org\nMIME-Version: 1.0\nSubject: s\n\nbody\n"
    (tmp_path / "z").write_text(mail, encoding="ascii")
    assert read(tmp_path / "z", "mail.txt").notes == ["read_as:eml"]
    (tmp_path / "memo.txt").write_text("To: all staff\nFrom: HR\nSubject: leave\n\nPlease note.\n", encoding="utf-8")
    assert read(tmp_path / "memo.txt").notes == []


def test_files_of_unsupported_kinds(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"\x7fELF" + bytes(range(256)) * 8)
    assert rejection_code(tmp_path / "a", "program.bin") == "file_unsupported"
    assert rejection_code(tmp_path / "a", "letter.docx") == "file_mislabelled"
    (tmp_path / "b").write_bytes(bytes(range(128, 256)) * 64 + bytes(range(64)) * 8)
    assert rejection_code(tmp_path / "b", "letter.docx") == "file_broken"


def test_limits_come_before_parsing(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"words " * 300_000)
    assert rejection_code(tmp_path / "a.txt", max_file_mb=1) == "file_too_large"
    assert rejection_code(tmp_path / "none.txt") == "file_missing"
    assert {".docx", ".pdf", ".eml", ".zip", ".heic"} <= KIND_OF_SUFFIX.keys()


@pytest.mark.parametrize(
    "suffix", ["doc", "xls", "ppt", "msg", "odt", "epub", "pptx", "xlsx", "docx", "zip", "eml", "html"]
)
def test_garbage_after_a_valid_signature_is_one_clear_error(tmp_path: Path, suffix: str) -> None:
    heads = {"eml": b"From: a@b\nMIME-Version: 1.0\n\n", "html": b"<html>"}
    heads |= dict.fromkeys(("doc", "xls", "ppt", "msg"), b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    (tmp_path / f"a.{suffix}").write_bytes(heads.get(suffix, b"PK\x03\x04") + bytes(range(256)) * 20)
    assert rejection_code(tmp_path / f"a.{suffix}") == "file_broken"


def test_a_zip_that_opens_with_an_uncompressed_pdf_is_a_zip(tmp_path: Path) -> None:
    path = tmp_path / "forms.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("a.pdf", b"%PDF-1.7\nnot really")
        archive.writestr("b.txt", "第二份")
    found = parse_file(path, ParseContext("forms.zip", Settings()))
    assert [one.filename for one in found.attachments] == ["a.pdf", "b.txt"]


@pytest.mark.parametrize(
    ("name", "data", "variant"),
    [
        ("更表.gdoc", b'{"url": "https://docs.example/1"}', "link"),
        ("網站.url", b"[InternetShortcut]\r\nURL=https://example.org\r\n", "link"),
        ("通告.pages", zip_bytes({"Index/Document.iwa": b"x" * 40, "preview.jpg": b"y" * 40}), "apple"),
        ("通告.zip", zip_bytes({"Index/Tables/DataList.iwa": b"x" * 40}), "apple"),
        ("main.js", b"function open() { return true; }", "program"),
        ("更表.docx.bak", b"some text", "program"),
    ],
)
def test_files_that_are_no_documents_are_refused_with_what_to_do(
    tmp_path: Path, name: str, data: bytes, variant: str
) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(FileRejected) as caught:
        read(tmp_path / name)
    assert (caught.value.code, caught.value.detail["variant"]) == ("file_unsupported", variant)
    general = FileRejected("file_unsupported", name=name, found="x")
    for locale in ("zh-HK", "en"):
        assert name in caught.value.message(locale)
        assert caught.value.message(locale) != general.message(locale)


def test_system_files_in_an_archive_are_left_out_without_a_word(tmp_path: Path) -> None:
    names = [".DS_Store", "a/.~lock.b.odt#", "._b.txt", "a/.c.docx.icloud", "~$d.docx", "Thumbs.db", "e_files/f.css"]
    (tmp_path / "a.zip").write_bytes(zip_bytes(dict.fromkeys(names, b"junk") | {"a/b.txt": b"text"}))
    parsed = read(tmp_path / "a.zip")
    assert [one.filename for one in parsed.attachments] == ["a/b.txt"]
    assert parsed.notes == []


@pytest.mark.parametrize("text", ["\uf6b1", "a\uf0b7b"])
def test_private_codes_that_are_no_chinese_characters_stay(text: str) -> None:
    assert replace_private_use(text) == text


def test_private_codes_of_hong_kong_windows_become_characters() -> None:
    """The codes of 啲 喺 嘅 in code page 950's private rows, from their HKSCS codes in Big5."""
    written = "".join(private_code(char) for char in "啲喺嘅")
    assert all("\ue000" <= char <= "\uf848" for char in written)
    assert replace_private_use(f"呢{written}") == "呢啲喺嘅"


def private_code(char: str) -> str:
    lead, trail = char.encode("big5hkscs")
    column = trail - 0x40 if trail < 0x7F else trail - 0xA1 + 63
    first, row = next((f, r) for f, r in ((0xE000, 0xFA), (0xE311, 0x8E), (0xEEB8, 0x81)) if lead >= r)
    return chr(first + (lead - row) * 157 + column)
